"""What is said about people and plans: who reads it, who may change it, and from whom it is kept."""

from typing import Any

import pytest

from gifts.models import Comment, CommentHiddenFrom, GiftList, ListItem, ListShare
from gifts.services.claims import claim_item
from households.models import Activity, Membership, Occasion, Person, Role
from tests.accounts.steps import error
from tests.cast import Family, Member, join
from tests.gifts.looking import API, NEVER, essence

COMMENTS = f"{API}/comments"


@pytest.fixture
def wishes(family: Family) -> GiftList:
    """Leo's, which everybody reads."""
    return family.leo.list("Wishes", kind="wishlist")


@pytest.fixture
def wish(family: Family, wishes: GiftList) -> ListItem:
    return family.leo.add(wishes, "A grinder", quantity=2)


@pytest.fixture
def surprise(family: Family) -> ListItem:
    """On a list that is hidden from Leo."""
    return family.mia.add(family.mia.list("For Leo", recipient=family.leo.person), "A drill")


@pytest.fixture
def guest(family: Family) -> Member:
    return join(family.household, "Gus", Role.GUEST)


def share(gift_list: GiftList, guest: Member) -> None:
    ListShare.objects.create(household_id=gift_list.household_id, list=gift_list, guest=guest.membership)


def say(author: Member, **fields: Any) -> Any:
    ids = {name: str(value) if hasattr(value, "hex") else value for name, value in fields.items()}
    return author.api().post(COMMENTS, {"body": "Hm"} | ids)


def hidden_from(answer: Any) -> list[str]:
    assert answer.status_code in {200, 201}, answer.content
    return [person["display_name"] for person in answer.json()["hidden_from"]]


def complaint(answer: Any) -> dict[str, list[str]]:
    assert error(answer) == (400, "VALIDATION_FAILED")
    return answer.json()["error"]["details"]


def readers(family: Family, comment: Comment, *others: Member) -> str:
    """Who reads it, by first letter: m(ia), l(eo), a(da), g(randma), and others in capitals."""
    members = {"m": family.mia, "l": family.leo, "a": family.ada, "g": family.grandma}
    members |= {other.user.name[0].upper(): other for other in others}
    found = ""
    for letter, member in members.items():
        api = member.api()
        read = api.get(f"{COMMENTS}/{comment.pk}").status_code == 200
        listed = [row["id"] for row in api.get(f"{COMMENTS}?limit=100").json()["results"]]
        assert read == (str(comment.pk) in listed)
        found += letter if read else ""
    return found


# --- Saying something ----------------------------------------------------------------------------


def test_what_is_answered(family: Family, wish: ListItem):
    body = say(family.mia, item=wish.pk, body="  Has he got beans? ").json()
    moment = body.pop("created_at")
    assert body == {
        "id": str(Comment.objects.get().pk),
        "household": str(family.household.pk),
        "author": {"id": str(family.mia.user.pk), "name": "Mia", "handle": None, "avatar_url": ""},
        "body": "Has he got beans?",
        "resolved": False,
        "person": None,
        "occasion": None,
        "list": None,
        "gift": None,
        "item": str(wish.pk),
        "hidden_from": [{"id": str(family.leo.person.pk), "display_name": "Leo"}],
        "mentions": [],
        "updated_at": moment,
    }


@pytest.mark.parametrize("kind", ["person", "occasion", "list", "gift", "item"])
def test_it_is_about_each_kind_of_thing_and_found_by_it(family: Family, wish: ListItem, kind: str):
    day = Occasion.objects.create(household=family.household, name="Birthday", honoree=family.leo.person)
    things = {"person": family.leo.person.pk, "occasion": day.pk, "list": wish.list_id, "gift": wish.gift_id}
    things |= {"item": wish.pk}
    said = say(family.mia, **{kind: things[kind], "hidden_from": [str(family.leo.person.pk)]}).json()

    mia = family.mia.api()
    assert said[kind] == str(things[kind])
    assert [said[other] for other in things if other != kind] == [None] * 4
    for name, pk in things.items():
        found = [row["id"] for row in mia.get(f"{COMMENTS}?{name}={pk}").json()["results"]]
        assert found == ([said["id"]] if name == kind else [])
    assert Activity.objects.latest("seq").verb == "comment.made"


