"""From a bearer token to a `Viewer`, in one statement."""

from typing import Any
from uuid import UUID

from django.db.models import F
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed

from accounts.models import DeviceSession
from accounts.services.sessions import touch
from accounts.tokens import AccessToken, StreamTicket
from config.client import client_of
from config.errors import Code, Refusal
from households.viewer import Belonging, Viewer


class ViewerAuthentication(JWTAuthentication):
    """`Authorization: Bearer <access token>`. Sets `request.user` and, as `request.auth`, the `Viewer`.

    Session, user, memberships and persons are read from the database on every request and never from a cache:
    whoever is revoked, deactivated or removed is out on their next request, in every process.
    """

    www_authenticate_realm = "hearth"

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The user and the `Viewer`; None for a request without a token."""
        header = self.get_header(request)
        try:
            raw_token = header and self.get_raw_token(header)
        except AuthenticationFailed as error:
            raise Refusal(Code.AUTH_TOKEN_INVALID) from error
        if not raw_token:
            return None
        return self._signed_in(request, AccessToken.read(raw_token.decode(errors="replace")).session_id)

    def _signed_in(self, request: Request, session_id: UUID) -> tuple[Any, Any]:
        rows = _rows_of_session(session_id)
        touch(rows[0], client_of(request))
        viewer = _viewer_from(rows)
        return viewer.user, viewer


class TicketAuthentication(ViewerAuthentication):
    """`?ticket=<stream ticket>`, for the live diary only: a browser's EventSource can send no header."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        ticket = request.query_params.get("ticket")
        return None if ticket is None else self._signed_in(request, StreamTicket.read(ticket).session_id)


def viewer_of_session(session_id: UUID) -> Viewer | None:
    """Who this session is by now; None when it has ended. For whatever goes on longer than a request."""
    try:
        return _viewer_from(_rows_of_session(session_id))
    except Refusal:
        return None


def _rows_of_session(session_id: UUID) -> list[Any]:
    """The live session, once for each membership and couple of its user, with what a viewer is made of.

    AUTH_SESSION_REVOKED when the session, or its user, is not live any more.
    """
    membership = {
        "household_id": F("user__memberships__household_id"),
        "role": F("user__memberships__role"),
        "person_id": F("user__memberships__person_id"),
        "timezone": F("user__memberships__household__timezone"),
        "currency": F("user__memberships__household__currency"),
        "belongs": F("user__memberships__is_active"),
        "group_id": F("user__memberships__person__group_links__group_id"),
    }
    live = DeviceSession.objects.live().filter(pk=session_id, user__is_active=True)
    rows = list(live.select_related("user").annotate(**membership).order_by("user__memberships__pk"))
    if not rows:
        raise Refusal(Code.AUTH_SESSION_REVOKED)
    return rows


def _viewer_from(rows: list[Any]) -> Viewer:
    belongings = {
        row.household_id: Belonging(row.household_id, row.role, row.person_id, row.timezone, row.currency)
        for row in rows
        if row.belongs
    }
    persons = {person for row in rows for person in (row.person_id, row.group_id) if person}
    return Viewer(
        user=rows[0].user, session=rows[0], belongings=tuple(belongings.values()), person_ids=frozenset(persons)
    )
