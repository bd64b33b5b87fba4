"""People, occasions, tags and members, in the admin of somebody who owns the household."""

import re
from html import unescape

import pytest
from django.urls import reverse

from accounts.models import AuthEvent, DeviceSession, User
from accounts.services.passwords import change_password
from config.client import Client
from config.errors import Refusal
from households.models import Activity, Invitation, Membership, Occasion, Person, Role, Tag
from households.services.people import delete_person
from tests.accounts.steps import activate
from tests.admin_pages import lists, saved, signed_in, text_of
from tests.cast import invited
from tests.factories import PASSWORD


@pytest.fixture
def browser(family):
    return signed_in(family.mia.user)


def url(name, *args):
    return reverse(f"admin:households_{name}", args=args)


# --- People, occasions, tags ---------------------------------------------------------------------


def test_somebody_is_added_changed_deleted_and_brought_back(browser, family):
    form = {"display_name": "Vera", "sizes": "shoes: 42\nhat: M", "notes": ""}
    assert "Vera is there now." in saved(browser, url("person_add"), **form)
    vera = Person.objects.get(display_name="Vera")
    assert vera.sizes == {"shoes": "42", "hat": "M"}
    assert "Vera B.: saved." in saved(
        browser, url("person_change", vera.pk), vera, **form | {"display_name": "Vera B."}
    )
    assert "Vera B. was deleted." in saved(browser, url("person_delete", vera.pk), post="yes")
    assert "Vera B." not in text_of(browser, url("person_changelist"))
    assert "Vera B. is back." in saved(browser, url("person_restore", vera.pk))
    lines = text_of(browser, url("person_history", vera.pk))
    for done in ("added", "changed", "deleted", "brought back"):
        assert f"Mia {done} the person." in lines


@pytest.mark.parametrize("sizes", ["42", "shoes:", ": 42", "x" * 61 + ": 1"])
def test_a_size_that_is_none_is_complained_about(browser, family, sizes):
    assert "Write one size to a line" in saved(browser, url("person_add"), display_name="Vera", sizes=sizes)


def test_what_the_service_refuses_is_said_and_not_done(browser, family):
    page = saved(browser, url("person_delete", family.mia.person.pk), post="yes")
    assert 'class="error"' in page
    assert Person.objects.alive().filter(pk=family.mia.person.pk).exists()


def test_an_occasion_that_is_hidden_from_oneself_is_not_there(browser, family):
    form = {"name": "Party", "kind": "other", "honoree": family.leo.person.pk, "visibility": "hidden_from_honoree"}
    saved(browser, url("occasion_add"), **form)
    party = Occasion.objects.get(name="Party")
    Membership.objects.filter(user=family.leo.user).update(role=Role.OWNER)
    theirs = signed_in(family.leo.user)
    assert "Party" not in text_of(theirs, url("occasion_changelist"))
    for name in ("occasion_change", "occasion_history", "occasion_delete", "occasion_plan"):
        assert theirs.get(url(name, party.pk)).status_code == 404
    assert "Party" in text_of(browser, url("occasion_changelist"))


@pytest.mark.parametrize("visibility", ["household", "hidden_from_honoree"])
def test_whose_day_it_is_stays_when_their_person_is_deleted(browser, family, visibility):
    form = {"name": "Party", "kind": "other", "honoree": family.theo.pk, "visibility": visibility}
    saved(browser, url("occasion_add"), **form)
    party = Occasion.objects.get(name="Party")
    delete_person(viewer=family.mia.viewer, person_id=family.theo.pk)
    [chosen] = re.findall(r'<option value="([^"]+)" selected>Theo', text_of(browser, url("occasion_change", party.pk)))
    saved(browser, url("occasion_change", party.pk), party, **form | {"name": "Feast", "honoree": chosen})
    party.refresh_from_db()
    assert (party.name, party.honoree) == ("Feast", family.theo)
    assert "Theo</option>" not in text_of(browser, url("occasion_add"))


def test_the_name_of_a_hidden_occasion_can_be_used_again(browser, family):
    """Uniqueness would tell of it."""
    Occasion.objects.create(
        household=family.household, name="Party", honoree=family.mia.person, visibility="hidden_from_honoree"
    )
    form = {"name": "Party", "kind": "other", "visibility": "household"}
    assert "Party is there now." in saved(browser, url("occasion_add"), **form)


def test_a_tag_that_is_there_is_found(browser, family):
    for _ in range(2):
        assert "wool is there now." in saved(browser, url("tag_add"), name="wool", kind="custom", colour="")
    assert Tag.objects.count() == 1


def test_a_household_that_one_owns_is_changed_and_no_other(browser, family, neighbour):
    saved(
        browser,
        url("household_change", family.household.pk),
        family.household,
        name="Us",
        currency="EUR",
        timezone="Europe/Berlin",
    )
    family.household.refresh_from_db()
    assert family.household.name == "Us"
    assert browser.get(url("household_change", neighbour.person.household_id)).status_code == 404


def test_nothing_of_next_door_can_be_chosen(browser, family, neighbour):
    page = saved(
        browser, url("occasion_add"), name="Day", kind="other", visibility="household", honoree=neighbour.person.pk
    )
    assert "Select a valid choice" in page
    assert not Occasion.objects.filter(name="Day").exists()