def test_it_is_about_exactly_one_thing(family: Family, wish: ListItem):
    assert set(complaint(say(family.mia))) == {"person", "occasion", "list", "gift", "item"}
    assert set(complaint(say(family.mia, item=wish.pk, list=wish.list_id))) == {"item", "list"}


@pytest.mark.parametrize("body", [None, "", "  ", "x" * 5001])
def test_it_says_something_and_not_too_much(family: Family, body: Any):
    assert set(complaint(say(family.mia, person=family.theo.pk, body=body))) == {"body"}


def test_newest_first_and_what_is_resolved_apart(family: Family):
    one, two, three = (family.mia.say(str(number), person=family.theo) for number in range(3))
    mia = family.mia.api()
    assert mia.patch(f"{COMMENTS}/{two.pk}", {"resolved": True}).status_code == 200

    def found(query: str) -> list[str]:
        return [row["id"] for row in mia.get(f"{COMMENTS}?{query}").json()["results"]]

    assert found("") == [str(three.pk), str(two.pk), str(one.pk)]
    assert found("resolved=true") == [str(two.pk)]
    assert found("resolved=false") == [str(three.pk), str(one.pk)]
    assert found(f"household={NEVER}") == []
    assert error(mia.get(f"{COMMENTS}?ordering=body")) == (400, "VALIDATION_FAILED")


def test_a_list_and_what_is_hidden_beside_it_are_read_as_one(family: Family, wishes: GiftList):
    beside = family.ada.add(wishes, "A lamp")
    for_givers = family.ada.say(list=beside.list)
    assert [row["id"] for row in family.mia.api().get(f"{COMMENTS}?list={wishes.pk}").json()["results"]] == [
        str(for_givers.pk)
    ]
    assert family.leo.api().get(f"{COMMENTS}?list={wishes.pk}").json()["results"] == []


# --- From whom it is hidden ----------------------------------------------------------------------


def test_left_to_itself_it_is_hidden_from_whom_the_subject_is_for(family: Family, wish: ListItem, surprise: ListItem):
    leo = family.leo.person
    day = Occasion.objects.create(household=family.household, name="Birthday", honoree=leo)
    beside = family.ada.add(wish.list, "A lamp")
    about = [{"person": leo}, {"occasion": day}, {"list": wish.list}, {"item": wish}]
    about += [{"list": surprise.list}, {"item": surprise}, {"item": beside}, {"list": beside.list}]
    for subject in about:
        comment = family.mia.say(**subject)
        assert list(comment.hidden_from.all()) == [leo], subject
        assert readers(family, comment) == "mag", subject


def test_on_what_is_for_nobody_it_is_hidden_from_nobody(family: Family):
    ideas = family.mia.list("Ideas", kind="idea")
    for subject in ({"list": ideas}, {"item": family.mia.add(ideas)}):
        assert readers(family, family.mia.say(**subject)) == "mlag"


def test_on_a_gift_and_on_a_day_of_nobody_it_has_to_be_told(family: Family, wish: ListItem):
    christmas = Occasion.objects.create(household=family.household, name="Christmas")
    for subject in ({"gift": wish.gift_id}, {"occasion": christmas.pk}):
        assert list(complaint(say(family.mia, **subject))) == ["hidden_from"]
        assert hidden_from(say(family.mia, **subject, hidden_from=[])) == []
        assert hidden_from(say(family.mia, **subject, hidden_from=[str(family.ada.person.pk)])) == ["Ada"]
    assert Comment.objects.count() == 4


def test_somebody_else_may_be_named_instead(family: Family, wish: ListItem):
    comment = family.mia.say(item=wish, hidden_from=[family.ada.person])
    assert readers(family, comment) == "mlg"


def test_whoever_reads_it_is_told_from_whom_to_keep_it(family: Family, wish: ListItem):
    """Its subject's recipient, too: what is kept from Grandma is a matter between its author and its readers."""
    comment = family.mia.say(item=wish, hidden_from=[family.grandma.person])
    for reader in (family.mia, family.ada, family.leo):
        assert hidden_from(reader.api().get(f"{COMMENTS}/{comment.pk}")) == ["Grandma"]


def test_both_halves_of_a_couple_are_kept_out(family: Family):
    open_list = family.mia.list("Ours", recipient=family.grandparents, visibility="household")
    comment = family.mia.say(list=open_list)
    assert list(comment.hidden_from.all()) == [family.grandparents]
    assert readers(family, comment) == "mla"


