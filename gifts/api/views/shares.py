from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import RepeatableViewSet
from config.api.views import ListMixin
from gifts.api.serializers import shares as serializers
from gifts.models import GiftList, ListShare
from gifts.services import lists, shares


class ListShareRows(RepeatableViewSet):
    queryset = ListShare.objects.select_related("guest__user", "guest__person")
    serializer_class = serializers.ListShareSerializer


class ListShareViewSet(ListMixin, ListShareRows):
    """The guests to whom a list is shown. A guest finds their own share and no other."""

    def parent(self) -> QuerySet:
        return GiftList.objects.visible_to(self.viewer).filter(pk=self.kwargs["list_id"])

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(list=self.kwargs.get("list_id"))

    def lock(self) -> None:
        lists.locked_after_main_list(GiftList, self.viewer, self.kwargs["list_id"])

    @extend_schema(
        request=serializers.ListShareCreateSerializer,
        responses={
            201: serializers.ListShareSerializer,
            200: OpenApiResponse(serializers.ListShareSerializer, "It was shared with them already."),
        },
    )
    def create(self, request: Request, list_id: UUID) -> Response:
        """Show the list to a guest. For its owner and household owners; never one that is private or for that guest.

        What is hidden beside a list is not shared with it: that has an id of its own.
        """
        guest = self.validated(serializers.ListShareCreateSerializer)["guest"]
        share, is_new = shares.share_list(viewer=self.viewer, list_id=list_id, guest=guest)
        return self.shown(share, status=201 if is_new else 200)

    def destroy(self, request: Request, list_id: UUID, pk: UUID) -> Response:
        """Show it to them no longer. What they have claimed stays claimed."""
        shares.unshare_list(viewer=self.viewer, list_id=list_id, share_id=pk)
        return self.gone()
