from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.views import ResourceViewSet
from gifts.api import filters, serializers
from gifts.models import Claim, Gift, GiftList, ListItem
from gifts.services import claims, gifts, items, lists, merging
from households.api.serializers import PersonSerializer
from households.api.views import PersonRows


class GiftViewSet(ListModelMixin, RetrieveModelMixin, ResourceViewSet):
    """The catalog, and what is on the lists one sees."""

    queryset = Gift.objects.select_related("created_by")
    serializer_class = serializers.GiftSerializer
    filterset_class = filters.GiftFilter

    @extend_schema(request=serializers.GiftCreateSerializer)
    def create(self, request: Request) -> Response:
        """A new gift in the catalog, for everybody who plans here to see."""
        return self.created(gifts.create_gift(viewer=self.viewer, **self.validated(serializers.GiftCreateSerializer)))

    @extend_schema(request=serializers.GiftWriteSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        self.get_object()
        changes = self.validated(serializers.GiftWriteSerializer, partial=True)
        return self.shown(gifts.update_gift(viewer=self.viewer, gift_id=pk, changes=changes))

    def destroy(self, request: Request, pk: UUID) -> Response:
        gifts.delete_gift(viewer=self.viewer, gift_id=pk)
        return self.gone()

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: UUID) -> Response:
        """Show a gift that was made on a list in the catalog, to everybody."""
        return self.shown(gifts.publish_gift(viewer=self.viewer, gift_id=pk))


class GiftListViewSet(ListModelMixin, RetrieveModelMixin, ResourceViewSet):
    queryset = GiftList.objects.select_related("owner", "recipient")
    serializer_class = serializers.GiftListSerializer
    filterset_class = filters.GiftListFilter

    def get_queryset(self) -> QuerySet:
        queryset = super().get_queryset()
        # Items name the companion that they stand on, so it can be read; in the page it would be its list again.
        return queryset.standing_alone(self.viewer) if self.action == "list" else queryset

    @extend_schema(request=serializers.GiftListCreateSerializer)
    def create(self, request: Request) -> Response:
        fields = self.validated(serializers.GiftListCreateSerializer)
        return self.created(lists.create_list(viewer=self.viewer, **fields))

    @extend_schema(request=serializers.GiftListUpdateSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Rename it, open or hide it, or say when it is for. Recipient, occasion and kind are fixed."""
        self.get_object()
        changes = self.validated(serializers.GiftListUpdateSerializer, partial=True)
        return self.shown(lists.update_list(viewer=self.viewer, list_id=pk, changes=changes))

    def destroy(self, request: Request, pk: UUID) -> Response:
        lists.delete_list(viewer=self.viewer, list_id=pk)
        return self.gone()


class ItemRows(ResourceViewSet):
    queryset = ListItem.objects.all()
    serializer_class = serializers.ItemSerializer

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset()
        return rows.as_seen_by(self.viewer) if self.viewer else rows


class ItemViewSet(ListModelMixin, RetrieveModelMixin, ItemRows):
    """What stands on the lists one sees."""

    filterset_class = filters.ItemFilter

    @extend_schema(request=serializers.ItemUpdateSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change the wish (its recipient, or who added it) or the plan for it (who gives)."""
        self.get_object()
        changes = self.validated(serializers.ItemUpdateSerializer, partial=True)
        return self.shown(items.update_item(viewer=self.viewer, item_id=pk, changes=changes))

    def destroy(self, request: Request, pk: UUID) -> Response:
        items.delete_item(viewer=self.viewer, item_id=pk)
        return self.gone()

    @extend_schema(request=serializers.ClaimItemSerializer)
    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: UUID) -> Response:
        """Take some of it upon yourself."""
        item = self.item_to_give()
        claims.claim_item(viewer=self.viewer, item_id=pk, **self.validated(serializers.ClaimItemSerializer))
        return self.shown(item)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: UUID) -> Response:
        """Let go of what you took."""
        item = self.item_to_give()
        claims.release_item(viewer=self.viewer, item_id=pk)
        return self.shown(item)

    @extend_schema(request=serializers.MoveSerializer)
    @action(detail=True, methods=["post"])
    def status(self, request: Request, pk: UUID) -> Response:
        """Move your claim (made of all that remains if you have none), or the stage while it is an idea."""
        item = self.item_to_give()
        claims.move_item(viewer=self.viewer, item_id=pk, **self.validated(serializers.MoveSerializer))
        return self.shown(item)

    def item_to_give(self) -> ListItem:
        """The item; its recipient is refused before anything else is looked at, so always in the same words."""
        item = self.get_object()
        claims.refuse_recipient(self.viewer, item)
        return item


class ListItemViewSet(ListModelMixin, ItemRows):
    """What stands on one list, in its order: for its givers together with what they hide beside it."""

    filterset_class = filters.ListItemsFilter

    def get_queryset(self) -> QuerySet:
        list_id = self.kwargs.get("list_id")
        if self.viewer and not GiftList.objects.visible_to(self.viewer).filter(pk=list_id).exists():
            raise Http404
        rows = super().get_queryset().on_list(list_id)
        return rows.order_by("reading_order") if self.viewer else rows

    @extend_schema(request=serializers.ItemCreateSerializer, responses={201: serializers.ItemSerializer})
    def create(self, request: Request, list_id: UUID) -> Response:
        """Put a gift on the list. On a list that its recipient sees, a giver's gift is hidden unless `openly`."""
        self.get_queryset()
        fields = self.validated(serializers.ItemCreateSerializer)
        return self.created(items.add_item(viewer=self.viewer, list_id=list_id, **fields))


class ClaimViewSet(ResourceViewSet):
    """Who takes what: one's own, and for owners everybody's."""

    queryset = Claim.objects.select_related("giver")
    serializer_class = serializers.ClaimSerializer

    @extend_schema(request=serializers.ClaimUpdateSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change a claim, or hand it to another giver (owners; anybody, when its giver has left)."""
        self.get_object()
        changes = self.validated(serializers.ClaimUpdateSerializer, partial=True)
        return self.shown(claims.update_claim(viewer=self.viewer, claim_id=pk, changes=changes))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Release a claim."""
        claims.release_claim(viewer=self.viewer, claim_id=pk)
        return self.gone()


class PersonMergeView(PersonRows):
    """Beside the people themselves, because a merge reaches into what is planned for them."""

    @extend_schema(
        summary="Merge somebody into another person",
        request=serializers.PersonMergeSerializer,
        responses=PersonSerializer,
    )
    def merge(self, request: Request, pk: UUID) -> Response:
        """For two entries that mean the same person. Answers who is left; nobody sees more than before.

        Where one of them has a login, or is a couple of somebody who has, it is for an owner who is none of them.
        """
        self.get_object()
        into = self.validated(serializers.PersonMergeSerializer)["into"]
        return self.shown(merging.merge_people(viewer=self.viewer, source_id=pk, target_id=into.pk))
