"""Pages that change rows through services."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.forms.models import construct_instance
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from config.errors import Code, Refusal
from config.kept_rows import locked_row
from households.admin.scoped import ScopedAdmin
from households.models import Household
from households.services.undo import UNDO_LIFETIME
from households.site import owned_by, rows_for, viewer_of


class ServiceForm(forms.ModelForm):
    """Sees to it that each field is well-formed by itself. What holds between rows is said by the service: `refusal`
    is what it has said already."""

    request: HttpRequest
    refusal: Refusal | None = None
    # What it says where nothing is chosen.
    nobody = "Nobody in particular"
    household = forms.ModelChoiceField(Household.objects.none(), help_text="You own more than one: which is this for?")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding or len(owned_by(self.request)) < 2:
            self.fields.pop("household", None)
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                self.limit(field)
                self._offer_what_is_chosen(name, field)
                field.empty_label = field.empty_label and self.nobody

    def limit(self, field: forms.ModelChoiceField) -> None:
        """What may be chosen came through the door, and is where something can be added."""
        model = field.queryset.model
        place = "pk" if model is Household else "household"
        field.queryset = rows_for(self.request, model).filter(**{f"{place}__in": owned_by(self.request)})

    def _offer_what_is_chosen(self, name: str, field: forms.ModelChoiceField) -> None:
        """Whoever has been deleted since stays chosen: a form that is saved for another reason must not lose them."""
        chosen, offered = getattr(self.instance, f"{name}_id", None), field.queryset
        if chosen:
            rows = offered.model._default_manager.filter(Q(pk__in=offered.values("pk")) | Q(pk=chosen))
            field.queryset = rows.order_by(*offered.query.order_by)

    def clean(self) -> dict[str, Any]:
        if self.refusal:
            self._complain(self.refusal)
        return self.cleaned_data

    def _complain(self, refusal: Refusal) -> None:
        named = {name: texts for name, texts in refusal.details.items() if name in self.fields}
        for name, texts in named.items():
            self.add_error(name, texts)
        if not named:
            self.add_error(None, refusal.sentence)

    def _post_clean(self) -> None:
        # Not the stock one: uniqueness and constraints are asked of all rows there are, hidden ones, too.
        exclude = self._get_validation_exclusions()
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        try:
            self.instance.clean_fields(exclude=exclude)
        except ValidationError as error:
            self._update_errors(error)


class ServiceAdmin(ScopedAdmin):
    """Pages whose changes are made by services, which keep the rules and write the diary.

    A service that is not named cannot be asked for: `create(viewer, household, **fields)`,
    `update(viewer, <row_id>, changes)`, `delete(viewer, <row_id>)` and `restore(viewer, pk)`. What it refuses stands
    in the form, at the field that it names.
    """

    create: Callable[..., Any] | None = None
    update: Callable[..., Any] | None = None
    delete: Callable[..., Any] | None = None
    restore: Callable[..., Any] | None = None
    # The door to one's own deletions.
    tombstones = "known_to"
    # How `update` locks the row, so that what was loaded can be compared with what is there.
    lock: Callable[..., Any] = staticmethod(locked_row)
    row_id = ""
    form = ServiceForm
    add_form: type[ServiceForm] | None = None
    add_fields: Sequence[str] = ()
    change_fields: Sequence[str] = ()
    deletion = "You can take this back for 30 days."

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.create is not None and bool(owned_by(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.update is not None and self._owns(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.delete is not None and self._owns(request, obj)

    def _owns(self, request: HttpRequest, obj: Any) -> bool:
        owned = owned_by(request)
        return bool(owned) if obj is None else self.household_of(obj) in owned

    # --- The form --------------------------------------------------------------------------------

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        if obj is not None:
            return self.change_fields
        asked = ["household"] if len(owned_by(request)) > 1 else []
        return [*asked, *(self.add_fields or self.change_fields)]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None and self.add_form:
            kwargs.setdefault("form", self.add_form)
        form = super().get_form(request, obj, change=change, **kwargs)
        # What a form declares and this page does not show is not asked for, and cannot be slipped in.
        shown = self.get_fields(request, obj)
        form.base_fields = {name: field for name, field in form.base_fields.items() if name in shown}
        form.request, form.refusal = request, getattr(request, "refusal", None)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        show = partial(super().changeform_view, request, object_id, form_url, extra_context)
        try:
            return show()
        except Refusal as refusal:
            # What was begun is undone. The same form again, and this time it knows.
            request.refusal = refusal
            return show()

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        obj = kwargs.get("obj")
        context["seen"] = request.POST.get("seen") or (obj and obj.updated_at.isoformat())
        return super().render_change_form(request, context, **kwargs)

    # --- Through the services --------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data}
            self._update(request, obj.pk, changes)
        else:
            fields = dict(form.cleaned_data)
            if "household" not in fields:  # There is only one.
                fields["household"] = Household.objects.get(pk__in=owned_by(request))
            obj.made = self.make(request, fields)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        pass  # The service has seen to it.

    def make(self, request: HttpRequest, fields: dict[str, Any]) -> Any:
        """A new row of these fields."""
        return type(self).create(viewer=viewer_of(request), **fields)

    def _update(self, request: HttpRequest, pk: UUID, changes: dict[str, Any]) -> None:
        viewer = viewer_of(request)
        row = type(self).lock(self.model, viewer, pk)
        if request.POST.get("seen") != row.updated_at.isoformat():
            raise Refusal(Code.CONFLICT_STALE)
        if changes:
            type(self).update(viewer=viewer, **{self.row_id: pk}, changes=changes)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        request.deleted = self.name_of(obj)
        type(self).delete(viewer=viewer_of(request), **{self.row_id: obj.pk})

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        # A tombstone takes nothing along. The stock answer is made of every row that refers to it.
        return [], {}, set(), []

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, {"page": self} | (extra_context or {}))
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(self.url_of("change", object_id))

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        context["title"] = f"Delete {self.name_of(context['object'])}?"
        return super().render_delete_form(request, context)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        messages.success(request, f"{self.name_of(obj.made)} is there now.")
        return HttpResponseRedirect(self.url_of("changelist"))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        messages.success(request, f"{self.name_of(obj)}: saved.")
        return HttpResponseRedirect(self.url_of("changelist"))

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        messages.success(request, f"{request.deleted} was deleted. {self.deletion}")
        return HttpResponseRedirect(self.url_of("changelist"))

    # --- Undo ------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        if self.restore is None:
            return super().get_urls()
        wrap, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("deleted/", wrap(self.deleted_view), name=f"{name}_deleted"),
            path("deleted/<uuid:pk>/", wrap(require_POST(self.restore_view)), name=f"{name}_restore"),
            *super().get_urls(),
        ]

    def list_tools(self, request: HttpRequest) -> list[tuple[str, str]]:
        return [("Recently deleted", self.url_of("deleted"))] if self.restore and owned_by(request) else []

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """What whoever is looking has deleted themself, and can have back."""
        if not owned_by(request):
            raise PermissionDenied
        rows = [(self.name_of(row), row.deleted_at, self.url_of("restore", row.pk)) for row in self._deleted(request)]
        return self.page(request, "deleted", f"{self.plural} that you deleted", rows=rows)

    def _deleted(self, request: HttpRequest) -> Any:
        door = getattr(self.model._default_manager, self.tombstones)
        known = door(viewer_of(request)).filter(household__in=owned_by(request))
        if self.list_select_related:
            known = known.select_related(*self.list_select_related)
        since = timezone.now() - UNDO_LIFETIME
        return known.filter(deleted_by=request.user.pk, deleted_at__gte=since).order_by("-deleted_at")

    def restore_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        if not self._deleted(request).filter(pk=pk).exists():
            raise Http404
        try:
            row = type(self).restore(viewer=viewer_of(request), pk=pk)
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(self.url_of("deleted"))
        messages.success(request, f"{self.name_of(row)} is back.")
        return HttpResponseRedirect(self.url_of("changelist"))
