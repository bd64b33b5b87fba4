from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from config.errors import Refusal
from gifts.admin.filters import RecipientFilter, StatusFilter
from gifts.admin.lines import Line
from gifts.models import ListItem
from gifts.services.claims import move_item
from gifts.services.items import delete_item, may_change_wish, restore_item, update_item
from gifts.words import STATUS_WORDS
from households.admin.changing import ServiceAdmin, ServiceForm
from households.site import viewer_of

WISH = ["quantity", "priority", "note"]
PLAN = ["planned_price", "giver_note"]
# The same for whoever only looks.
PLAN_AS_READ = ["price_as_planned", "note_among_givers"]


class ItemForm(ServiceForm):
    planned_price = forms.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, help_text="Empty: what the gift costs."
    )
    giver_note = forms.CharField(
        max_length=2000,
        required=False,
        label="Note among givers",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whom it is for never reads this.",
    )

    class Meta:
        model = ListItem
        fields = WISH
        labels = {"quantity": "How many"}
        help_texts = {"priority": "0 to 3: 3 is wished for most.", "note": "Whoever sees the list reads this."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.list.is_for(viewer_of(self.request)):
            self.initial |= {name: getattr(self.instance.plan, name) for name in PLAN}


@admin.register(ListItem)
class ItemAdmin(ServiceAdmin):
    place = 11
    singular = "an item"
    plural = "Items"
    intro = "Everything that stands on a list you see. To add something, open its list."
    row_id = "item_id"
    update, delete, restore = update_item, delete_item, restore_item
    deletion = "It is off its list. What somebody has taken of it stays theirs. You can take this back for 30 days."
    form = ItemForm
    change_form_template = "admin/item_form.html"
    list_display = ["gift_name", "recipient", "list_name", "quantity", "status"]
    list_select_related = ["gift", "list__recipient", "plan"]
    list_filter = [StatusFilter, RecipientFilter]
    search_fields = ["gift__title"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        viewer = viewer_of(request)
        rows = super().get_queryset(request)
        return rows.as_seen_by(viewer).select_related(*self.list_select_related) if viewer else rows

    def name_of(self, obj: ListItem) -> str:
        return obj.gift.title

    def row_tools(self, request: HttpRequest, obj: ListItem) -> list[tuple[str, str]]:
        gift = reverse("admin:gifts_gift_change", args=[obj.gift_id])
        return [("The gift itself", gift), *super().row_tools(request, obj)]

    # --- What may be changed ---------------------------------------------------------------------

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        if obj is None or obj.is_concealed:
            return WISH
        return [*WISH, *(PLAN if self.has_change_permission(request, obj) else PLAN_AS_READ)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        is_theirs = obj is None or may_change_wish(viewer_of(request), obj)
        return PLAN_AS_READ if is_theirs else [*WISH, *PLAN_AS_READ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may_delete = super().has_delete_permission(request, obj)
        return may_delete and (obj is None or may_change_wish(viewer_of(request), obj))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        item, viewer = kwargs.get("obj"), viewer_of(request)
        if item and viewer:
            context["line"] = Line(item, viewer)
        return super().render_change_form(request, context, **kwargs)

    # --- Moving it on ----------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        move = path("<uuid:pk>/move/", wrap(require_POST(self.move_view)), name="gifts_listitem_move")
        return [move, *super().get_urls()]

    def move_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Move what one has taken, or what is planned; back to where one came from: its list, or the item."""
        item = self.row_or_404(request, str(pk))
        status = request.POST.get("status", "")
        try:
            move_item(viewer=viewer_of(request), item_id=pk, status=status)
            messages.success(request, f"{item.gift.title}: {STATUS_WORDS.get(status, status)}.")
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
        if request.POST.get("back") == "list":
            page = reverse("admin:gifts_giftlist_change", args=[item.list.companion_of_id or item.list_id])
            return HttpResponseRedirect(f"{page}#item-{pk}")
        return HttpResponseRedirect(self.url_of("change", pk))

    # --- Columns ---------------------------------------------------------------------------------

    @admin.display(description="Gift", ordering="gift__title")
    def gift_name(self, item: ListItem) -> str:
        return item.gift.title

    @admin.display(description="For", ordering="list__recipient__display_name", empty_value="")
    def recipient(self, item: ListItem) -> str | None:
        return item.list.recipient.display_name if item.list.recipient else None

    @admin.display(description="List", ordering="list__name")
    def list_name(self, item: ListItem) -> str:
        return item.list.name

    @admin.display(description="How far", ordering="seen_status", empty_value="")
    def status(self, item: Any) -> str:
        if item.seen_withdrawn:
            return "taken back"
        return STATUS_WORDS.get(item.seen_status, "")

    @admin.display(description="Planned price", empty_value="")
    def price_as_planned(self, item: Any) -> Any:
        return item.seen_planned_price

    @admin.display(description="Note among givers", empty_value="")
    def note_among_givers(self, item: Any) -> str | None:
        return item.seen_giver_note
