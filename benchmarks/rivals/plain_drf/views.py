"""The reads, by plain viewsets."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from benchmarks.rivals.plain_drf import serializers
from benchmarks.rivals.plain_drf.dashboard import dashboard
from benchmarks.rivals.plain_drf.diary import with_subjects
from benchmarks.rivals.plain_drf.pages import KeyPages, ListPages
from benchmarks.rivals.plain_drf.rows import gifts_seen_by, items_seen_by, lists_seen_by, tasks_seen_by
from benchmarks.rivals.plain_drf.writing import claim_item, create_gift, move_item, toggle_task
from gifts.models import GiftList
from households.models import Activity


class GiftViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet):
    serializer_class = serializers.GiftSerializer
    pagination_class = KeyPages

    def get_queryset(self) -> QuerySet:
        return gifts_seen_by(self.request.auth)

    def create(self, request: Request) -> Response:
        asked = serializers.GiftWrite(data=request.data)
        asked.is_valid(raise_exception=True)
        gift = create_gift(request.auth, asked)
        return Response(self.get_serializer(self.get_queryset().get(pk=gift.pk)).data, 201)


class GiftListViewSet(RetrieveModelMixin, GenericViewSet):
    serializer_class = serializers.ListSerializer

    def get_queryset(self) -> QuerySet:
        return lists_seen_by(self.request.auth)


class ItemViewSet(ListModelMixin, GenericViewSet):
    serializer_class = serializers.ItemSerializer
    pagination_class = KeyPages

    def get_queryset(self) -> QuerySet:
        return items_seen_by(self.request.auth)

    def claim(self, request: Request, pk: UUID) -> Response:
        asked = serializers.ClaimIn(data=request.data)
        asked.is_valid(raise_exception=True)
        claim_item(request.auth, pk, **asked.validated_data)
        return self._shown(pk)

    def move(self, request: Request, pk: UUID) -> Response:
        asked = serializers.MoveIn(data=request.data)
        asked.is_valid(raise_exception=True)
        move_item(request.auth, pk, **asked.validated_data)
        return self._shown(pk)

    def _shown(self, pk: UUID) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=pk)).data)


class ListItemViewSet(ListModelMixin, GenericViewSet):
    serializer_class = serializers.ItemSerializer
    pagination_class = ListPages

    def get_queryset(self) -> QuerySet:
        """The list and its companion, as they are read together."""
        pk = self.kwargs["list_id"]
        get_object_or_404(GiftList.objects.visible_to(self.request.auth), pk=pk)
        return items_seen_by(self.request.auth).filter(Q(list=pk) | Q(list__companion_of=pk))


class TaskViewSet(ListModelMixin, GenericViewSet):
    serializer_class = serializers.TaskSerializer
    pagination_class = KeyPages

    def get_queryset(self) -> QuerySet:
        return tasks_seen_by(self.request.auth)

    def toggle(self, request: Request, pk: UUID) -> Response:
        toggle_task(request.auth, pk)
        return Response(self.get_serializer(self.get_queryset().get(pk=pk)).data)


class ActivityViewSet(ListModelMixin, GenericViewSet):
    serializer_class = serializers.EntrySerializer
    pagination_class = KeyPages

    def get_queryset(self) -> QuerySet:
        return Activity.objects.visible_to(self.request.auth).select_related("actor")

    def paginate_queryset(self, queryset: QuerySet) -> Any:
        return with_subjects(super().paginate_queryset(queryset), self.request.auth)


class DashboardView(APIView):
    def get(self, request: Request) -> Response:
        shape = serializers.DashboardSerializer(dashboard(request.auth), context={"request": request})
        return Response(shape.data)