def test_an_owner_of_two_households_says_which(browser, family, neighbour):
    Membership.objects.create(household=neighbour.person.household, user=family.mia.user, role=Role.OWNER)
    assert 'name="household"' in text_of(browser, url("tag_add"))
    saved(browser, url("tag_add"), name="wool", kind="custom", household=neighbour.person.household_id)
    assert Tag.objects.get().household == neighbour.person.household


# --- Members -------------------------------------------------------------------------------------


def test_a_new_member_gets_a_card_that_lets_them_in(browser, family, api):
    card = saved(browser, url("membership_add"), name="Olga", handle="olga", email="", role="member", person="")
    code = re.search(r'class="code">([^<]+)<', card).group(1)
    assert "<svg" in card
    assert code not in text_of(browser, url("membership_change", Membership.objects.get(user__name="Olga").pk))
    assert activate(api, "olga", code).status_code == 200


def test_a_login_that_is_taken_is_said_at_its_field(browser, family):
    page = saved(browser, url("membership_add"), name="Leo", email=family.leo.user.email, handle="", role="member")
    assert "Whoever signs in like this belongs to the household already." in page
    other = {"email": family.leo.user.email, "handle": "leo"}
    assert "Somebody signs in with this already." in saved(
        browser, url("membership_add"), name="L", role="guest", **other
    )
    assert "Give an e-mail address or a handle" in saved(browser, url("membership_add"), name="Leo", role="member")


def test_whoever_uses_hearth_already_is_invited_and_may_be_asked_back(browser, family, neighbour):
    form = {"name": "Olga", "email": neighbour.user.email, "handle": "", "role": "member", "person": family.theo.pk}
    page = saved(browser, url("membership_add"), **form)
    assert f"“{neighbour.user.email}” uses Hearth already, and is invited now." in unescape(page)
    assert "to be Theo in The Bauers, member" in page
    assert "Eve" not in page
    invitation = Invitation.objects.get()
    # Who is promised is offered to nobody else.
    assert "Theo" not in text_of(browser, url("membership_add"))
    assert "The invitation was withdrawn." in saved(browser, url("membership_withdraw", invitation.pk))
    assert not Invitation.objects.waiting().exists()
    assert "Theo" in text_of(browser, url("membership_add"))
    assert browser.post(url("membership_withdraw", invitation.pk)).status_code == 404


def test_an_invitation_of_another_household_is_not_there(browser, family, neighbour):
    theirs = invited(neighbour, family.leo.user)
    assert theirs.login not in text_of(browser, url("membership_invitations"))
    assert browser.post(url("membership_withdraw", theirs.pk)).status_code == 404
    assert browser.get(url("membership_withdraw", theirs.pk)).status_code == 405
    own = invited(neighbour, family.mia.user)
    assert own.login not in text_of(browser, url("membership_invitations"))
    assert Invitation.objects.waiting().count() == 2


def test_a_person_who_is_promised_is_not_deleted(browser, family, neighbour):
    invited(family.mia, neighbour.user, person=family.theo)
    assert "Somebody is invited to be this person." in saved(browser, url("person_delete", family.theo.pk), post="yes")
    assert Person.objects.alive().filter(pk=family.theo.pk).exists()


def test_a_new_code_is_asked_about_first_and_read_by_all(browser, family):
    ada = family.ada.membership
    code = url("membership_code", ada.pk)
    assert "signed out on every device" in text_of(browser, code)
    assert not AuthEvent.objects.filter(kind="code_issued").exists()
    assert "Welcome, Ada" in saved(browser, code)
    assert Activity.objects.visible_to(family.leo.viewer).filter(verb="membership.code_issued").exists()


def test_a_code_for_an_account_that_reaches_further_is_refused(browser, family, neighbour):
    Membership.objects.create(household=neighbour.person.household, user=family.ada.user, role=Role.GUEST)
    page = saved(browser, url("membership_code", family.ada.membership.pk))
    assert "Only whoever runs this server" in page


def test_a_role_is_changed_and_the_last_owner_stays(browser, family):
    leo, mia = family.leo.membership, family.mia.membership
    form = {"role": "guest", "person": family.leo.person.pk, "is_active": "on"}
    saved(browser, url("membership_change", leo.pk), leo, **form)
    leo.refresh_from_db()
    assert leo.role == Role.GUEST
    page = saved(browser, url("membership_change", mia.pk), mia, role="member", person=mia.person_id, is_active="on")
    assert "A household needs at least one owner." in page


def test_a_device_is_signed_out_and_then_all(browser, family):
    api, other = family.ada.api(), family.ada.api()
    member = family.ada.membership
    session = DeviceSession.objects.filter(user=family.ada.user).earliest("id")
    assert text_of(browser, url("membership_devices", member.pk)).count("a phone") >= 2
    saved(browser, url("membership_end_one", member.pk, session.pk))
    assert [one.get("/api/v1/users/me").status_code for one in (api, other)] == [401, 200]
    saved(browser, url("membership_end", member.pk))
    assert other.get("/api/v1/users/me").status_code == 401
    event = AuthEvent.objects.filter(kind="session_revoked").latest("id")
    assert (event.actor, event.reason) == (family.mia.user, "owner")


