"""From a bearer token to a viewer, on every request anew."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from accounts.models import DeviceSession
from accounts.services.sessions import open_session
from accounts.tokens import AccessToken
from config.client import Client
from households.authentication import ViewerAuthentication
from households.models import Membership, Person
from households.services.households import create_household
from households.viewer import Viewer
from tests.accounts.steps import error
from tests.cast import Member


def session_of(member: Member) -> DeviceSession:
    return open_session(user=member.user, device_name="a phone", client=Client())


def request_with(authorization: str) -> Request:
    return Request(APIRequestFactory().get("/", headers={"Authorization": authorization}))


def authenticated(session: DeviceSession) -> Viewer:
    _, viewer = ViewerAuthentication().authenticate(request_with(f"Bearer {AccessToken.for_session(session)}"))
    return viewer


def make_rich_in_households_and_couples(family) -> None:
    """Grandma lives in two households, is part of three couples, left a third household, and one couple is deleted."""
    grandma = family.grandma
    create_household(owner=grandma.user, name="The club")
    left = create_household(owner=grandma.user, name="The choir")
    Membership.objects.filter(household=left).update(is_active=False)
    for name, deleted_at in (("Grandma & Leo", None), ("Grandma & Ada", timezone.now())):
        group = Person.objects.create(household=family.household, display_name=name, deleted_at=deleted_at)
        group.member_links.create(household=family.household, member=grandma.person)


def test_session_user_memberships_and_persons_are_one_statement(family, django_assert_num_queries):
    make_rich_in_households_and_couples(family)
    session = session_of(family.grandma)
    with django_assert_num_queries(1):
        viewer = authenticated(session)
        assert viewer.user.name == "Grandma"
        assert viewer.session == session
        assert len(viewer.household_ids) == 2
        assert len(viewer.person_ids) == 6


@pytest.mark.parametrize("name", ["mia", "leo", "ada", "grandma"])
def test_a_request_knows_the_same_viewer_as_a_command(family, name):
    make_rich_in_households_and_couples(family)
    member = getattr(family, name)
    viewer = authenticated(session_of(member))
    assert viewer == member.viewer
    assert viewer.belongings == member.viewer.belongings


def test_somebody_without_a_household_is_a_viewer_too(as_user, family):
    Membership.objects.filter(user=family.leo.user).delete()
    assert authenticated(session_of(family.leo)) == family.leo.viewer
    assert as_user(family.leo.user).get("/api/v1/people").json()["results"] == []


def test_a_session_unseen_for_a_while_is_touched(family, django_assert_num_queries):
    session = session_of(family.leo)
    DeviceSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=6))
    with django_assert_num_queries(2):
        authenticated(session)
    session.refresh_from_db()
    assert timezone.now() - session.last_seen_at < timedelta(minutes=1)


def test_who_is_shown_out_is_out_on_the_next_request(family):
    leo = family.leo.api()
    assert leo.get(f"/api/v1/households/{family.household.pk}").status_code == 200
    Membership.objects.filter(user=family.leo.user).update(is_active=False)
    assert leo.get(f"/api/v1/households/{family.household.pk}").status_code == 404
    assert leo.get("/api/v1/people").json()["results"] == []


def test_a_deactivated_user_is_out_on_the_next_request(family):
    leo = family.leo.api()
    family.leo.user.is_active = False
    family.leo.user.save()
    assert error(leo.get("/api/v1/people")) == (401, "AUTH_SESSION_REVOKED")


@pytest.mark.parametrize(
    "ended", [{"revoked_at": 0, "revoked_reason": "signed_out"}, {"idle_expires_at": -1}, {"expires_at": -1}]
)
def test_an_ended_session_is_out_on_the_next_request(family, ended):
    leo = family.leo.api()
    now = timezone.now()
    values = {name: now + timedelta(seconds=v) if isinstance(v, int) else v for name, v in ended.items()}
    DeviceSession.objects.update(**values)
    assert error(leo.get("/api/v1/people")) == (401, "AUTH_SESSION_REVOKED")


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("", "AUTH_REQUIRED"),
        ("Basic bGVvOmxlbw==", "AUTH_REQUIRED"),
        ("Bearer", "AUTH_TOKEN_INVALID"),
        ("Bearer a b", "AUTH_TOKEN_INVALID"),
        ("Bearer \xe9\xff", "AUTH_TOKEN_INVALID"),
        ("Bearer not.a.token", "AUTH_TOKEN_INVALID"),
    ],
)
def test_what_is_no_token_opens_nothing(db, api, authorization, code):
    answer = api.get("/api/v1/people", headers={"Authorization": authorization})
    assert error(answer) == (401, code)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
