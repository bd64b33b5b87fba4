"""The diary tells nobody of their own surprise: not by an entry, an order or a title, nor by what changes in it."""

import pytest
from rest_framework.test import APIClient

from gifts.models import Comment, Gift, GiftList
from gifts.services.merging import merge_people
from gifts.services.stream import BEFORE_ALL
from households.models import Activity, Occasion, Person, Role
from households.services import diary
from tests.cast import Family, Member, join
from tests.gifts.looking import API, looks
from tests.gifts.scene import HIDDEN_CHANGES, Scene, claim, done, make_scene
from tests.gifts.test_activity import entries, told
from tests.secrets import hide, open_household

PATHS = [
    f"{API}/activity",
    f"{API}/activity?limit=2",
    f"{API}/activity?verb=claim.made",
    f"{API}/activity/stream",
    f"{API}/activity/stream?after={BEFORE_ALL}",
]


def read(api: APIClient) -> dict:
    return looks(api, PATHS)


@pytest.fixture
def scene(family: Family) -> Scene:
    return make_scene(family)


def test_page_by_page_and_live_from_now_on_it_is_as_it_was_too(scene: Scene):
    before = read(scene.leo)
    for name in ("two share it", "a list gets its first surprise", "a hidden occasion comes and goes"):
        HIDDEN_CHANGES[name](scene)
    assert read(scene.leo) == before


def test_so_many_hidden_entries_that_they_fill_pages_leave_no_gap(scene: Scene):
    before = read(scene.leo)
    for _ in range(120):
        diary.record(
            household_id=scene.family.household.pk, actor=None, verb="plan.updated", subject=scene.hidden_item.plan
        )
    assert read(scene.leo) == before
    assert len(scene.mia.get(f"{API}/activity?limit=100").json()["results"]) == 100


def test_no_word_of_what_is_hidden_stands_in_an_entry(family: Family, neighbour: Member):
    home = open_household(family, neighbour)
    secrets = hide(home)
    actors = home.actors()
    for name in ("recipient", "other", "guest"):
        text = str(entries(actors[name])) + str(looks(actors[name], PATHS[-2:]))
        assert [secret for secret in secrets if secret in text] == [], name


def test_both_halves_of_a_couple_are_blind_to_what_is_planned_for_it(family: Family):
    family.leo.list("Ours", recipient=family.grandparents, visibility="household")
    grandma = family.grandma.api()
    before = read(grandma)
    hidden = family.ada.list("Theirs", recipient=family.grandparents)
    family.mia.api().post(f"{API}/items/{family.ada.add(hidden, 'A trip').pk}/claim", {})

    assert read(grandma) == before
    assert [title for verb, _, title in told(family.leo.api()) if verb == "claim.made"] == ["A trip"]


def test_a_private_list_is_told_of_to_its_owner_only(family: Family):
    family.ada.add(family.ada.list("Mine", visibility="private"), "A secret")
    assert ("item.added", "item", "A secret") in told(family.ada.api())
    for other in (family.mia, family.leo, family.grandma):
        assert told(other.api()) == [("household.created", "household", "The Bauers")]


def test_a_hidden_comment_is_told_of_to_the_others_only(scene: Scene):
    family = scene.family
    before = read(scene.leo)
    said = Comment.objects.create(household=family.household, author=family.mia.user, body="Hush", item=scene.wish)
    said.hidden_from_links.create(household=family.household, person=family.leo.person)
    diary.record(household_id=family.household.pk, actor=family.mia.user, verb="comment.added", subject=said)

    assert read(scene.leo) == before
    assert told(scene.ada)[-1] == ("comment.added", "comment", "Socks")
    said.entomb(by=family.mia.user)
    assert read(scene.leo) == before


