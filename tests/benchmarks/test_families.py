"""The families that growth is measured in, and how a family is put back as it was."""

import pytest
from django.utils import timezone

from accounts.models import DeviceSession
from benchmarks.families import make_family
from benchmarks.restoring import Snapshot
from benchmarks.scene import scene_in
from benchmarks.statements import is_counted
from gifts.models import Claim, Gift, ListItem
from gifts.services.claims import claim_item, move_item
from gifts.services.gifts import create_gift
from households.models import Activity, DiaryCounter, Household


@pytest.mark.django_db
def test_a_family_is_as_large_as_it_should_be_and_hides_things():
    family = make_family(500)
    viewer = scene_in(Household.objects.get(pk=family.household_id)).viewer
    assert ListItem.objects.filter(household=family.household_id).count() == 500
    assert 0 < ListItem.objects.visible_to(viewer).count() < 500
    assert Gift.objects.visible_to(viewer).exists()
    assert Claim.objects.visible_to(viewer).exists()


@pytest.mark.django_db
def test_one_can_go_on_living_in_such_a_family():
    viewer = scene_in(Household.objects.get(pk=make_family(100).household_id)).viewer
    create_gift(viewer=viewer, title="A kite")
    assert Activity.objects.visible_to(viewer).order_by("-id")[0].verb == "gift.created"


@pytest.mark.django_db(transaction=True)
def test_whatever_was_written_is_gone_afterwards():
    scene = scene_in(Household.objects.get(pk=make_family(200).household_id))
    before, snapshot = everything(), Snapshot.of(scene)
    create_gift(viewer=scene.viewer, title="A kite")
    claim_item(viewer=scene.viewer, item_id=scene.items_to_claim[0])
    move_item(viewer=scene.viewer, item_id=scene.items_to_move[0], status="wrapped")
    DeviceSession.objects.create(
        user=scene.viewer.user,
        device_id=scene.household_id,
        **dict.fromkeys(["rotated_at", "idle_expires_at", "expires_at", "last_seen_at"], timezone.now()),
    )
    assert everything() != before
    snapshot.restore()
    assert everything() == before


def everything() -> dict:
    models = (Gift, Claim, Activity, DiaryCounter, DeviceSession)
    return {model: list(model._base_manager.order_by("pk").values()) for model in models}


@pytest.mark.parametrize("statement", ["BEGIN", "commit;", "SAVEPOINT a", "RELEASE SAVEPOINT a", " ROLLBACK", ""])
def test_what_only_frames_a_transaction_is_no_statement(statement):
    assert not is_counted(statement)
    assert is_counted("SELECT 1")