def test_half_of_a_couple_speaks_of_what_is_for_both_in_front_of_the_other(family: Family):
    grandpas_login = join(family.household, "Opa")
    Membership.objects.filter(pk=grandpas_login.membership.pk).update(person=family.grandpa)
    ours = family.grandma.list("Ours", recipient=family.grandparents)
    comment = family.grandma.say(list=ours)
    assert list(comment.hidden_from.all()) == []
    assert readers(family, comment, Member(grandpas_login.user, family.grandpa)) == "mlagO"


def test_half_of_a_couple_hides_from_the_other_half(family: Family):
    comment = family.grandma.say(person=family.grandpa)
    assert list(comment.hidden_from.all()) == [family.grandpa]
    assert readers(family, comment) == "mlag"


def test_nobody_hides_anything_from_themself(family: Family, wish: ListItem):
    for mine in (family.grandma.person, family.grandparents):
        answer = say(family.grandma, item=wish.pk, hidden_from=[str(family.leo.person.pk), str(mine.pk)])
        assert list(complaint(answer)) == ["hidden_from"]
    mine = family.mia.say(person=family.theo)
    answer = family.mia.api().patch(f"{COMMENTS}/{mine.pk}", {"hidden_from": [str(family.mia.person.pk)]})
    assert list(complaint(answer)) == ["hidden_from"]


def test_only_persons_of_the_household_can_be_named(family: Family, neighbour: Member, wish: ListItem):
    Membership.objects.create(household=neighbour.person.household, user=family.mia.user, person=None)
    for stranger in (neighbour.person.pk, NEVER):
        answer = say(family.ada, item=wish.pk, hidden_from=[str(stranger)])
        assert complaint(answer) == {"hidden_from": ["There is no such row."]}
    answer = say(family.mia, item=wish.pk, hidden_from=[str(neighbour.person.pk)])
    assert complaint(answer) == {"hidden_from": ["There is no such person in this household."]}
    answer = say(family.mia, item=wish.pk, hidden_from=[str(family.leo.person.pk)] * 51)
    assert complaint(answer) == {"hidden_from": ["Name 50 at most."]}


def test_what_was_said_behind_a_back_stays_there_when_the_thing_is_opened(family: Family, surprise: ListItem):
    """Opening a list shows the list. What others said on it is shown by them, or not at all."""
    day = Occasion.objects.create(
        household=family.household, name="Party", honoree=family.leo.person, visibility=Occasion.Visibility.HIDDEN
    )
    for_party = family.ada.list("Cake", occasion=day, recipient=family.theo, visibility="household")
    about = [{"list": surprise.list}, {"item": surprise}, {"gift": surprise.gift}, {"occasion": day}]
    said = [family.ada.say(**subject, hidden_from=[]) for subject in [*about, {"list": for_party}]]
    GiftList.objects.filter(pk=surprise.list_id).update(visibility="household")
    Occasion.objects.filter(pk=day.pk).update(visibility="household")

    leo = family.leo.api()
    assert leo.get(f"{API}/items/{surprise.pk}").status_code == 200
    assert leo.get(COMMENTS).json()["results"] == []
    assert family.ada.api().patch(f"{COMMENTS}/{said[0].pk}", {"hidden_from": []}).json()["hidden_from"] == []
    assert [row["id"] for row in leo.get(COMMENTS).json()["results"]] == [str(said[0].pk)]


def test_a_gift_that_is_shown_to_everybody_is_spoken_of_openly(family: Family, surprise: ListItem):
    open_list = family.ada.list("Ideas", kind="idea")
    family.ada.api().post(f"{API}/lists/{open_list.pk}/items", {"gift": str(surprise.gift_id)})
    assert readers(family, family.ada.say(gift=surprise.gift, hidden_from=[])) == "mlag"


def test_a_gift_that_is_a_surprise_for_two_is_known_to_both(family: Family, surprise: ListItem):
    """Each sees it as a giver of the other."""
    for_ada = family.mia.list("For Ada", recipient=family.ada.person)
    family.mia.api().post(f"{API}/lists/{for_ada.pk}/items", {"gift": str(surprise.gift_id)})
    assert readers(family, family.mia.say(gift=surprise.gift, hidden_from=[])) == "mlag"


