from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import RepeatableViewSet
from config.api.views import ListMixin, RetrieveMixin
from gifts.api import filters
from gifts.api.serializers import lists as serializers
from gifts.models import GiftList
from gifts.services import lists
from households.api.undo import RestoreMixin


class GiftListViewSet(ListMixin, RetrieveMixin, RestoreMixin, RepeatableViewSet):
    """Lists of gifts: what somebody wishes for, what others plan for them, and ideas for nobody yet."""

    undo = staticmethod(lists.restore_list)
    queryset = GiftList.objects.select_related("owner", "recipient")
    serializer_class = serializers.GiftListSerializer
    filterset_class = filters.GiftListFilter

    def get_queryset(self) -> QuerySet:
        queryset = super().get_queryset()
        # Items name the companion that they stand on, so it can be read; in the page it would be its list again.
        if self.action == "list":
            queryset = queryset.standing_alone(self.viewer)
        return queryset.as_seen_by(self.viewer) if self.viewer else queryset

    def lock(self) -> None:
        lists.locked_after_main_list(GiftList, self.viewer, self.kwargs["pk"])

    @extend_schema(request=serializers.GiftListCreateSerializer)
    def create(self, request: Request) -> Response:
        """A list of your own. For somebody else, it is hidden from them unless you say otherwise."""
        fields = self.validated(serializers.GiftListCreateSerializer)
        return self.created(lists.create_list(viewer=self.viewer, **fields))

    @extend_schema(request=serializers.GiftListUpdateSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Rename it, open or hide it, or say when it is for. Recipient, occasion and kind are fixed."""
        changes = self.validated(serializers.GiftListUpdateSerializer, partial=True)
        return self.shown(lists.update_list(viewer=self.viewer, list_id=pk, changes=changes))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete it. What givers hid beside it stays with them."""
        lists.delete_list(viewer=self.viewer, list_id=pk)
        return self.gone()
