"""All that somebody may see, as their own pages show it to them, in one document."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api.views import SessionViewSet
from accounts.models import User
from config.api.renderers import as_bytes
from config.api.serializers import Row, StrictSerializer
from config.api.views import ResourceViewSet
from config.database import lent_connection
from config.errors import Code, Refusal
from gifts.api.views.activity import ActivityViewSet
from gifts.api.views.comments import CommentViewSet
from gifts.api.views.gifts import GiftViewSet
from gifts.api.views.items import ItemRows
from gifts.api.views.lists import GiftListViewSet
from gifts.api.views.shares import ListShareRows
from households.api.serializers import MySerializer
from households.api.views import (
    HouseholdViewSet,
    InvitationViewSet,
    MemberRows,
    OccasionViewSet,
    PersonRows,
    SentInvitationRows,
    TagViewSet,
)
from households.authentication import viewer_of_session
from households.viewer import Viewer
from tasks.api.views import TaskRows

FORMAT, VERSION = "hearth-user", 1
ROWS_AT_ONCE = 500
BEFORE_ALL = UUID(int=0)

# Each part is read by the view that shows it, so it tells no more than that. A new resource is one more line.
PARTS: dict[str, type[ResourceViewSet]] = {
    "households": HouseholdViewSet,
    "members": MemberRows,
    "invitations": InvitationViewSet,
    "sent_invitations": SentInvitationRows,
    "people": PersonRows,
    "occasions": OccasionViewSet,
    "tags": TagViewSet,
    "lists": GiftListViewSet,
    "shares": ListShareRows,
    "gifts": GiftViewSet,
    "items": ItemRows,
    "comments": CommentViewSet,
    "activity": ActivityViewSet,
    "tasks": TaskRows,
    "sessions": SessionViewSet,
}

# Who it is for, as they are by now; None once they have been signed out.
ViewerNow = Callable[[], Viewer | None]


def export_of(viewer_now: ViewerNow) -> Iterator[bytes]:
    """The document piece by piece, a row to a line: one of any length takes the same memory.

    Who is signed out meanwhile, or sees less, gets no more of it than they may see by then.
    """
    head = {"format": FORMAT, "version": VERSION, "user": _profile(viewer_now)}
    yield as_bytes(head).removesuffix(b"}")
    for name, view in PARTS.items():
        yield f',\n"{name}":['.encode()
        before = b"\n"
        for rows in _rows(view, viewer_now):
            yield before + b",\n".join(map(as_bytes, rows))
            before = b",\n"
        yield b"]"
    yield b"}\n"


def _rows(view: type[ResourceViewSet], viewer_now: ViewerNow) -> Iterator[list[Row]]:
    last = BEFORE_ALL
    while rows := _read(viewer_now, partial(view.rows_after, last=last, number=ROWS_AT_ONCE)):
        yield rows
        last = UUID(rows[-1]["id"])


def _profile(viewer_now: ViewerNow) -> Any:
    return _read(viewer_now, lambda viewer: MySerializer(User.objects.get(pk=viewer.user.pk)).data)


def _read(viewer_now: ViewerNow, look: Callable[[Viewer], Any]) -> Any:
    """Between two looks somebody may take minutes to receive what was found."""
    with lent_connection():
        viewer = viewer_now()
        if viewer is None:
            raise Refusal(Code.AUTH_SESSION_REVOKED)
        return look(viewer)


class MyExportSerializer(serializers.Serializer):
    format = serializers.CharField(help_text="What this document is: `hearth-user`.")
    version = serializers.IntegerField(help_text="Another one when the document takes another form.")
    user = MySerializer(help_text="Your own account.")

    def get_fields(self) -> dict[str, serializers.Field]:
        parts = {name: view.serializer_class(many=True, help_text=_told(name)) for name, view in PARTS.items()}
        return super().get_fields() | parts


def _told(part: str) -> str:
    return f"All {part.replace('_', ' ')} that you see, the oldest first, as they are shown elsewhere."


class MyExportView(APIView):
    @extend_schema(summary="Take along all that you see", responses=MyExportSerializer)
    def get(self, request: Request) -> StreamingHttpResponse:
        """One JSON document with everything that you may see in all of your households, as a download.

        It is sent while it is read, so it is no picture of one moment, and may be long. One that breaks off is no JSON.
        """
        StrictSerializer(data=request.query_params.dict()).is_valid(raise_exception=True)
        viewer_now = partial(viewer_of_session, request.auth.session.pk)
        headers = {"Content-Disposition": 'attachment; filename="hearth-export.json"', "Cache-Control": "no-store"}
        document = [] if request.method == "HEAD" else export_of(viewer_now)
        return StreamingHttpResponse(document, content_type="application/json", headers=headers)
