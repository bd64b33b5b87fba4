"""What each table of this app shows to whom."""

import pytest

from accounts.models import ActivationCode, AuthEvent, DeviceSession, User
from households.viewer import Viewer
from tests.factories import UserFactory


@pytest.mark.parametrize("model", [User, ActivationCode, DeviceSession, AuthEvent])
def test_nobody_sees_nothing(phone, leos_code, model):
    assert model.objects.exists()
    assert not model.objects.visible_to(None).exists()


def test_somebody_without_a_household_sees_themself_only(anna):
    UserFactory()
    assert User.objects.visible_to(Viewer.of(anna)).get() == anna


def test_nobody_at_all_reads_codes(leo, leos_code):
    assert not ActivationCode.objects.visible_to(Viewer.of(leo)).exists()


def test_sessions_and_audit_are_ones_own(anna, phone, leos_code):
    stranger = UserFactory()
    assert DeviceSession.objects.visible_to(Viewer.of(anna)).get() == phone
    assert not DeviceSession.objects.visible_to(Viewer.of(stranger)).exists()
    assert not AuthEvent.objects.visible_to(Viewer.of(anna)).exists()
    assert AuthEvent.objects.exists()
