from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from gifts.admin.filters import ClaimStatusFilter
from gifts.models import Claim
from gifts.services.claims import lock_claim, release_claim, update_claim
from gifts.words import STATUS_WORDS
from households.admin.changing import ServiceAdmin, ServiceForm
from households.viewer import Viewer


def _lock(model: type[Claim], viewer: Viewer, pk: UUID) -> Claim:
    return lock_claim(viewer=viewer, claim_id=pk)[1]


class ClaimForm(ServiceForm):
    status = forms.ChoiceField(
        label="How far it is", choices=[(status, STATUS_WORDS[status]) for status in Claim.Status.values]
    )

    class Meta:
        model = Claim
        fields = ["giver", "quantity", "status", "actual_price"]
        labels = {"giver": "Who gives it", "quantity": "How many of it", "actual_price": "What it has cost"}
        help_texts = {"actual_price": "Altogether. Empty: what was planned."}


@admin.register(Claim)
class ClaimAdmin(ServiceAdmin):
    place = 12
    singular = "a claim"
    plural = "Who gives what"
    intro = "What somebody has taken upon themself. An owner may hand it on to somebody else, or free it again."
    row_id = "claim_id"
    update, delete = update_claim, release_claim
    lock = staticmethod(_lock)
    deletion = "It is free again for others."
    form = ClaimForm
    change_fields = ClaimForm.Meta.fields
    list_display = ["gift_name", "giver_name", "recipient", "quantity", "how_far"]
    list_select_related = ["giver", "item__gift", "item__list__recipient"]
    list_filter = [ClaimStatusFilter]
    search_fields = ["item__gift__title", "giver__display_name"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def name_of(self, obj: Claim) -> str:
        return f"{obj.giver.display_name}: {obj.item.gift.title}"

    def row_tools(self, request: HttpRequest, obj: Claim) -> list[tuple[str, str]]:
        return [
            ("The item", reverse("admin:gifts_listitem_change", args=[obj.item_id])),
            *super().row_tools(request, obj),
        ]

    @admin.display(description="Gift", ordering="item__gift__title")
    def gift_name(self, claim: Claim) -> str:
        return claim.item.gift.title

    @admin.display(description="From", ordering="giver__display_name")
    def giver_name(self, claim: Claim) -> str:
        return claim.giver.display_name

    @admin.display(description="For", ordering="item__list__recipient__display_name", empty_value="")
    def recipient(self, claim: Claim) -> str | None:
        return claim.item.list.recipient.display_name if claim.item.list.recipient else None

    @admin.display(description="How far", ordering="status")
    def how_far(self, claim: Claim) -> str:
        return STATUS_WORDS[claim.status]