def test_a_gift_that_was_taken_back_keeps_its_new_life_to_itself(scene: Scene):
    """Mia wishes openly for Leo, takes it back, and the same gift becomes a surprise under another title."""
    mia, leo = scene.family.mia, scene.leo
    openly = mia.add(scene.wishlist, "A bicycle?", openly=True)
    done(scene.mia.post(f"{API}/lists/{scene.hidden_list.pk}/items", {"gift": str(openly.gift_id)}))
    done(scene.mia.delete(f"{API}/items/{openly.pk}"))
    before = read(leo)
    # Not through the API, which keeps such a gift as he knew it.
    Gift.objects.filter(pk=openly.gift_id).update(title="Bought: the red one")

    assert read(leo) == before
    assert ("item.added", "item", None) in told(leo)
    assert ("item.added", "item", "Bought: the red one") in told(scene.mia)


def test_what_is_made_public_on_purpose_tells_its_story(scene: Scene):
    done(scene.mia.post(f"{API}/gifts/{scene.hidden_item.gift_id}/publish"))
    assert told(scene.leo)[-1] == ("gift.published", "gift", "A drill")
    assert "claim.made" not in {verb for verb, _, _ in told(scene.leo)}


def test_an_occasion_that_becomes_hidden_was_never_there(family: Family):
    api = family.leo.api()
    before = read(api)
    party = Occasion.objects.create(household=family.household, name="Party", honoree=family.leo.person)
    family.ada.list("Cake", occasion=party, visibility="household")
    diary.record(household_id=family.household.pk, actor=None, verb="occasion.updated", subject=party)
    assert read(api) != before
    Occasion.objects.filter(pk=party.pk).update(visibility=Occasion.Visibility.HIDDEN)

    assert read(api) == before


def test_who_turns_out_to_be_the_recipient_reads_no_more_of_it(scene: Scene):
    """A merge makes Leo the one for whom the others plan."""
    family = scene.family
    lion = Person.objects.create(household=family.household, display_name="Lion")
    item = family.ada.add(family.ada.list("For Lion", recipient=lion), "A cage")
    family.mia.api().post(f"{API}/items/{item.pk}/claim", {})
    assert ("claim.made", "claim", "A cage") in told(scene.leo)

    merge_people(viewer=family.mia.viewer, source_id=lion.pk, target_id=family.leo.person.pk)

    read_by_leo = told(scene.leo)
    assert read_by_leo[-1] == ("person.merged", "person", "Leo")
    assert "A cage" not in str(read_by_leo)


def test_what_a_guest_does_is_told_of_to_givers_only(scene: Scene):
    guest = join(scene.family.household, "Gus", Role.GUEST)
    scene.wishlist.shares.create(household=scene.family.household, guest=guest.membership)
    before = read(scene.leo)
    claim_by_guest = guest.api().post(f"{API}/items/{scene.wish.pk}/claim", {})

    assert done(claim_by_guest)
    assert read(scene.leo) == before
    assert entries(scene.mia)[0]["actor"]["name"] == "Gus"
    assert entries(guest.api()) == []


def test_no_entry_and_no_id_counts_what_lies_between(scene: Scene):
    """Nothing of an entry follows from the ones before it that are hidden."""
    claim("mia")(scene)
    family = scene.family
    note = family.leo.list("After")
    entry = Activity.objects.get(subject_id=note.pk)
    shown = entries(scene.leo)[0]

    assert shown["id"] == str(entry.pk)
    assert shown.keys() == {"id", "household", "at", "actor", "verb", "subject", "payload"}
    assert str(entry.seq) not in {str(value) for value in shown.values()}


def test_rows_that_nobody_may_see_have_no_title(family: Family):
    """The title is looked for behind the same doors, should an entry ever be read by mistake."""
    hidden = family.ada.add(family.ada.list("Hush", recipient=family.leo.person), "A drum")
    assert Gift.objects.known_to(family.leo.viewer).filter(pk=hidden.gift_id).count() == 0
    assert GiftList.objects.known_to(family.leo.viewer).filter(pk=hidden.list_id).count() == 0
    assert entries(family.leo.api(), f"subject={hidden.pk}") == entries(family.leo.api(), f"subject={BEFORE_ALL}") == []
