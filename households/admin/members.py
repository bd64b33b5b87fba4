from typing import Any
from uuid import UUID

import segno
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from accounts.models import DeviceSession, User
from config.client import client_of
from config.errors import Refusal
from households.admin.changing import ServiceAdmin, ServiceForm
from households.models import Invitation, InvitationQuerySet, Membership, Person, Role
from households.services.households import locked_with_household
from households.services.invitations import add_or_invite, withdraw_invitation
from households.services.members import end_member_sessions, issue_member_code, update_member, users_in_reach
from households.site import owned_by, viewer_of
from households.viewer import Viewer

ROLES = {
    Role.OWNER: "Owner: looks after the household, like you",
    Role.MEMBER: "Member: plans gifts with you",
    Role.GUEST: "Guest: sees only the lists that are shown to them",
}


def _update(*, viewer: Viewer, membership_id: UUID, changes: dict[str, Any]) -> Membership:
    return update_member(viewer=viewer, membership_id=membership_id, **changes)


class MemberForm(ServiceForm):
    role = forms.ChoiceField(choices=[(role.value, words) for role, words in ROLES.items()], initial=Role.MEMBER)

    class Meta:
        model = Membership
        fields = ["role", "person", "is_active"]
        labels = {"person": "Which person they are", "is_active": "Belongs to the household"}
        help_texts = {
            "person": "What is hidden from this person is hidden from this member.",
            "is_active": "Whoever does not any more sees nothing of it, from this moment on.",
        }

    def limit(self, field: forms.ModelChoiceField) -> None:
        super().limit(field)
        if field.queryset.model is Person:
            taken = Membership.objects.filter(person__isnull=False).exclude(pk=self.instance.pk)
            promised = Invitation.objects.waiting().values("person")
            free = field.queryset.filter(member_links=None).exclude(pk__in=taken.values("person"))
            free = free.exclude(pk__in=promised)
            field.queryset = free.order_by("display_name")
            field.required = not self.instance._state.adding


class MemberAddForm(MemberForm):
    nobody = "Somebody new"
    name = forms.CharField(max_length=120)
    email = User._meta.get_field("email").formfield(label="E-mail address", required=False)
    handle = User._meta.get_field("handle").formfield(
        label="Handle", required=False, help_text="For whoever has no e-mail address: a short name to sign in with."
    )

    class Meta(MemberForm.Meta):
        fields = ["role", "person"]
        help_texts = {"person": "Choose whom you have among your people already. Empty: somebody new."}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not (values.get("email") or values.get("handle") or self.errors):
            self.add_error("email", "Give an e-mail address or a handle to sign in with.")
        for name in ("name", "email", "handle"):
            self._check_column(name, values.get(name))
        return values

    def _check_column(self, name: str, value: Any) -> None:
        try:
            User._meta.get_field(name).clean(value or None, None) if value else None
        except forms.ValidationError as error:
            self.add_error(name, error)


