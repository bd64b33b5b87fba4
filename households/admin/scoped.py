"""Pages that show rows through the door."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from households.models import Activity
from households.site import owned_by, rows_for, viewer_of
from households.words import sentence

ENTRIES_OF_A_ROW = 50


class VisibleRelatedFilter(admin.RelatedFieldListFilter):
    """A filter whose choices came through the door."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        rows = rows_for(request, field.related_model)
        return sorted(((row.pk, str(row)) for row in rows), key=lambda choice: choice[1].casefold())


class ScopedAdmin(admin.ModelAdmin):
    """Shows the rows of one model that whoever is looking may see; what they may not see is a 404 like any other.

    Nothing can be changed here. `place` is where it stands in the navigation.
    """

    place: int | None = 0
    singular = ""
    plural = ""
    intro = ""
    # Where a row's household is found.
    household_path = "household_id"
    # Rows that hold no secrets, and that whoever runs the server sees of all households.
    is_whole_for_superusers = False

    actions = None
    empty_value_display = ""
    list_per_page = 50
    show_full_result_count = False
    view_on_site = False
    formfield_overrides = {
        models.DateField: {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})},
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 3})},
    }

    # --- What is seen ----------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows = self.all_rows(request) if self._is_whole(request) else rows_for(request, self.model)
        return rows.order_by(*self.get_ordering(request))

    def all_rows(self, request: HttpRequest) -> Any:
        rows: Any = self.model._default_manager.all()
        return rows.alive() if hasattr(self.model, "deleted_at") else rows

    def _is_whole(self, request: HttpRequest) -> bool:
        return self.is_whole_for_superusers and request.user.is_superuser

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what a filter of this page sends: any other column, and whatever refers to a row, may tell of more than
        the row itself does."""
        listed: Any = self.get_list_filter(request)
        own = {one.parameter_name for one in listed if isinstance(one, type)}
        columns = (one if isinstance(one, str) else one[0] for one in listed if not isinstance(one, type))
        return lookup in own | {f"{name}__{tail}" for name in columns for tail in ("exact", "id__exact", "isnull")}

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget  # What is around it opens windows by JavaScript.
        return field

    def household_of(self, obj: Any) -> UUID:
        return getattr(obj, self.household_path)

    def name_of(self, obj: Any) -> str:
        return str(obj)

    # --- Who may do what -------------------------------------------------------------------------

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(owned_by(request)) or super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def row_or_404(self, request: HttpRequest, object_id: str) -> Any:
        """A row that may be seen here."""
        row = self.get_object(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        return row

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404

    # --- Pages -----------------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if any("\0" in value for value in request.GET.values()):
            raise BadRequest  # PostgreSQL compares no such text, and would only say so while the page is written.
        words = {"title": self.plural, "page": self, "tools": self.list_tools(request)}
        return super().changelist_view(request, words | (extra_context or {}))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        obj = kwargs.get("obj")
        context["page"] = self
        context["title"] = self.name_of(obj) if obj else f"Add {self.singular}"
        context["tools"] = self.row_tools(request, obj) if obj else []
        return super().render_change_form(request, context, **kwargs)

    def list_tools(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Labels and addresses of what else can be done from the list."""
        return []

    def row_tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        return [("History", self.url_of("history", obj.pk))]

    def url_of(self, name: str, *args: Any) -> str:
        opts = self.opts
        return reverse(f"{self.admin_site.name}:{opts.app_label}_{opts.model_name}_{name}", args=args)

    def page(self, request: HttpRequest, template: str, title: str, **context: Any) -> TemplateResponse:
        request.current_app = self.admin_site.name
        words = {"title": title, "page": self, "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/{template}.html", self.admin_site.each_context(request) | words)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What the diary has of it. The stock history shows everybody's entries, and names what it is about."""
        row = self.row_or_404(request, object_id)
        entries = Activity.objects.visible_to(viewer_of(request)).filter(subject_id=row.pk).select_related("actor")
        lines = [(entry.created_at, sentence(entry)) for entry in entries.order_by("-id")[:ENTRIES_OF_A_ROW]]
        return self.page(request, "object_history", f"History of {self.name_of(row)}", object=row, lines=lines)

    # The diary has it already, in the words of whoever reads it.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        pass

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        pass

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        pass
