from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import RepeatableViewSet
from config.api.views import ListMixin, RetrieveMixin
from config.errors import invalid
from gifts.models import ListItem
from gifts.services.claims import refuse_recipient
from households.api.undo import RestoreMixin
from tasks.api import filters, serializers
from tasks.models import Task
from tasks.services import errands, tasks

WHOSE = OpenApiParameter("user_id", str, OpenApiParameter.PATH, description="Your own id, or `me`.")


class TaskRows(RepeatableViewSet):
    queryset = Task.objects.all()
    serializer_class = serializers.TaskSerializer

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset()
        return rows.as_seen_by(self.viewer) if self.viewer else rows


@extend_schema(parameters=[WHOSE])
class TaskViewSet(ListMixin, RetrieveMixin, RestoreMixin, TaskRows):
    """What one means to do. Nobody else sees it."""

    http_method_names = ["get", "post", "put", "patch", "delete", "head", "options"]
    undo = staticmethod(tasks.restore_task)
    filterset_class = filters.TaskFilter
    with_key = ("toggle",)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # A method that there is not is refused for everybody's alike.
        if self.action:
            require_oneself(request, kwargs["user_id"])

    @extend_schema(request=serializers.TaskCreateSerializer)
    def create(self, request: Request, user_id: str) -> Response:
        """Something to do, if you like for an item that you see as a giver."""
        return self.created(tasks.create_task(viewer=self.viewer, **self.validated(serializers.TaskCreateSerializer)))

    @extend_schema(request=serializers.TaskWriteSerializer)
    def update(self, request: Request, user_id: str, pk: UUID) -> Response:
        """The whole task anew: what is left out is as in a new one."""
        fields = self.validated(serializers.TaskWriteSerializer)
        return self.shown(tasks.replace_task(viewer=self.viewer, task_id=pk, **fields))

    @extend_schema(request=serializers.TaskWriteSerializer)
    def partial_update(self, request: Request, user_id: str, pk: UUID) -> Response:
        """Change a task. To complete one that repeats makes the next."""
        changes = self.validated(serializers.TaskWriteSerializer, partial=True)
        return self.shown(tasks.update_task(viewer=self.viewer, task_id=pk, changes=changes))

    def destroy(self, request: Request, user_id: str, pk: UUID) -> Response:
        """Delete it. One that repeats does so no more; to pass over one time only, skip it."""
        tasks.delete_task(viewer=self.viewer, task_id=pk)
        return self.gone()

    @extend_schema(request=serializers.TaskToggleSerializer)
    @action(detail=True, methods=["patch"])
    def toggle(self, request: Request, user_id: str, pk: UUID) -> Response:
        """Done, or not done after all. One that repeats makes the next when it is first done."""
        asked = self.validated(serializers.TaskToggleSerializer)
        return self.shown(tasks.toggle_task(viewer=self.viewer, task_id=pk, **asked))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, user_id: str, pk: UUID) -> Response:
        """Pass over this time: the task stands for the next day of its series."""
        return self.shown(tasks.skip_task(viewer=self.viewer, task_id=pk))


class ItemTaskViewSet(TaskRows):
    """What there is to do for an item that one gives."""

    @extend_schema(request=serializers.ErrandSerializer, responses={201: serializers.TaskSerializer})
    def create(self, request: Request, item_id: UUID) -> Response:
        """A task of your own about an item that you have taken upon yourself."""
        fields = self.validated(serializers.ErrandSerializer)
        return self.created(errands.create_errand(viewer=self.viewer, item_id=item_id, **fields))

    def refuse_strangers(self) -> None:
        """A recipient is refused as a giver before anything else is looked at, so always in the same words."""
        item = ListItem.objects.visible_to(self.viewer).select_related("list").filter(pk=self.kwargs["item_id"]).first()
        if item is None:
            raise Http404
        refuse_recipient(self.viewer, item)


def require_oneself(request: Request, user_id: str) -> None:
    """A 404 for anybody else's, whether they are there or not."""
    if user_id == "me":
        return
    try:
        whose = UUID(user_id)
    except ValueError as error:
        raise invalid(user_id="This is not an id. Your own tasks are under `me`, too.") from error
    if whose != request.user.pk:
        raise Http404
