from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import RepeatableViewSet
from config.api.views import ListMixin, RetrieveMixin
from gifts.api import filters
from gifts.api.serializers import items as serializers
from gifts.models import Claim, GiftList, ListItem
from gifts.services import claims, items
from households.api.undo import RestoreMixin


class ItemRows(RepeatableViewSet):
    queryset = ListItem.objects.all()
    serializer_class = serializers.ItemSerializer

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset()
        return rows.as_seen_by(self.viewer) if self.viewer else rows


class ItemViewSet(ListMixin, RetrieveMixin, RestoreMixin, ItemRows):
    """What stands on the lists one sees."""

    undo = staticmethod(items.restore_item)
    filterset_class = filters.ItemFilter

    def lock(self) -> None:
        changes = self.request.data
        to_move = isinstance(changes, dict) and "position" in changes
        items.lock_item(viewer=self.viewer, item_id=self.kwargs["pk"], to_move=to_move)

    @extend_schema(request=serializers.ItemUpdateSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change the wish (its recipient, or who added it) or the plan for it (who gives)."""
        changes = self.validated(serializers.ItemUpdateSerializer, partial=True)
        return self.shown(items.update_item(viewer=self.viewer, item_id=pk, changes=changes))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take it off its list. Claims on it stay with those who give."""
        items.delete_item(viewer=self.viewer, item_id=pk)
        return self.gone()

    @extend_schema(request=serializers.ClaimItemSerializer)
    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: UUID) -> Response:
        """Take some of it upon yourself."""
        claims.claim_item(viewer=self.viewer, item_id=pk, **self.validated(serializers.ClaimItemSerializer))
        return self.shown_by_id(pk, status=200)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: UUID) -> Response:
        """Let go of what you took."""
        claims.release_item(viewer=self.viewer, item_id=pk)
        return self.shown_by_id(pk, status=200)

    @extend_schema(request=serializers.MoveSerializer)
    @action(detail=True, methods=["post"])
    def status(self, request: Request, pk: UUID) -> Response:
        """Move your claim (made of all that remains if you have none), or the stage while it is an idea."""
        claims.move_item(viewer=self.viewer, item_id=pk, **self.validated(serializers.MoveSerializer))
        return self.shown_by_id(pk, status=200)

    def refuse_strangers(self) -> None:
        """A recipient is refused as a giver before anything else is looked at, so always in the same words."""
        item = self.get_object()
        if self.action in {"claim", "status"}:
            claims.refuse_recipient(self.viewer, item)


class ListItemViewSet(ListMixin, ItemRows):
    """What stands on one list, in its order: for its givers together with what they hide beside it."""

    filterset_class = filters.ListItemsFilter

    def parent(self) -> QuerySet:
        return GiftList.objects.visible_to(self.viewer).filter(pk=self.kwargs["list_id"])

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset()
        return rows.on_list(self.kwargs["list_id"], self.viewer).order_by("ordinal") if self.viewer else rows

    @extend_schema(request=serializers.ItemCreateSerializer, responses={201: serializers.ItemSerializer})
    def create(self, request: Request, list_id: UUID) -> Response:
        """Put a gift on the list. On a list that its recipient sees, a giver's gift is hidden unless `openly`."""
        fields = self.validated(serializers.ItemCreateSerializer)
        return self.created(items.add_item(viewer=self.viewer, list_id=list_id, **fields))


class ClaimViewSet(RepeatableViewSet):
    """Who takes what: one's own, and for owners everybody's."""

    queryset = Claim.objects.select_related("giver")
    serializer_class = serializers.ClaimSerializer

    def lock(self) -> None:
        claims.lock_claim(viewer=self.viewer, claim_id=self.kwargs["pk"])

    @extend_schema(request=serializers.ClaimUpdateSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change a claim, or hand it to another giver (owners; anybody, when its giver has left)."""
        changes = self.validated(serializers.ClaimUpdateSerializer, partial=True)
        return self.shown(claims.update_claim(viewer=self.viewer, claim_id=pk, changes=changes))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Release a claim."""
        claims.release_claim(viewer=self.viewer, claim_id=pk)
        return self.gone()
