"""Whatever a family does in whatever order, three properties hold after every step.

`SECRECY_EXAMPLES=200` makes it look for longer.
"""

import os
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from gifts.models import Claim, Comment, GiftList, ItemPlan, ListItem
from households.models import Occasion
from tests.envelope import NOWHERE
from tests.gifts.scene import HIDDEN_CHANGES
from tests.secrecy.before_after import Play, differing, for_a_couple, for_leo

API = "/api/v1"
# Where a hidden row of each kind would be read.
READ_AT: list[tuple[type, str]] = [(GiftList, "lists"), (ListItem, "items"), (Occasion, "occasions")]


class AFamilyWithSecrets(RuleBasedStateMachine):
    """Leo, or a couple of whom each half looks; two who give; and whatever occurs to any of them."""

    @initialize(couple=st.booleans())
    def a_family(self, couple: bool) -> None:
        self.play: Play = for_a_couple(scenes=1) if couple else for_leo(scenes=1)
        self.scene = self.play.scenes[0]
        self.urls = self.play.questions(self.play.viewers[0]).collections()
        self.urls += [f"{API}/lists/{self.scene.wishlist.pk}/items", f"{API}/items/{self.scene.wish.pk}"]
        self.seen = self.play.looks(self.urls)

    @rule(name=st.sampled_from(sorted(HIDDEN_CHANGES)))
    def something_hidden_happens(self, name: str) -> None:
        if self._happens(lambda: HIDDEN_CHANGES[name](self.scene)):
            after = self.play.looks(self.urls)
            assert differing(self.seen, after) == set(), f"they notice that {name}"
            self._holds(after)

    @rule(quantity=st.integers(1, 5), note=st.sampled_from(["", "Wool", "Cotton"]))
    def the_recipient_changes_their_mind(self, quantity: int, note: str) -> None:
        body = {"quantity": quantity, "note": note}
        self._openly(lambda: self.scene.leo.patch(f"{API}/items/{self.scene.wish.pk}", body))

    @rule(title=st.sampled_from(["A hat", "A drill", "A kite"]))
    def the_recipient_wishes_for_more(self, title: str) -> None:
        path = f"{API}/lists/{self.scene.wishlist.pk}/items"
        self._openly(lambda: self.scene.leo.post(path, {"new_gift": {"title": title}}))

    @rule(row=st.sampled_from(["items/{0.second_wish.pk}", "lists/{0.birthday_list.pk}", "occasions/{0.birthday.pk}"]))
    def the_recipient_takes_something_back(self, row: str) -> None:
        self._openly(lambda: self.scene.leo.delete(f"{API}/{row.format(self.scene)}"))

    @rule(openly=st.booleans())
    def a_giver_opens_or_closes_a_list(self, openly: bool) -> None:
        visibility = "household" if openly else "hidden_from_recipient"
        path = f"{API}/lists/{self.scene.hidden_list.pk}"
        self._openly(lambda: self.scene.mia.patch(path, {"visibility": visibility}))

    @rule()
    def two_persons_turn_out_to_be_one(self) -> None:
        path = f"{API}/people/{self.scene.family.theo.pk}/merge"
        self._openly(lambda: self.scene.mia.post(path, {"into": str(self.scene.family.ada.person.pk)}))

    def _openly(self, change: Any) -> None:
        """Everybody may notice it; but nothing else comes to light."""
        if self._happens(change):
            self.seen = self.play.looks(self.urls)
            self._holds(self.seen)

    def _happens(self, change: Any) -> bool:
        try:
            with transaction.atomic():
                change()
        except (AssertionError, KeyError, TypeError, ValueError):  # refused, or there is nothing left to change
            return False
        return True

    def _holds(self, looks: dict) -> None:
        hidden = self._hidden()
        for (who, url), answers in looks.items():
            words = "".join(body.decode() + str(headers) for _, body, headers in answers)
            assert [pk for pk in hidden if str(pk) in words and str(pk) not in url] == [], (who, url)
        for model, page in READ_AT:
            for pk in hidden & set(model._base_manager.values_list("pk", flat=True)):
                for who in self.play.blind:
                    there, nowhere = who.get(f"{API}/{page}/{pk}"), who.get(f"{API}/{page}/{NOWHERE}")
                    assert there.seen == nowhere.seen, (who.name, page)

    def _hidden(self) -> set[UUID]:
        """What they may not know of, worked out from the rows and not by the door that is being tested."""
        family = self.scene.family
        theirs = {pk for viewer in self.play.viewers for pk in (viewer.person.pk, family.leo.person.pk)}
        owners = [viewer.user.pk for viewer in self.play.viewers]
        private = Q(visibility="private") & ~Q(owner__in=owners)
        secret = Q(occasion__visibility="hidden_from_honoree", occasion__honoree__in=theirs)
        lists = GiftList._base_manager.filter(
            Q(visibility="hidden_from_recipient", recipient__in=theirs) | private | secret
        )
        occasions = Occasion._base_manager.filter(visibility="hidden_from_honoree", honoree__in=theirs)
        found = [
            lists,
            occasions,
            ListItem._base_manager.filter(list__in=lists),
            ItemPlan._base_manager.filter(Q(item__list__in=lists) | Q(item__list__recipient__in=theirs)),
            Claim._base_manager.filter(Q(item__list__in=lists) | Q(item__list__recipient__in=theirs)),
            Comment._base_manager.filter(hidden_from__in=theirs),
        ]
        return {pk for rows in found for pk in rows.values_list("pk", flat=True)}


class TestAFamilyWithSecrets(AFamilyWithSecrets.TestCase, HypothesisTestCase):
    settings = settings(
        max_examples=int(os.environ.get("SECRECY_EXAMPLES", "2")),
        stateful_step_count=7,
        deadline=None,
        derandomize="SECRECY_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