# --- Who reads it --------------------------------------------------------------------------------


def test_it_is_read_by_those_who_see_what_it_is_about(family: Family, neighbour: Member, guest: Member, wish: ListItem):
    private = family.mia.list("Private", visibility="private")
    hidden = family.leo.list("For Mia", recipient=family.mia.person)
    for comment, expected in (
        (family.mia.say(list=private), "m"),
        (family.leo.say(list=hidden), "lag"),
        (family.ada.say(item=wish), "mag"),
        (family.ada.say(person=family.theo), "mlag"),
    ):
        assert readers(family, comment, neighbour, guest) == expected
        assert family.mia.api().head(f"{COMMENTS}/{comment.pk}").status_code == (200 if "m" in expected else 404)


def test_without_a_viewer_there_is_nothing(family: Family):
    family.mia.say(person=family.theo)
    assert not Comment.objects.known_to(None).exists()
    assert not Comment.objects.visible_to(None).exists()


def test_it_goes_with_what_it_is_about(family: Family):
    ideas = family.mia.list("Ideas", kind="idea")
    comment = family.ada.say(list=ideas)
    family.mia.api().delete(f"{API}/lists/{ideas.pk}")
    assert readers(family, comment) == ""


def test_the_diary_knows_those_who_might_have_read_what_is_deleted(family: Family, wish: ListItem):
    comment = family.mia.say(item=wish)
    family.mia.api().delete(f"{COMMENTS}/{comment.pk}")
    knowing = [member for member in (family.mia, family.ada, family.leo) if _knows(member, comment)]
    assert knowing == [family.mia, family.ada]
    assert readers(family, comment) == ""


def _knows(member: Member, comment: Comment) -> bool:
    return Comment.objects.known_to(member.viewer).filter(pk=comment.pk).exists()


# --- Who may do what -----------------------------------------------------------------------------

WORDS, HIDING, RESOLVING = {"body": "New"}, {"hidden_from": []}, {"resolved": True}
MAY = {
    # who: (change the words, hide it from others, resolve it, delete it)
    "author": (200, 200, 200, 204),
    "owner": (403, 403, 200, 204),
    "member": (403, 403, 200, 403),
    "guest": (403, 403, 403, 403),
    "guest without a share": (404, 404, 404, 404),
    "recipient": (404, 404, 404, 404),
    "half of the couple": (404, 404, 404, 404),
    "neighbour": (404, 404, 404, 404),
}


@pytest.mark.parametrize("actor", MAY)
def test_who_may_change_a_comment(family: Family, neighbour: Member, guest: Member, wish: ListItem, actor: str):
    """Ada's, on Leo's wish, hidden from him and from the grandparents."""
    comment = family.ada.say("Old", item=wish, hidden_from=[family.leo.person, family.grandparents])
    share(wish.list, guest)
    actors = {
        "author": family.ada,
        "owner": family.mia,
        "member": join(family.household, "Max"),
        "guest": guest,
        "guest without a share": join(family.household, "Gil", Role.GUEST),
        "recipient": family.leo,
        "half of the couple": family.grandma,
        "neighbour": neighbour,
    }
    api, path = actors[actor].api(), f"{COMMENTS}/{comment.pk}"
    tries = [api.patch(path, change) for change in (WORDS, HIDING, RESOLVING)]
    answers = [*tries, api.delete(path)]
    assert tuple(answer.status_code for answer in answers) == MAY[actor]
    comment.refresh_from_db()
    assert comment.body == ("New" if actor == "author" else "Old")
    assert comment.resolved == (MAY[actor][2] == 200)
    assert (comment.deleted_at is not None) == (MAY[actor][3] == 204)
    assert comment.hidden_from.count() == (0 if actor == "author" else 2)


def test_an_owner_cannot_touch_what_is_hidden_from_them(family: Family):
    comment = family.ada.say(person=family.theo, hidden_from=[family.mia.person])
    mia = family.mia.api()
    for path in (comment.pk, NEVER):
        answers = [mia.get(f"{COMMENTS}/{path}"), mia.patch(f"{COMMENTS}/{path}", {"bogus": 1})]
        answers += [mia.delete(f"{COMMENTS}/{path}")]
        assert {essence(answer) for answer in answers} == {b"('RESOURCE_NOT_FOUND', 'There is nothing here.', {})"}


