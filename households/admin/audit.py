"""Who signed in, when and from where: for whoever runs the server all of it, for an owner that of their members."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import AuthEventAdmin
from accounts.models import AuthEvent
from households.admin.scoped import ScopedAdmin
from households.services.members import users_in_reach
from households.site import viewer_of

admin.site.unregister(AuthEvent)

WHAT = {
    "code_issued": "got a new code",
    "code_withdrawn": "has no code any more",
    "activation_started": "typed a code",
    "activation_failed": "typed a wrong or old code",
    "activation_completed": "signed in with a code",
    "login": "signed in",
    "refresh": "came back",
    "replay_detected": "was signed out: somebody used an old token",
    "session_revoked": "was signed out",
    "password_changed": "changed their password",
    "key_rotated": "changed the key that tokens are signed with",
    "rights_changed": "got other rights on this server",
    "glass_broken": "broke the glass, to see a household as it is",
}


@admin.register(AuthEvent)
class AuditAdmin(AuthEventAdmin, ScopedAdmin):
    place = 16
    plural = "Sign-ins"
    intro = "Who signed in, who was signed out, and who tried in vain."
    list_display = ["line", "created_at", "ip"]
    list_display_links = ["line"]
    list_select_related = ["user", "actor"]
    search_fields = ["user__name"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        events = AuthEvent.objects.order_by("-id")
        if request.user.is_superuser:
            return events
        viewer = viewer_of(request)
        return events.filter(user__in=users_in_reach(viewer)) if viewer else events.none()

    def name_of(self, obj: AuthEvent) -> str:
        return self.line(obj)

    def row_tools(self, request: HttpRequest, obj: AuthEvent) -> list[tuple[str, str]]:
        return []

    @admin.display(description="What")
    def line(self, event: AuthEvent) -> str:
        who = event.user.name if event.user else "Somebody unknown"
        what = WHAT.get(event.kind, event.kind)
        if event.kind == AuthEvent.Kind.LOGIN and event.outcome == AuthEvent.Outcome.FAILED:
            what = "tried to sign in"
        return f"{who} {what}"
