from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path

from config.errors import Refusal
from gifts.admin.filters import ListRecipientFilter
from gifts.admin.lines import lines
from gifts.admin.spreadsheets import export_page, import_page
from gifts.models import MAX_QUANTITY, Gift, GiftList, ListItem
from gifts.services.items import add_item
from gifts.services.lists import create_list, delete_list, locked_after_main_list, restore_list, update_list
from households.admin.changing import ServiceAdmin, ServiceForm
from households.models import Occasion
from households.site import owned_by, rows_for, viewer_of

VISIBILITIES = {
    GiftList.Visibility.HOUSEHOLD: "Everybody in the household",
    GiftList.Visibility.HIDDEN: "Everybody but whom it is for",
    GiftList.Visibility.PRIVATE: "Only you",
}
KINDS = {
    GiftList.Kind.GIFT: "Gifts: what somebody is to get",
    GiftList.Kind.WISHLIST: "Wishes: what somebody would like",
    GiftList.Kind.IDEA: "Ideas: for some day",
}


class ListForm(ServiceForm):
    kind = forms.ChoiceField(choices=[(kind.value, words) for kind, words in KINDS.items()])
    visibility = forms.ChoiceField(
        label="Who may see it", choices=[(choice.value, words) for choice, words in VISIBILITIES.items()]
    )

    class Meta:
        model = GiftList
        fields = ["name", "kind", "recipient", "occasion", "occurs_on", "visibility"]
        labels = {"recipient": "Who it is for", "occasion": "What for", "occurs_on": "Day"}
        help_texts = {"occurs_on": "From this day on they may read what they were given. It cannot be changed later."}


class ListAddForm(ListForm):
    visibility = forms.ChoiceField(
        label="Who may see it",
        required=False,
        choices=[("", "As usual: hidden from whom it is for"), *ListForm.base_fields["visibility"].choices],
    )

    class Meta(ListForm.Meta):
        help_texts = {
            "recipient": "Fixed from then on. Wishes are yours, unless you say otherwise.",
            "occasion": "Fixed from then on.",
            "occurs_on": "Empty: the day of the occasion.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occasion"].empty_label = "Nothing in particular"


