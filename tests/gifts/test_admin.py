"""Lists, gifts and who gives what, in the admin of somebody who owns the household."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gifts.models import Claim, Comment, Gift, GiftList, ListItem
from households.models import Activity, Occasion, Role
from households.services.occasions import create_occasion
from tests.admin_pages import saved, signed_in, text_of


@pytest.fixture
def browser(family):
    return signed_in(family.mia.user)


def url(name, *args):
    return reverse(f"admin:gifts_{name}", args=args)


def seen(row):
    row.refresh_from_db()
    return {"seen": row.updated_at.isoformat()}


# --- Lists -------------------------------------------------------------------------------------


def test_a_list_for_somebody_else_is_hidden_from_them_as_usual(browser, family):
    form = {"name": "For Leo", "kind": "gift", "recipient": family.leo.person.pk, "occasion": "", "occurs_on": ""}
    assert "For Leo is there now." in saved(browser, url("giftlist_add"), **form, visibility="")
    made = GiftList.objects.get(name="For Leo")
    assert (made.visibility, made.owner) == ("hidden_from_recipient", family.mia.user)
    assert Activity.objects.filter(verb="list.created", subject_id=made.pk, actor=family.mia.user).exists()


def test_what_the_service_refuses_stands_in_the_form(browser, family):
    form = {
        "name": "Mine",
        "kind": "wishlist",
        "recipient": family.mia.person.pk,
        "visibility": "hidden_from_recipient",
    }
    page = saved(browser, url("giftlist_add"), **form)
    assert "A list cannot be hidden from its owner" in page
    assert not GiftList.objects.exists()


def test_a_list_shows_what_stands_on_it_and_what_is_hidden_beside_it(browser, family):
    wishes = family.leo.list("Wishes", kind="wishlist")
    family.leo.add(wishes, "A kite")
    family.ada.add(wishes, "A telescope")
    page = text_of(browser, url("giftlist_change", wishes.pk))
    assert page.index("A kite") < page.index("A telescope") < page.index("surprise</span>")


def test_ones_own_list_shows_nothing_of_the_givers(browser, family):
    wishes = family.mia.list("Wishes", kind="wishlist")
    wish = family.mia.add(wishes, "A kite")
    before = text_of(browser, url("giftlist_change", wishes.pk))
    family.ada.add(wishes, "A telescope")
    family.ada.api().post(f"/api/v1/items/{wish.pk}/claim", {"quantity": 1}, format="json")
    after = text_of(browser, url("giftlist_change", wishes.pk))
    assert "A telescope" not in after
    assert len(before) == len(after)
    assert "This is for you." in text_of(browser, url("listitem_change", wish.pk))


def test_an_occasion_that_was_hidden_from_a_lists_owner_is_not_named_on_it(browser, family):
    party = create_occasion(viewer=family.mia.viewer, name="Jubilee")
    mine = family.mia.list("Mine", occasion=party)
    Occasion.objects.filter(pk=party.pk).update(honoree=family.mia.person, visibility="hidden_from_honoree")
    for address in (url("giftlist_changelist"), url("giftlist_change", mine.pk)):
        page = text_of(browser, address)
        assert "Mine" in page
        assert "Jubilee" not in page


def test_something_new_is_put_on_a_list_as_a_surprise(browser, family):
    wishes = family.leo.list("Wishes", kind="wishlist")
    put = url("giftlist_put", wishes.pk)
    assert "one of the two" in saved(browser, put, title="", quantity=1)
    assert "A drill" in saved(browser, put, title="A drill", price="19.90", quantity=2)
    item = ListItem.objects.get(gift__title="A drill")
    assert (item.quantity, str(item.gift.price), item.list.companion_of) == (2, "19.90", wishes)


def test_something_from_the_catalog_is_put_on_a_list_for_all_to_see(browser, family):
    gift = Gift.objects.create(household=family.household, title="A lamp", currency="EUR", in_catalog=True)
    wishes = family.leo.list("Wishes", kind="wishlist")
    put = url("giftlist_put", wishes.pk)
    saved(browser, put, gift=gift.pk, quantity=1, openly="on")
    assert ListItem.objects.get(gift=gift).list == wishes
    assert "on the list already" in saved(browser, put, gift=gift.pk, quantity=1)


def test_nothing_of_next_door_is_offered_or_taken(browser, family, neighbour):
    theirs = Gift.objects.create(household=neighbour.person.household, title="Theirs", currency="EUR", in_catalog=True)
    wishes = family.leo.list("Wishes", kind="wishlist")
    put = url("giftlist_put", wishes.pk)
    assert "Theirs" not in text_of(browser, put)
    assert "Select a valid choice" in saved(browser, put, gift=theirs.pk, quantity=1)
    assert signed_in(neighbour.user).get(put).status_code == 404


def test_a_list_is_deleted_and_brought_back(browser, family):
    gift_list = family.mia.list("For Leo", recipient=family.leo.person)
    assert "For Leo was deleted." in saved(browser, url("giftlist_delete", gift_list.pk), post="yes")
    assert "For Leo" in text_of(browser, url("giftlist_deleted"))
    assert "For Leo is back." in saved(browser, url("giftlist_restore", gift_list.pk))


def test_a_form_that_was_opened_before_somebody_elses_change_is_refused(browser, family):
    gift_list = family.mia.list("For Leo", recipient=family.leo.person)
    form = seen(gift_list) | {"visibility": "hidden_from_recipient", "occurs_on": ""}
    saved(browser, url("giftlist_change", gift_list.pk), name="Leo's", **form)
    page = saved(browser, url("giftlist_change", gift_list.pk), name="Other", **form)
    assert "Somebody changed this meanwhile." in page
    gift_list.refresh_from_db()
    assert gift_list.name == "Leo's"


# --- Items and claims --------------------------------------------------------------------------


@pytest.fixture
def drill(family) -> ListItem:
    return family.mia.add(family.mia.list("For Leo", recipient=family.leo.person), "A drill", quantity=2)


@pytest.mark.parametrize(("back", "page"), [("list", "giftlist_change"), ("item", "listitem_change")])
def test_an_item_is_moved_on_from_where_one_is(browser, family, drill, back, page):
    answer = browser.post(url("listitem_move", drill.pk), {"status": "ordered", "back": back})
    assert answer.url.split("#")[0] == url(page, drill.list_id if back == "list" else drill.pk)
    claim = Claim.objects.get(item=drill)
    assert (claim.giver, claim.status, claim.quantity) == (family.mia.person, "ordered", 2)
    assert "Mia takes 2: ordered" in text_of(browser, url("giftlist_change", drill.list_id))


def test_a_move_that_is_not_allowed_says_so(browser, drill):
    assert "It cannot move there" in saved(browser, url("listitem_move", drill.pk), status="nowhere", back="item")
    assert browser.get(url("listitem_move", drill.pk)).status_code == 405


def test_nobody_moves_their_own_wish(browser, family):
    wish = family.mia.add(family.mia.list("Wishes", kind="wishlist"), "A kite")
    assert "What comes next" not in text_of(browser, url("giftlist_change", wish.list_id))
    assert "This is your own wish." in saved(browser, url("listitem_move", wish.pk), status="ordered", back="item")
    assert not Claim.objects.exists()


def test_the_wish_and_the_plan_are_changed_in_one_form(browser, drill):
    form = {"quantity": 3, "priority": 2, "note": "", "planned_price": "15.00", "giver_note": "ask Ada"}
    assert "A drill: saved." in saved(browser, url("listitem_change", drill.pk), **form, **seen(drill))
    drill.refresh_from_db()
    assert (drill.quantity, str(drill.plan.planned_price), drill.plan.giver_note) == (3, "15.00", "ask Ada")


def test_a_recipient_cannot_slip_a_plan_into_their_own_wish(browser, family):
    wish = family.mia.add(family.mia.list("Wishes", kind="wishlist"), "A kite")
    form = {"quantity": 1, "priority": 0, "note": "red", "giver_note": "mine"}
    saved(browser, url("listitem_change", wish.pk), **form, **seen(wish))
    wish.refresh_from_db()
    assert (wish.note, wish.plan.giver_note) == ("red", "")


def test_somebody_elses_wish_is_read_and_its_plan_is_written(browser, family):
    wish = family.leo.add(family.leo.list("Wishes", kind="wishlist"), "A kite")
    form = {"quantity": 9, "planned_price": "15.00", "giver_note": ""}
    saved(browser, url("listitem_change", wish.pk), **form, **seen(wish))
    wish.refresh_from_db()
    assert (wish.quantity, str(wish.plan.planned_price)) == (1, "15.00")
    assert browser.post(url("listitem_delete", wish.pk), {"post": "yes"}).status_code == 403


def test_items_are_found_by_name_status_and_person(browser, family, drill):
    family.leo.add(family.leo.list("Wishes", kind="wishlist"), "A kite")
    browser.post(url("listitem_move", drill.pk), {"status": "ordered"})
    items = url("listitem_changelist")
    assert "A kite" not in text_of(browser, items, q="drill")
    ordered = text_of(browser, items, status="ordered")
    assert "A drill" in ordered
    assert "A kite" not in ordered
    assert "A kite" not in text_of(browser, items, **{"for": str(family.ada.person.pk)})


def test_the_status_of_ones_own_wish_is_no_filters_business(browser, family):
    wish = family.mia.add(family.mia.list("Wishes", kind="wishlist"), "A kite")
    family.ada.api().post(f"/api/v1/items/{wish.pk}/status", {"status": "ordered"}, format="json")
    for status in ("idea", "ordered"):
        assert "A kite" not in text_of(browser, url("listitem_changelist"), status=status)
    assert "A kite" not in text_of(browser, url("claim_changelist"))
    claim = Claim.objects.get(item=wish)
    for page in ("claim_change", "claim_delete", "claim_history"):
        assert browser.get(url(page, claim.pk)).status_code == 404


def test_an_owner_hands_a_claim_on_and_frees_it(browser, family, drill):
    browser.post(url("listitem_move", drill.pk), {"status": "ordered"})
    claim = Claim.objects.get(item=drill)
    form = {"giver": family.ada.person.pk, "quantity": 2, "status": "ordered", "actual_price": ""}
    saved(browser, url("claim_change", claim.pk), **form, **seen(claim))
    handed_on = Claim.objects.alive().get(item=drill)
    assert handed_on.giver == family.ada.person
    assert "It is free again" in saved(browser, url("claim_delete", handed_on.pk), post="yes")
    assert not Claim.objects.alive().exists()


@pytest.mark.parametrize("page", ["listitem_changelist", "claim_changelist", "comment_changelist", "listitem_deleted"])
def test_a_list_takes_as_many_queries_for_many_rows(browser, family, page, django_assert_max_num_queries):
    gift_list = family.mia.list("For Leo", recipient=family.leo.person)

    def more(number):
        item, gone = (family.mia.add(gift_list, f"{name} {number}") for name in ("Gift", "Gone"))
        browser.post(url("listitem_move", item.pk), {"status": "ordered"})
        family.ada.say("Hm", item=item)
        browser.post(url("listitem_delete", gone.pk), {"post": "yes"})

    for number in range(3):
        more(number)
    with CaptureQueriesContext(connection) as few:
        text_of(browser, url(page))
    most = len(few)
    for number in range(10):
        more(number)
    with django_assert_max_num_queries(most):
        text_of(browser, url(page))


# --- Gifts and comments ------------------------------------------------------------------------


def test_a_gift_in_the_catalog_is_made_changed_and_found(browser, family):
    form = {"title": "A lamp", "description": "", "url": "", "image_url": "", "price": "12.50", "currency": ""}
    saved(browser, url("gift_add"), **form)
    gift = Gift.objects.get(title="A lamp")
    assert (gift.in_catalog, gift.currency) == (True, "EUR")
    saved(browser, url("gift_change", gift.pk), **(form | {"title": "A lantern", "currency": "EUR"}), **seen(gift))
    assert "A lantern" in text_of(browser, url("gift_changelist"), q="lantern")


def test_a_gift_of_somebody_elses_list_is_read_only_and_ones_own_is_published(browser, family, drill):
    theirs = family.ada.add(family.ada.list("For Theo", recipient=family.theo), "A puzzle").gift
    assert 'name="_save"' not in text_of(browser, url("gift_change", theirs.pk))
    assert "is in the catalog now" in saved(browser, url("gift_publish", drill.gift_id))
    drill.gift.refresh_from_db()
    assert drill.gift.in_catalog
    assert "You may see this" in saved(browser, url("gift_publish", theirs.pk))


def test_a_comment_is_settled_by_anybody_and_reworded_by_its_author(browser, family, drill):
    hers, mine = family.ada.say("Which size?", item=drill), family.mia.say("The large one", item=drill)
    saved(browser, url("comment_change", hers.pk), resolved="on", body="Mine now", **seen(hers))
    hers.refresh_from_db()
    assert (hers.resolved, hers.body) == (True, "Which size?")
    kept_from = [str(person.pk) for person in mine.hidden_from.all()]
    saved(browser, url("comment_change", mine.pk), body="The small one", hidden_from=kept_from, **seen(mine))
    assert Comment.objects.get(pk=mine.pk).body == "The small one"


def test_what_is_said_behind_ones_back_is_not_there(browser, family):
    wish = family.mia.add(family.mia.list("Wishes", kind="wishlist"), "A kite")
    said = family.ada.say("I have it", item=wish)
    assert "I have it" not in text_of(browser, url("comment_changelist"), q="have")
    assert browser.get(url("comment_change", said.pk)).status_code == 404


# --- The planner -------------------------------------------------------------------------------


@pytest.fixture
def christmas(family) -> Occasion:
    return create_occasion(viewer=family.mia.viewer, name="Christmas", kind="christmas", date="2031-12-24")


def plan_of(occasion):
    return reverse("admin:households_occasion_plan", args=[occasion.pk])


def test_the_plan_shows_who_gets_what_and_what_it_costs(browser, family, christmas):
    christmas.refresh_from_db()
    for_leo = family.mia.list("For Leo", recipient=family.leo.person, occasion=christmas)
    drill = family.mia.add(for_leo, "A drill", planned_price="20.00")
    browser.post(url("listitem_move", drill.pk), {"status": "ordered"})
    family.mia.list("For Ada", recipient=family.ada.person, occasion=christmas)
    page = text_of(browser, plan_of(christmas))
    assert "1 of 2 people" in page
    assert page.index("Ada") < page.index("nothing yet") < page.index("Leo")
    assert "20.00 EUR promised" in page
    assert "A drill" in page


def test_the_plan_of_another_year_and_for_paper(browser, family, christmas):
    christmas.refresh_from_db()
    assert "Year before" in text_of(browser, plan_of(christmas))
    assert 'class="paper"' in text_of(browser, plan_of(christmas), print="1", year="2030")
    for year in ("0", "x", "²", "99999", "1e3"):
        assert browser.get(plan_of(christmas), {"year": year}).status_code == 404


def test_what_is_for_oneself_is_in_no_plan(browser, family, christmas):
    christmas.refresh_from_db()
    before = text_of(browser, plan_of(christmas))
    family.ada.add(family.ada.list("For Mia", recipient=family.mia.person, occasion=christmas), "A telescope")
    assert text_of(browser, plan_of(christmas)) == before


def test_a_plan_takes_as_many_queries_for_many_gifts(browser, family, christmas, django_assert_max_num_queries):
    christmas.refresh_from_db()
    for_leo = family.mia.list("For Leo", recipient=family.leo.person, occasion=christmas)
    for number in range(3):
        family.mia.add(for_leo, f"Gift {number}")
    browser.get(plan_of(christmas))
    with django_assert_max_num_queries(14):
        browser.get(plan_of(christmas))
    for number in range(20):
        family.mia.add(for_leo, f"More {number}")
    with django_assert_max_num_queries(14):
        browser.get(plan_of(christmas))


def test_members_and_guests_get_no_page(family, drill):
    browser = signed_in(family.ada.user)
    assert browser.get(url("giftlist_change", drill.list_id)).status_code == 302
    family.ada.membership.__class__.objects.filter(user=family.ada.user).update(role=Role.OWNER)
    assert browser.get(url("giftlist_change", drill.list_id)).status_code == 200