@admin.register(Membership)
class MemberAdmin(ServiceAdmin):
    place = 5
    singular = "a member"
    plural = "Members"
    intro = (
        "Who uses Hearth with you, and what they may do. A new member gets a card with a code to sign in with; whoever "
        "uses Hearth already, in another household, gets an invitation."
    )
    is_whole_for_superusers = True
    row_id = "membership_id"
    create, update = add_or_invite, _update
    lock = staticmethod(locked_with_household)
    form, add_form = MemberForm, MemberAddForm
    add_fields = ["name", "email", "handle", "role", "person"]
    change_fields = ["role", "person", "is_active"]
    list_display = ["member", "role", "state"]
    list_select_related = ["user", "person"]
    list_filter = ["role", "is_active"]
    search_fields = ["user__name"]
    ordering = ["user__name", "id"]

    @admin.display(description="Name", ordering="user__name")
    def member(self, membership: Membership) -> str:
        return membership.user.name

    @admin.display(description="State")
    def state(self, membership: Membership) -> str:
        if not membership.is_active:
            return "does not belong here any more"
        return "has signed in" if membership.user.activated_at else "has not signed in yet"

    def name_of(self, obj: Membership) -> str:
        return obj.user.name

    def row_tools(self, request: HttpRequest, obj: Membership) -> list[tuple[str, str]]:
        tools = super().row_tools(request, obj)
        if not self.has_change_permission(request, obj):
            return tools
        return [("New code", self.url_of("code", obj.pk)), ("Devices", self.url_of("devices", obj.pk)), *tools]

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "households_membership"
        return [
            path("invitations/", wrap(self.invitations_view), name=f"{name}_invitations"),
            path("invitations/<uuid:pk>/withdraw/", wrap(require_POST(self.withdraw_view)), name=f"{name}_withdraw"),
            path("<uuid:pk>/code/", wrap(self.code_view), name=f"{name}_code"),
            path("<uuid:pk>/devices/", wrap(self.devices_view), name=f"{name}_devices"),
            path("<uuid:pk>/devices/end/", wrap(require_POST(self.end_view)), name=f"{name}_end"),
            path("<uuid:pk>/devices/<uuid:session>/end/", wrap(require_POST(self.end_view)), name=f"{name}_end_one"),
            *super().get_urls(),
        ]

    # --- The card --------------------------------------------------------------------------------

    def make(self, request: HttpRequest, fields: dict[str, Any]) -> Membership | Invitation:
        fields["household_id"] = fields.pop("household").pk
        made = add_or_invite(viewer=viewer_of(request), client=client_of(request), **fields)
        if isinstance(made, Invitation):
            return made
        membership, request.code = made
        return membership

    def response_add(self, request: HttpRequest, obj: Membership, post_url_continue: str | None = None) -> HttpResponse:
        if isinstance(obj.made, Membership):
            return self._card(request, obj.made, request.code)
        messages.success(request, f"“{obj.made.login}” uses Hearth already, and is invited now.")
        return HttpResponseRedirect(self.url_of("invitations"))

    def code_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Asks first: whoever has signed in before is signed out everywhere by a new code."""
        membership = self._mine(request, pk)
        refused = ""
        if request.method == "POST":
            try:
                code = issue_member_code(viewer=viewer_of(request), membership_id=pk, client=client_of(request))
                return self._card(request, membership, code)
            except Refusal as refusal:
                refused = refusal.sentence
        title = f"A new code for {self.name_of(membership)}"
        return self.page(request, "new_code", title, original=membership, refused=refused)

    def _card(self, request: HttpRequest, membership: Membership, code: str) -> HttpResponse:
        user, place = membership.user, membership.household.name
        # Behind the #, so that it stays on the phone and in nobody's logs.
        link = f"{settings.PUBLIC_URL}/#{urlencode({'login': user.login, 'code': code})}"
        picture = segno.make(link, error="m").svg_inline(omitsize=True, border=2, svgclass="qr", lineclass=None)
        title = f"Welcome, {user.name}"
        until = timezone.now() + settings.ACTIVATION_CODE_LIFETIME
        words = {"member": user, "household": place, "code": code, "until": until, "address": settings.PUBLIC_URL}
        return self.page(request, "card", title, picture=mark_safe(picture), **words)  # noqa: S308 (made here)

    # --- Invitations -----------------------------------------------------------------------------

    def list_tools(self, request: HttpRequest) -> list[tuple[str, str]]:
        asked = [("Invitations", self.url_of("invitations"))] if owned_by(request) else []
        return [*asked, *super().list_tools(request)]

    def invitations_view(self, request: HttpRequest) -> HttpResponse:
        """Who was asked and has not answered: of their account no more than what was typed."""
        invitations = self._invitations(request).select_related("person", "household", "invited_by").order_by("-id")
        rows = [(invitation, self.url_of("withdraw", invitation.pk)) for invitation in invitations]
        return self.page(request, "invitations", "Invitations that are open", rows=rows)

    def withdraw_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        if not self._invitations(request).filter(pk=pk).exists():
            raise Http404
        try:
            withdraw_invitation(viewer=viewer_of(request), invitation_id=pk)
            messages.success(request, "The invitation was withdrawn.")
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
        return HttpResponseRedirect(self.url_of("invitations"))

    def _invitations(self, request: HttpRequest) -> InvitationQuerySet:
        owned = owned_by(request)
        if not owned:
            raise PermissionDenied
        return Invitation.objects.visible_to(viewer_of(request)).filter(household__in=owned).waiting()

    # --- Devices ---------------------------------------------------------------------------------

    def devices_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        membership = self._mine(request, pk)
        sessions = self._sessions(request, membership).order_by("-last_seen_at")
        rows = [(session, self.url_of("end_one", pk, session.pk)) for session in sessions]
        words = {"rows": rows, "end_all": self.url_of("end", pk), "original": membership}
        return self.page(request, "devices", f"Devices of {self.name_of(membership)}", **words)

    def end_view(self, request: HttpRequest, pk: UUID, session: UUID | None = None) -> HttpResponse:
        membership = self._mine(request, pk)
        sessions = self._sessions(request, membership)
        if session and not sessions.filter(pk=session).exists():
            raise Http404
        asked = {"membership_id": pk, "session_id": session, "client": client_of(request)}
        try:
            end_member_sessions(viewer=viewer_of(request), **asked)
            messages.success(request, "Signed out.")
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
        return HttpResponseRedirect(self.url_of("devices", pk))

    def _sessions(self, request: HttpRequest, membership: Membership) -> QuerySet:
        users = users_in_reach(viewer_of(request)).filter(pk=membership.user_id)
        return DeviceSession.objects.live().filter(user__in=users)

    def _mine(self, request: HttpRequest, pk: UUID) -> Membership:
        membership = self.row_or_404(request, str(pk))
        if not self.has_change_permission(request, membership):
            raise PermissionDenied
        return membership