def test_words_and_resolution_are_not_changed_in_one_breath_by_somebody_else(family: Family):
    comment = family.ada.say("Old", person=family.theo)
    answer = family.mia.api().patch(f"{COMMENTS}/{comment.pk}", {"resolved": True, "body": "New"})
    assert error(answer) == (403, "RESOURCE_FORBIDDEN")
    comment.refresh_from_db()
    assert (comment.body, comment.resolved) == ("Old", False)


def test_only_its_words_make_it_edited(family: Family):
    comment = family.ada.say("Old", person=family.theo, hidden_from=[])
    path, ada = f"{COMMENTS}/{comment.pk}", family.ada.api()
    for change in ({"resolved": True}, {"hidden_from": [str(family.leo.person.pk)]}, {"body": "Old"}, {}):
        answer = ada.patch(path, change).json()
        assert answer["updated_at"] == answer["created_at"], change
    answer = ada.patch(path, {"body": "New"}).json()
    assert answer["updated_at"] > answer["created_at"]
    assert (answer["resolved"], len(answer["hidden_from"])) == (True, 1)


def test_each_change_is_in_the_diary_and_nothing_else(family: Family):
    comment = family.ada.say("Old", person=family.theo)
    path, ada = f"{COMMENTS}/{comment.pk}", family.ada.api()
    for change in (
        {"body": "New", "hidden_from": [str(family.leo.person.pk)]},
        {"body": "New"},
        {"resolved": True},
        {"resolved": True},
        {"resolved": False, "body": "Newer"},
    ):
        assert ada.patch(path, change).status_code == 200
    assert ada.delete(path).status_code == 204
    entries = Activity.objects.filter(subject_id=comment.pk).order_by("seq")
    assert {(entry.subject_type, entry.actor) for entry in entries} == {("comment", family.ada.user)}
    assert [(entry.verb, entry.payload) for entry in entries] == [
        ("comment.made", {}),
        ("comment.updated", {"fields": ["body", "hidden_from"]}),
        ("comment.resolved", {"resolved": True}),
        ("comment.updated", {"fields": ["body"]}),
        ("comment.resolved", {"resolved": False}),
        ("comment.deleted", {}),
    ]
    comment.refresh_from_db()
    assert comment.deleted_by == family.ada.user


def test_its_author_hides_it_from_more_and_from_fewer(family: Family, wish: ListItem):
    comment = family.mia.say(item=wish)
    path, mia = f"{COMMENTS}/{comment.pk}", family.mia.api()
    leo, ada = str(family.leo.person.pk), str(family.ada.person.pk)
    assert hidden_from(mia.patch(path, {"hidden_from": [leo, ada]})) == ["Leo", "Ada"]
    assert readers(family, comment) == "mg"
    assert hidden_from(mia.patch(path, {"hidden_from": []})) == []
    assert readers(family, comment) == "mlag"


def test_somebody_who_was_deleted_does_not_drop_out_by_silence(family: Family, wish: ListItem):
    """They may sign in still, and are as blind as ever."""
    comment = family.ada.say(item=wish, hidden_from=[family.leo.person, family.grandma.person])
    Person.objects.filter(pk=family.grandma.person.pk).update(deleted_at=wish.created_at)
    assert hidden_from(family.ada.api().patch(f"{COMMENTS}/{comment.pk}", {"hidden_from": []})) == []
    assert readers(family, comment) == "mla"


def test_who_comes_to_be_among_the_hidden_loses_their_own_words(family: Family):
    """As somebody does who joins the couple that their list is for."""
    comment = family.mia.say(person=family.theo, hidden_from=[family.grandparents])
    family.grandparents.member_links.create(household=family.household, member=family.mia.person)
    assert readers(family, comment) == "la"


# --- Said twice, and read too long ago -----------------------------------------------------------


