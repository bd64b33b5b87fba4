from typing import Any, cast

from axes.models import AccessAttempt
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.models import ActivationCode, AuthEvent, DeviceSession, User
from accounts.services.users import deactivate_user, record_rights
from config.admin import ReadOnlyAdmin
from config.client import client_of

# Nobody is in a group here: what somebody may do follows from their memberships.
admin.site.unregister(Group)

RIGHTS = ["is_active", "is_staff", "is_superuser"]


class LoginsForm(forms.ModelForm):
    """Sees to it that there is a login and that it is nobody else's."""

    def clean(self) -> dict[str, Any] | None:
        values = super().clean() or self.cleaned_data
        logins = {field: values[field] for field in ("email", "handle") if values.get(field)}
        if not logins:
            raise forms.ValidationError("Give an e-mail address or a handle.")
        for field, login in logins.items():
            if User.objects.with_login(login).exclude(pk=self.instance.pk).exists():
                self.add_error(field, "Somebody signs in with this already.")
        return values


class UserCreationForm(LoginsForm, AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["name", "email", "handle"]


class UserChangeForm(LoginsForm):
    class Meta:
        model = User
        fields = ["name", "email", "handle", "avatar_url", *RIGHTS]


@admin.register(User)
class UserAdmin(StockUserAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    fieldsets = [
        (None, {"fields": ["name", "email", "handle", "avatar_url"]}),
        ("What they may do", {"fields": [*RIGHTS]}),
    ]
    add_fieldsets = [(None, {"fields": ["name", "email", "handle", "usable_password", "password1", "password2"]})]
    list_display = ["name", "email", "handle", "is_active", "is_staff", "activated_at"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["name", "email", "handle"]
    ordering = ["name"]
    filter_horizontal = []

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        actor, client = cast(User, request.user), client_of(request)
        rights = [right for right in RIGHTS if right in form.changed_data]
        if change and "is_active" in rights and not obj.is_active:
            deactivate_user(user=obj, actor=actor, client=client)
        record_rights(user=obj, rights=rights, actor=actor, client=client)

    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise PermissionDenied  # Nobody knows another's password: whoever has lost theirs gets a code.

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # Their audit hangs on them; somebody who leaves is deactivated.


@admin.register(ActivationCode)
class ActivationCodeAdmin(ReadOnlyAdmin):
    list_select_related = ["user"]
    fields = ["user", "issued_by", "created_at", "expires_at", "failed_attempts", "used_at", "replaced_at"]
    list_display = ["user", "created_at", "expires_at", "failed_attempts", "used_at", "replaced_at"]


@admin.register(DeviceSession)
class DeviceSessionAdmin(ReadOnlyAdmin):
    list_select_related = ["user"]
    fields = [
        "user",
        "device_id",
        "device_name",
        "platform",
        "app_version",
        "generation",
        "created_at",
        "rotated_at",
        "idle_expires_at",
        "expires_at",
        "last_seen_at",
        "last_ip",
        "revoked_at",
        "revoked_reason",
    ]
    list_display = ["user", "device_name", "created_at", "last_seen_at", "last_ip", "revoked_at", "revoked_reason"]
    list_filter = ["revoked_reason"]


@admin.register(AuthEvent)
class AuthEventAdmin(ReadOnlyAdmin):
    list_select_related = ["user"]
    fields = ["created_at", "kind", "outcome", "reason", "user", "actor", "session", "ip", "user_agent"]
    list_display = ["created_at", "kind", "outcome", "reason", "user", "ip"]
    list_filter = ["kind", "outcome"]


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnlyAdmin):
    """Who is, or soon will be, locked out of the admin. `manage.py axes_reset` lets them in again."""

    fields = ["attempt_time", "failures_since_start", "ip_address", "user_agent", "path_info"]
    list_display = ["attempt_time", "failures_since_start", "ip_address", "user_agent"]
