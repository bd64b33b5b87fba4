from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from config.errors import Refusal
from households.admin.changing import ServiceAdmin, ServiceForm
from households.site import viewer_of
from households.viewer import Viewer
from tasks.models import Task
from tasks.services.tasks import create_task, delete_task, restore_task, toggle_task, update_task

AGAIN = {
    "": "Never",
    "FREQ=DAILY": "Every day",
    "FREQ=WEEKLY": "Every week",
    "FREQ=MONTHLY": "Every month",
    "FREQ=YEARLY": "Every year",
}
URGENCIES = {0: "Whenever", 1: "Some time", 2: "Soon", 3: "First of all"}


def as_read(task: Task) -> Task:
    """With the words that its owner may read in place of its own, so that no form can show these."""
    task.title, task.description, task.item_id = task.seen_title, task.seen_description, task.seen_item
    del task.seen_title
    return task


def _restore(*, viewer: Viewer, pk: UUID) -> Task:
    restore_task(viewer=viewer, pk=pk)
    return as_read(Task.objects.of(viewer).as_seen_by(viewer).get(pk=pk))


class TaskForm(ServiceForm):
    recurrence = forms.ChoiceField(
        label="Comes again",
        required=False,
        help_text="It needs a day to begin on. The next one is there when it is done.",
    )
    priority = forms.TypedChoiceField(label="How urgent", coerce=int, choices=list(URGENCIES.items()))

    class Meta:
        model = Task
        fields = ["title", "description", "due_on", "priority", "recurrence", "repeat_after_days"]
        labels = {
            "title": "What to do",
            "due_on": "Due on",
            "repeat_after_days": "Or again so many days after it is done",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rule = self.instance.recurrence
        self.fields["recurrence"].choices = list(({rule: rule} | AGAIN).items())


@admin.register(Task)
class TaskAdmin(ServiceAdmin):
    """One's own: nobody sees what somebody else means to do."""

    place = 6
    singular = "a task"
    plural = "My tasks"
    intro = "What you mean to do. Nobody else sees it."
    row_id = "task_id"
    create, update, delete, restore = create_task, update_task, delete_task, _restore
    tombstones = "of"
    deletion = "What repeats ends with it. You can take this back for 30 days."
    form = TaskForm
    change_fields = TaskForm.Meta.fields
    list_display = ["what", "due_on", "how_urgent", "state"]
    list_filter = ["completed"]
    search_fields = ["seen_title", "seen_description"]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return ["completed", F("due_on").asc(nulls_last=True), "id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).as_seen_by(viewer_of(request))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Task | None:
        task = super().get_object(request, object_id, from_field)
        return task and as_read(task)

    def row_tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        return []  # The diary, which others read, has nothing of a task.

    def name_of(self, obj: Task) -> str:
        return getattr(obj, "seen_title", obj.title)

    @admin.display(description="What to do")
    def what(self, task: Task) -> str:
        return task.seen_title

    @admin.display(description="How urgent", ordering="priority")
    def how_urgent(self, task: Task) -> str:
        return URGENCIES.get(task.priority, str(task.priority)) if task.priority else ""

    @admin.display(description="State", ordering="completed")
    def state(self, task: Task) -> str:
        return "done" if task.completed else "late" if task.is_overdue else ""

    # --- Done ------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        done = path("<uuid:pk>/done/", wrap(require_POST(self.done_view)), name="tasks_task_done")
        return [done, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        task = kwargs.get("obj")
        if task and self.has_change_permission(request, task):
            words = "It is not done after all" if task.completed else "It is done"
            context["acts"] = [(words, self.url_of("done", task.pk))]
        return super().render_change_form(request, context, **kwargs)

    def done_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The other of the two."""
        task = self.row_or_404(request, str(pk))
        try:
            is_done = toggle_task(viewer=viewer_of(request), task_id=task.pk).completed
            messages.success(request, f"{task.title}: {'done' if is_done else 'not done after all'}.")
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
        return HttpResponseRedirect(self.url_of("changelist"))

    def _deleted(self, request: HttpRequest) -> Any:
        return super()._deleted(request).as_seen_by(viewer_of(request))
