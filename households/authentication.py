"""From a bearer token to a `Viewer`, in one statement."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed

from accounts.models import DeviceSession, User
from accounts.services.second_factor import is_missing
from accounts.services.sessions import keep_open, touch
from accounts.tokens import AccessToken, StreamTicket
from config.client import client_of
from config.errors import Code, Refusal
from config.logs import found_out
from config.statements import Draft, Places, in_python, statements
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
        viewer = _viewer_from(_rows_of_session(session_id))
        found_out(user=str(viewer.user.pk))
        _admit(viewer, request)
        if viewer.session:
            touch(viewer.session, client_of(request))
        return viewer.user, viewer


class TicketAuthentication(ViewerAuthentication):
    """`?ticket=<stream ticket>`, for the live diary only: a browser's EventSource can send no header."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        ticket = request.query_params.get("ticket")
        return None if ticket is None else self._signed_in(request, StreamTicket.read(ticket).session_id)


def viewer_of_session(session_id: UUID) -> Viewer | None:
    """Who this session is by now; None when it has ended or is locked. For whatever goes on longer than a request, and
    so is no sign that somebody sits there."""
    try:
        viewer = _viewer_from(_rows_of_session(session_id))
    except Refusal:
        return None
    is_kept_out = is_missing(viewer) or (viewer.session and viewer.session.is_locked)
    return None if is_kept_out else viewer


def _admit(viewer: Viewer, request: Request) -> None:
    """Who lacks a second factor that they must have, and whose session is locked, gets through the doors that say so:
    a view that `opens_without_second_factor`, and the methods or actions that a view names in `while_locked`.

    Any other request keeps an open session open, unless nobody uses the view (`is_used`): a stream comes back by
    itself.
    """
    view = (request.parser_context or {}).get("view")
    if is_missing(viewer) and not getattr(view, "opens_without_second_factor", False):
        raise Refusal(Code.AUTH_MFA_REQUIRED)
    if viewer.session is None:
        return
    if not viewer.session.is_locked:
        if getattr(view, "is_used", True):
            keep_open(viewer.session)
    elif (getattr(view, "action", None) or request.method) not in getattr(view, "while_locked", ()):
        raise Refusal(Code.AUTH_SESSION_LOCKED)


def _rows_of_session(session_id: UUID) -> list[Any]:
    """The live session and its user, once for each membership and couple of theirs, with what a viewer is made of.

    AUTH_SESSION_REVOKED when the session, or its user, is not live any more.
    """
    values = {"session": session_id, "now": timezone.now()}
    rows, as_python = statements.ask("live session", values, _live_session)
    if not rows:
        raise Refusal(Code.AUTH_SESSION_REVOKED)
    return list(as_python(rows))


SESSION = [field.attname for field in DeviceSession._meta.concrete_fields]
USER = [field.attname for field in User._meta.concrete_fields]
BELONGING = ["household_id", "role", "person_id", "household__timezone", "household__currency", "is_active"]
GROUP = "person__group_links__group_id"


def _live_session(values: Places) -> Draft:
    live = DeviceSession.objects.live(values["now"]).filter(pk=values["session"], user__is_active=True)
    membership = [f"user__memberships__{column}" for column in (*BELONGING, GROUP)]
    columns = [*SESSION, *(f"user__{column}" for column in USER), *membership]
    return in_python(live.order_by("user__memberships__pk").values_list(*columns))


def _viewer_from(rows: list[Any]) -> Viewer:
    session = DeviceSession.from_db("default", SESSION, rows[0][: len(SESSION)])
    session.user = User.from_db("default", USER, rows[0][len(SESSION) : len(SESSION) + len(USER)])
    belongings, persons = {}, set()
    for row in rows:
        *belonging, is_active, group_id = row[len(SESSION) + len(USER) :]
        place = Belonging(*belonging)
        persons |= {place.person_id, group_id} - {None}
        if is_active:
            belongings[place.household_id] = place
    return Viewer(
        user=session.user, session=session, belongings=tuple(belongings.values()), person_ids=frozenset(persons)
    )