def test_what_is_sent_twice_is_said_once(family: Family):
    ada, key = family.ada.api(), {"Idempotency-Key": "once"}
    body = {"person": str(family.theo.pk), "body": "Hm"}
    first, again = (ada.post(COMMENTS, body, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert Comment.objects.count() == 1


def test_a_change_to_what_has_been_changed_meanwhile_is_refused(family: Family):
    comment = family.ada.say("Old", person=family.theo)
    path, ada = f"{COMMENTS}/{comment.pk}", family.ada.api()
    stale = {"If-Match": ada.get(path)["ETag"]}
    assert family.mia.api().patch(path, {"resolved": True}).status_code == 200
    for answer in (ada.patch(path, {"body": "New"}, headers=stale), ada.delete(path, headers=stale)):
        assert answer.status_code == 412
    fresh = {"If-Match": ada.get(path)["ETag"]}
    assert ada.patch(path, {"body": "New"}, headers=fresh).json()["body"] == "New"


# --- Probing -------------------------------------------------------------------------------------


def test_speaking_of_what_is_hidden_is_answered_like_speaking_of_nothing(
    family: Family, neighbour: Member, surprise: ListItem
):
    party = Occasion.objects.create(
        household=family.household, name="Party", honoree=family.leo.person, visibility=Occasion.Visibility.HIDDEN
    )
    hidden = {"occasion": party.pk, "list": surprise.list_id, "gift": surprise.gift_id, "item": surprise.pk}
    for prober, things in ((family.leo, hidden), (neighbour, hidden | {"person": family.theo.pk})):
        api = prober.api()
        for kind, pk in things.items():
            for body in ({"body": "x"}, {"body": "x", "hidden_from": []}, {}, {"body": "x", "bogus": 1}):
                tried = [api.post(COMMENTS, body | {kind: str(one)}) for one in (pk, NEVER)]
                assert essence(tried[0]) == essence(tried[1])
                # Looked for only when all else is in order.
                if body.keys() in ({"body"}, {"body", "hidden_from"}):
                    assert complaint(tried[0])[kind] == ["There is no such row."]
            assert api.get(f"{COMMENTS}?{kind}={pk}").content == api.get(f"{COMMENTS}?{kind}={NEVER}").content
    assert not Comment.objects.exists()


def test_a_wish_and_its_list_are_deleted_whatever_is_said_about_them(family: Family, wish: ListItem):
    family.mia.say(item=wish)
    family.mia.say(list=wish.list)
    leo = family.leo.api()
    assert leo.delete(f"{API}/items/{wish.pk}").status_code == 204
    assert leo.delete(f"{API}/lists/{wish.list_id}").status_code == 204


# --- Wishes that were taken back -----------------------------------------------------------------


@pytest.mark.parametrize("subject", ["item", "gift"])
def test_what_is_said_of_a_wish_that_was_taken_back_is_hidden_from_whose_it_was(
    family: Family, wish: ListItem, subject: str
):
    claim_item(viewer=family.mia.viewer, item_id=wish.pk)
    leo = family.leo.api()
    assert leo.delete(f"{API}/items/{wish.pk}").status_code == 204
    comment = family.ada.say(**{subject: getattr(wish, subject, wish)}, hidden_from=[])
    assert readers(family, comment) == "mag"

    leo.post(f"{API}/lists/{wish.list_id}/items", {"gift": str(wish.gift_id)})
    assert leo.get(f"{API}/items/{wish.pk}").status_code == 200
    assert leo.get(COMMENTS).json()["results"] == []


@pytest.mark.parametrize("subject", ["item", "gift"])
@pytest.mark.parametrize("change", ["edit", "resolve", "delete"])
def test_what_they_had_read_waits_unchanged_until_they_wish_for_it_again(
    family: Family, wish: ListItem, subject: str, change: str
):
    """Or the wish that comes back would tell that it had never been gone: because somebody had claimed it."""
    comment = family.ada.say(**{subject: getattr(wish, subject, wish)}, hidden_from=[])
    claim_item(viewer=family.mia.viewer, item_id=wish.pk)
    leo, ada = family.leo.api(), family.ada.api()
    before = leo.get(f"{COMMENTS}/{comment.pk}").content
    assert leo.delete(f"{API}/items/{wish.pk}").status_code == 204
    assert leo.get(f"{COMMENTS}/{comment.pk}").status_code == 404

    path = f"{COMMENTS}/{comment.pk}"
    bodies = {"edit": {"body": "He has none"}, "resolve": {"resolved": True}}
    answer = ada.delete(path) if change == "delete" else ada.patch(path, bodies[change])
    assert error(answer) == (409, "CONFLICT_STATE")
    leo.post(f"{API}/lists/{wish.list_id}/items", {"gift": str(wish.gift_id)})
    assert leo.get(path).content == before


def test_what_they_never_read_goes_on_among_those_who_give(family: Family, wish: ListItem):
    comment = family.ada.say(item=wish)
    claim_item(viewer=family.mia.viewer, item_id=wish.pk)
    family.leo.api().delete(f"{API}/items/{wish.pk}")
    path = f"{COMMENTS}/{comment.pk}"
    assert family.mia.api().patch(path, {"resolved": True}).status_code == 200
    assert hidden_from(family.ada.api().patch(path, {"body": "Still?", "hidden_from": []})) == ["Leo"]
    assert family.ada.api().delete(path).status_code == 204


# --- Guests --------------------------------------------------------------------------------------


def test_a_guest_speaks_of_what_is_shared_with_them(family: Family, guest: Member, wish: ListItem):
    share(wish.list, guest)
    for subject in ({"list": wish.list_id}, {"item": wish.pk}, {"gift": wish.gift_id, "hidden_from": []}):
        answer = say(guest, **subject)
        assert answer.status_code == 201, answer.content
    on_the_wish = Comment.objects.get(item=wish)
    assert list(on_the_wish.hidden_from.all()) == [family.leo.person]
    assert readers(family, on_the_wish, guest) == "magG"


def test_a_guest_speaks_of_nothing_else(family: Family, guest: Member, wish: ListItem, surprise: ListItem):
    share(wish.list, guest)
    christmas = Occasion.objects.create(household=family.household, name="Christmas")
    for kind, pk in (
        ("person", family.theo.pk),
        ("occasion", christmas.pk),
        ("list", surprise.list_id),
        ("item", surprise.pk),
    ):
        answers = [say(guest, **{kind: one}) for one in (pk, NEVER)]
        assert essence(answers[0]) == essence(answers[1])
        assert complaint(answers[0]) == {kind: ["There is no such row."]}


def test_of_whom_a_list_is_for_a_guest_knows_the_name_and_speaks_not(family: Family, guest: Member, wish: ListItem):
    share(wish.list, guest)
    assert guest.api().get(f"{API}/people/{family.leo.person.pk}").status_code == 200
    assert error(say(guest, person=family.leo.person.pk)) == (403, "RESOURCE_FORBIDDEN")
    family.mia.say(person=family.leo.person)
    assert guest.api().get(COMMENTS).json()["results"] == []


def test_a_guest_names_only_persons_whom_they_see(family: Family, guest: Member, wish: ListItem):
    share(wish.list, guest)
    for nobody in (family.theo.pk, NEVER):
        answer = say(guest, item=wish.pk, hidden_from=[str(nobody)])
        assert complaint(answer) == {"hidden_from": ["There is no such row."]}
    both = family.mia.say(item=wish, hidden_from=[family.leo.person, family.theo])
    assert hidden_from(guest.api().get(f"{COMMENTS}/{both.pk}")) == ["Leo"]


def test_a_guest_changes_their_own_words_and_unhides_them_from_nobody_they_do_not_see(
    family: Family, guest: Member, wish: ListItem
):
    share(wish.list, guest)
    comment = guest.say("Old", list=wish.list)
    CommentHiddenFrom.objects.create(household=family.household, comment=comment, person=family.ada.person)
    path, gus = f"{COMMENTS}/{comment.pk}", guest.api()
    answer = gus.patch(path, {"body": "New", "resolved": True})
    assert (answer.status_code, answer.json()["resolved"]) == (200, True)
    assert "Ada" not in hidden_from(gus.patch(path, {"hidden_from": []}))
    assert family.ada.api().get(path).status_code == 404
    ListShare.objects.all().delete()
    assert gus.patch(path, {"body": "Newer"}).status_code == 404


# --- Two households ------------------------------------------------------------------------------


def test_a_comment_belongs_to_the_household_of_its_subject(family: Family, neighbour: Member):
    Membership.objects.create(household=neighbour.person.household, user=family.mia.user, role=Role.MEMBER)
    said = [say(family.mia, person=person.pk).json() for person in (family.theo, neighbour.person)]
    homes = [str(family.household.pk), str(neighbour.person.household_id)]
    assert [comment["household"] for comment in said] == homes
    for comment, home in zip(said, homes, strict=True):
        found = family.mia.api().get(f"{COMMENTS}?household={home}").json()["results"]
        assert [row["id"] for row in found] == [comment["id"]]
    assert neighbour.api().get(COMMENTS).json()["results"] == []
