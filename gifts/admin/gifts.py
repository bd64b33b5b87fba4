from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from config.errors import Refusal
from gifts.models import Gift
from gifts.services.gifts import create_gift, delete_gift, publish_gift, restore_gift, update_gift
from households.admin.changing import ServiceAdmin, ServiceForm
from households.admin.scoped import VisibleRelatedFilter
from households.models import Tag
from households.site import viewer_of


class GiftForm(ServiceForm):
    tags = forms.ModelMultipleChoiceField(
        Tag.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Words of your own; new ones are made under Tags.",
    )

    class Meta:
        model = Gift
        fields = ["title", "description", "url", "image_url", "price", "currency"]
        labels = {"title": "What it is", "url": "Where to get it", "image_url": "Address of a picture"}
        help_texts = {"currency": "Three letters, such as EUR. Empty: your household's."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.fields["currency"].required = False


@admin.register(Gift)
class GiftAdmin(ServiceAdmin):
    place = 4
    singular = "a gift"
    plural = "Gifts"
    intro = "The catalog that everybody reads who plans, and what stands on lists that you see."
    row_id = "gift_id"
    create, update, delete, restore = create_gift, update_gift, delete_gift, restore_gift
    deletion = "Lists that it stands on keep it. You can take this back for 30 days."
    form = GiftForm
    change_fields = [*GiftForm.Meta.fields, "tags"]
    list_display = ["title", "costs", "is_public"]
    list_filter = ["in_catalog", ("tags", VisibleRelatedFilter)]
    search_fields = ["title"]
    ordering = ["title", "id"]

    def _owns(self, request: HttpRequest, obj: Any) -> bool:
        """What is not in the catalog is its maker's alone."""
        is_theirs = obj is None or obj.in_catalog or obj.created_by_id in {None, request.user.pk}
        return is_theirs and super()._owns(request, obj)

    def make(self, request: HttpRequest, fields: dict[str, Any]) -> Gift:
        if not fields["currency"]:
            del fields["currency"]
        return super().make(request, fields)

    @admin.display(description="Price", ordering="price", empty_value="")
    def costs(self, gift: Gift) -> str | None:
        return None if gift.price is None else f"{gift.price} {gift.currency}"

    @admin.display(description="Where", ordering="in_catalog")
    def is_public(self, gift: Gift) -> str:
        return "in the catalog" if gift.in_catalog else "on a list"

    # --- The catalog -----------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        publish = path("<uuid:pk>/publish/", wrap(require_POST(self.publish_view)), name="gifts_gift_publish")
        return [publish, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        gift = kwargs.get("obj")
        if gift and not gift.in_catalog and self.has_change_permission(request, gift):
            words = "Put it into the catalog, for everybody to see"
            context["acts"] = [(words, self.url_of("publish", gift.pk))]
        return super().render_change_form(request, context, **kwargs)

    def publish_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            gift = publish_gift(viewer=viewer_of(request), gift_id=self.row_or_404(request, str(pk)).pk)
            messages.success(request, f"{gift.title} is in the catalog now.")
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
        return HttpResponseRedirect(self.url_of("change", pk))