def test_whose_account_reaches_further_keeps_their_devices_to_themself(browser, family, neighbour):
    Membership.objects.create(household=neighbour.person.household, user=family.ada.user, role=Role.GUEST)
    api = family.ada.api()
    session = DeviceSession.objects.get(user=family.ada.user)
    member = family.ada.membership
    assert "a phone" not in text_of(browser, url("membership_devices", member.pk))
    assert browser.post(url("membership_end_one", member.pk, session.pk)).status_code == 404
    assert "You may see this, but not do that." in saved(browser, url("membership_end", member.pk))
    assert api.get("/api/v1/users/me").status_code == 200


def test_a_session_of_somebody_else_is_not_ended_under_a_members_name(browser, family, neighbour):
    api = neighbour.api()
    theirs = DeviceSession.objects.get(user=neighbour.user)
    assert browser.post(url("membership_end_one", family.ada.membership.pk, theirs.pk)).status_code == 404
    assert api.get("/api/v1/users/me").status_code == 200


# --- Who is let in -------------------------------------------------------------------------------


def test_whoever_is_no_owner_any_more_is_out_at_the_next_click(browser, family):
    Membership.objects.filter(user=family.mia.user).update(role=Role.MEMBER)
    assert browser.get("/admin/").status_code == 302


def test_signing_out_of_all_devices_closes_the_admin_too(browser, family):
    saved(browser, url("membership_end", family.mia.membership.pk))
    assert browser.get("/admin/").status_code == 302


def test_a_look_at_signing_out_signs_nobody_out(browser, family):
    assert browser.get("/admin/logout/").status_code == 405
    assert browser.get("/admin/").status_code == 200
    browser.post("/admin/logout/")
    assert not DeviceSession.objects.live().filter(user=family.mia.user).exists()


def test_the_rights_of_an_owner_end_at_the_servers_own_pages(browser, family):
    for model in ("user", "activationcode", "devicesession"):
        assert browser.get(f"/admin/accounts/{model}/").status_code == 403
    assert User.objects.get(pk=family.mia.user.pk).is_staff is False


def test_the_diary_and_the_sign_ins_are_searched_by_who_it_was(browser, family):
    family.leo.list("Leo's list")
    family.ada.list("Ada's list")
    found = text_of(browser, url("activity_changelist"), q="leo")
    assert "Leo added the list" in found
    assert "Ada added" not in found
    AuthEvent.objects.create(kind="login", outcome="failed", user=family.leo.user)
    events = reverse("admin:accounts_authevent_changelist")
    assert "Leo tried to sign in" in text_of(browser, events, q="leo")
    assert "Leo tried to sign in" not in text_of(browser, events, q="ada")


def test_home_says_what_comes_next_in_as_many_queries_for_many(browser, family, django_assert_max_num_queries):
    browser.get("/admin/")
    with django_assert_max_num_queries(16):
        assert "The Bauers" in text_of(browser, "/admin/")
    gift_list = family.mia.list("For Leo", recipient=family.leo.person)
    for number in range(20):
        family.mia.add(gift_list, f"Gift {number}")
    with django_assert_max_num_queries(16):
        browser.get("/admin/")


@pytest.mark.parametrize("place", lists())
def test_no_list_stumbles_over_a_nul(browser, place):
    for query in ("kind__exact=%00", "role__exact=%00", "status=%00"):
        assert browser.get(f"{place}?{query}").status_code in {400, 403}


# --- One's own password --------------------------------------------------------------------------


def new_password(browser, old=PASSWORD):
    words = {"old_password": old, "new_password1": "Another-warm-fire-9", "new_password2": "Another-warm-fire-9"}
    return browser.post("/admin/password_change/", words, follow=True).content.decode()


def test_whoever_changes_their_password_is_signed_out_wherever_else_they_were(browser, family):
    phone, tablet, others = family.mia.api(), signed_in(family.mia.user), family.leo.api()
    assert "old password was entered incorrectly" in new_password(browser, old="a guess")
    assert phone.get("/api/v1/users/me").status_code == 200
    assert "Your password is changed" in new_password(browser)
    assert browser.get("/admin/").status_code == 200
    assert phone.get("/api/v1/users/me").status_code == 401
    assert tablet.get("/admin/").status_code == 302
    assert others.get("/api/v1/users/me").status_code == 200
    assert AuthEvent.objects.get(kind="password_changed", outcome="succeeded").user == family.mia.user


def test_a_reset_meanwhile_is_not_undone(browser, family):
    family.mia.user.refresh_from_db()
    checked = family.mia.user.password
    User.objects.filter(pk=family.mia.user.pk).update(password="!reset")
    session = DeviceSession.objects.filter(user=family.mia.user).get()
    with pytest.raises(Refusal, match="CONFLICT_STALE"):
        change_password(user=family.mia.user, before=checked, after="!mine", kept=session, client=Client())
    assert User.objects.get(pk=family.mia.user.pk).password == "!reset"