class PutForm(forms.Form):
    """What is put on a list: something new, or something that the catalog has."""

    title = forms.CharField(max_length=200, required=False, label="Something new")
    gift = forms.ModelChoiceField(
        Gift.objects.none(), required=False, label="Or from the catalog", empty_label="Something new"
    )
    price = forms.DecimalField(max_digits=12, decimal_places=2, min_value=0, required=False)
    url = forms.URLField(max_length=2000, required=False, label="Where to get it", assume_scheme="https")
    quantity = forms.IntegerField(min_value=1, max_value=MAX_QUANTITY, initial=1, label="How many")
    note = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    openly = forms.BooleanField(required=False, label="Not a surprise: whom it is for may see it")

    def __init__(self, *args: Any, gifts: QuerySet, may_be_open: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gift"].queryset = gifts
        if not may_be_open:
            del self.fields["openly"]

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if bool(values.get("title")) == bool(values.get("gift")) and not self.errors:
            self.add_error("title", "Say what it is, or choose something from the catalog: one of the two.")
        return values

    @property
    def asked(self) -> dict[str, Any]:
        """What `add_item` takes."""
        values = self.cleaned_data
        fields = {name: values[name] for name in ("quantity", "note", "openly") if name in values}
        if values["gift"]:
            return fields | {"gift_id": values["gift"].pk}
        return fields | {"new_gift": {name: values[name] for name in ("title", "price", "url")}}


@admin.register(GiftList)
class ListAdmin(ServiceAdmin):
    place = 3
    singular = "a list"
    plural = "Lists"
    intro = "What is planned for somebody, and what they wish for. What others hide from you is not here."
    row_id = "list_id"
    update, delete, restore = update_list, delete_list, restore_list
    create = create_list
    lock = staticmethod(locked_after_main_list)
    deletion = "What somebody has taken on stays with them. You can take this back for 30 days."
    form, add_form = ListForm, ListAddForm
    add_fields = ListForm.Meta.fields
    change_fields = ["recipient_name", "occasion_name", "name", "occurs_on", "visibility"]
    change_form_template = "admin/list_form.html"
    list_display = ["name", "recipient_name", "occasion_name", "occurs_on", "seen_by"]
    list_select_related = ["recipient", "owner"]
    list_filter = ["kind", ListRecipientFilter]
    search_fields = ["name"]
    ordering = ["name", "id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        viewer = viewer_of(request)
        # Its owner may see a list whose occasion has been hidden from them since.
        occasion = Occasion.objects.visible_to(viewer).filter(pk=OuterRef("occasion")).values("name")
        rows = super().get_queryset(request).annotate(seen_occasion=Subquery(occasion))
        return rows.standing_alone(viewer) if viewer else rows

    def get_readonly_fields(self, request: HttpRequest, obj: GiftList | None = None) -> list[str]:
        if obj is None:
            return []
        is_dated = obj.occurs_on is not None or obj.is_for(viewer_of(request))
        return ["recipient_name", "occasion_name", *(["occurs_on"] if is_dated else [])]

    def make(self, request: HttpRequest, fields: dict[str, Any]) -> GiftList:
        """What is left empty is as usual."""
        return super().make(request, {name: value for name, value in fields.items() if value not in ("", None)})

    @admin.display(description="For", ordering="recipient__display_name", empty_value="nobody in particular")
    def recipient_name(self, gift_list: GiftList) -> str | None:
        return gift_list.recipient.display_name if gift_list.recipient else None

    @admin.display(description="What for", empty_value="")
    def occasion_name(self, gift_list: Any) -> str | None:
        return gift_list.seen_occasion

    @admin.display(description="Seen by", ordering="visibility")
    def seen_by(self, gift_list: GiftList) -> str:
        return VISIBILITIES[GiftList.Visibility(gift_list.visibility)].lower()

    # --- What stands on it -----------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("import/", wrap(partial(import_page, self)), name="gifts_giftlist_import"),
            path("export/", wrap(export_page), name="gifts_giftlist_export"),
            path("<uuid:pk>/put/", wrap(self.put_view), name="gifts_giftlist_put"),
            *super().get_urls(),
        ]

    def list_tools(self, request: HttpRequest) -> list[tuple[str, str]]:
        if not owned_by(request):
            return []
        own = [("Import a spreadsheet", self.url_of("import")), ("Export as a spreadsheet", self.url_of("export"))]
        return [*own, *super().list_tools(request)]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        gift_list, viewer = kwargs.get("obj"), viewer_of(request)
        if gift_list and viewer:
            items = ListItem.objects.visible_to(viewer).on_list(gift_list.pk, viewer).as_seen_by(viewer)
            context["lines"] = lines(items.order_by("ordinal", "id"), viewer)
        return super().render_change_form(request, context, **kwargs)

    def put_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Put something on it."""
        gift_list, viewer = self.row_or_404(request, str(pk)), viewer_of(request)
        gifts = rows_for(request, Gift).filter(in_catalog=True, household=gift_list.household_id).order_by("title")
        may_be_open = gift_list.is_seen_by_recipient and not gift_list.is_for(viewer)
        form = PutForm(request.POST or None, gifts=gifts, may_be_open=may_be_open)
        if request.method == "POST" and form.is_valid():
            try:
                add_item(viewer=viewer, list_id=pk, **form.asked)
                return HttpResponseRedirect(self.url_of("change", pk))
            except Refusal as refusal:
                form.add_error(None, refusal.sentence)
        words = {"form": form, "back": (gift_list.name, self.url_of("change", pk)), "act": "Put it on the list"}
        return self.page(request, "form_page", f"Something for “{gift_list.name}”", **words)
