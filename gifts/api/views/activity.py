from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.tokens import StreamTicket
from config.api.conditional import refuse_key
from config.api.renderers import EventStreamRenderer, JSONRenderer, as_bytes
from config.api.views import ListMixin, ResourceViewSet
from gifts.api import filters
from gifts.api.serializers import activity as serializers
from gifts.models.diary import diary_read_by
from gifts.services.stream import Hold, diary_of
from households.authentication import TicketAuthentication, ViewerAuthentication, viewer_of_session
from households.models import Activity


class ActivityViewSet(ListMixin, ResourceViewSet):
    """What happened in the household, newest first, as far as the reader may know of it."""

    queryset = Activity.objects.all()
    serializer_class = serializers.ActivitySerializer
    filterset_class = filters.ActivityFilter

    def get_queryset(self) -> QuerySet:
        return diary_read_by(self.viewer)


class ActivityTicketView(APIView):
    @extend_schema(summary="Get a ticket for the stream", request=None, responses={201: serializers.TicketSerializer})
    def post(self, request: Request) -> Response:
        """For a browser's EventSource, which can send no Authorization header. Good for 10 minutes of this session."""
        refuse_key(request)
        ticket = StreamTicket.for_session(request.auth.session)
        answer = {"ticket": str(ticket), "expires_at": ticket.expires_at}
        return Response(serializers.TicketSerializer(answer).data, status=201)


STREAM_EXAMPLE = """retry: 1000

id: 0199b2c4-7b1e-7c3a-9a55-0d6f3f0e8a11
event: activity
data: {"id": "0199b2c4-7b1e-7c3a-9a55-0d6f3f0e8a11", "verb": "item.added", ...}

"""


class ActivityStreamView(APIView):
    authentication_classes = [ViewerAuthentication, TicketAuthentication]
    # Its client comes back by itself, so it is no sign that somebody sits there.
    is_used = False
    renderer_classes = [EventStreamRenderer, JSONRenderer]

    @extend_schema(
        summary="Watch the diary live",
        parameters=[
            serializers.StreamQuerySerializer,
            OpenApiParameter(
                "Last-Event-ID",
                OpenApiTypes.UUID,
                OpenApiParameter.HEADER,
                description="The last id that was received; an EventSource sends it by itself.",
            ),
        ],
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
        examples=[OpenApiExample("An entry", STREAM_EXAMPLE, media_type="text/event-stream", response_only=True)],
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Server-Sent Events: `event: activity` with an entry as GET /activity shows it, in the diary's order.

        A hold ends after 25 seconds, or with the entries it tells; come back with the last id received and nothing is
        lost or told twice. Without one it begins now, and says where that is in its first id.
        """
        asked = self._asked()
        viewer = request.auth
        hold = Hold(
            household_id=diary_of(viewer, asked.get("household")),
            session_id=viewer.session.pk,
            after=asked.get("after"),
            viewer_now=partial(viewer_of_session, viewer.session.pk),
            render=partial(_as_json, request),
        )
        return _event_stream([] if request.method == "HEAD" else hold.blocks())

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        # Whatever a client accepts from a stream, this answer is none.
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        return super().options(request, *args, **kwargs)

    def _asked(self) -> dict[str, Any]:
        # An EventSource that reconnects repeats the address it was made with, and says in the header how far it got.
        resumed = self.request.headers.get("Last-Event-ID")
        query = self.request.query_params.dict() | ({"after": resumed} if resumed else {})
        serializer = serializers.StreamQuerySerializer(data=query)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data


def _as_json(request: Request, entry: Activity) -> str:
    return as_bytes(serializers.ActivitySerializer(entry, context={"request": request}).data).decode()


def _event_stream(blocks: Iterable[str]) -> StreamingHttpResponse:
    # A proxy that collects the blocks before it passes them on would hold back what is live.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(blocks, content_type="text/event-stream", headers=headers)
