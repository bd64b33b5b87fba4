from uuid import UUID

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import RepeatableViewSet
from config.api.views import ListMixin, RetrieveMixin
from gifts.api import filters
from gifts.api.serializers import gifts as serializers
from gifts.models import Gift
from gifts.services import gifts
from households.api.undo import RestoreMixin
from households.models import Tag


class GiftViewSet(ListMixin, RetrieveMixin, RestoreMixin, RepeatableViewSet):
    """The catalog, and what is on the lists one sees."""

    undo = staticmethod(gifts.restore_gift)
    queryset = Gift.objects.select_related("created_by")
    serializer_class = serializers.GiftSerializer
    filterset_class = filters.GiftFilter

    def get_queryset(self) -> QuerySet:
        tags = Tag.objects.on_what_is_seen_by(self.viewer).order_by("name_key")
        return super().get_queryset().prefetch_related(Prefetch("tags", tags))

    @extend_schema(request=serializers.GiftCreateSerializer)
    def create(self, request: Request) -> Response:
        """A new gift in the catalog, for everybody who plans here to see."""
        return self.created(gifts.create_gift(viewer=self.viewer, **self.validated(serializers.GiftCreateSerializer)))

    @extend_schema(request=serializers.GiftWriteSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change a gift: for its maker, or an owner where it is in the catalog."""
        changes = self.validated(serializers.GiftWriteSerializer, partial=True)
        return self.shown(gifts.update_gift(viewer=self.viewer, gift_id=pk, changes=changes))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a gift. Items that it stands on stay as they are."""
        gifts.delete_gift(viewer=self.viewer, gift_id=pk)
        return self.gone()

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: UUID) -> Response:
        """Show a gift that was made on a list in the catalog, to everybody."""
        return self.shown(gifts.publish_gift(viewer=self.viewer, gift_id=pk))
