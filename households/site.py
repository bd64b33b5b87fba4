"""The admin's door: who gets in, as whom they look, and what is on every page."""

from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import TextInput
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse

from accounts.browsers import begin_session, end_session, live_session
from accounts.lockout import was_refused_unheard
from accounts.models import User
from accounts.services.limits import Step, take
from accounts.services.passwords import change_password, record_wrong_password
from accounts.services.second_factor import is_enrolled, is_missing
from config.api.errors import respond
from config.client import client_of
from config.errors import Refusal
from config.logs import found_out
from config.models import ScopedQuerySet
from households.models import Household
from households.second_factor_pages import SecondFactorPages, is_way_to_second_factor
from households.services.glass import BehindGlass, Reason, break_glass, viewer_behind_glass
from households.viewer import Viewer

# Where a request keeps its viewer.
KEY = "viewer"
# Where a browser's session keeps which glass was broken, and until when.
GLASS = "glass"
# What can be sent from behind the glass.
WAYS_OUT = {"glass", "logout"}
# The places in the navigation that are seen at once.
EVERY_DAY = 9
# Stock views that look past the door, and that no page of ours needs.
CLOSED = {"autocomplete", "view_on_site", "app_list"}


def viewer_of(request: HttpRequest) -> Viewer | None:
    """Who is looking, made once for each request; None for nobody, and for whoever's session has been ended."""
    if KEY not in request.__dict__:
        session = live_session(request)
        own = Viewer.of(session.user, session) if session else None
        found_out(user=str(session.user.pk) if session else None)
        request.__dict__[KEY] = viewer_behind_glass(own, request.session.get(GLASS)) if own else None
    return request.__dict__[KEY]


def owned_by(request: HttpRequest) -> list[Any]:
    """The households in which whoever is looking may do what an owner may. Behind broken glass one only looks."""
    viewer = viewer_of(request)
    return [] if viewer is None or isinstance(viewer, BehindGlass) else list(viewer.owned_household_ids)


def rows_for(request: HttpRequest, model: type[Model]) -> ScopedQuerySet:
    """The rows of this model that may be shown, chosen, counted or filtered by here.

    Whoever is let in as an owner works on what they own. A superuser sees what they would see over REST, and no more.
    """
    rows: Any = model._default_manager
    seen = rows.visible_to(viewer_of(request))
    if request.user.is_superuser:
        return seen
    place = "pk" if model is Household else "household"
    return seen.filter(**{f"{place}__in": owned_by(request)})


class GlassForm(forms.Form):
    household = forms.ModelChoiceField(Household.objects.order_by("name"))
    reason = forms.ChoiceField(label="Why", choices=[(reason.value, reason.label) for reason in Reason])


class SecondStepNeeded(Exception):
    """Out of the stock view, before it signs anybody in: the password is right, and not enough."""

    def __init__(self, user: Any) -> None:
        super().__init__()
        self.user = user


class SignInForm(AdminAuthenticationForm):
    username = UsernameField(
        label="E-mail address or handle", widget=TextInput(attrs={"autofocus": True, "autocapitalize": "none"})
    )
    error_messages = {
        "invalid_login": "This does not open the admin. Please check both; the admin is for owners of a household.",
        "inactive": "This account is not active.",
    }

    def confirm_login_allowed(self, user: Any) -> None:
        # Past the stock admin's own rule: the backend has said who is let in.
        AuthenticationForm.confirm_login_allowed(self, user)
        if is_enrolled(user):
            raise SecondStepNeeded(user)


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    is_current: bool


class OwnPasswordView(PasswordChangeView):
    form_class = AdminPasswordChangeForm
    template_name = "registration/password_change_form.html"
    # Of the present one. To look for a good new one is no guess.
    was_wrong = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whoever sits at somebody's open browser may not try passwords there, either."""
        try:
            user, client = cast(User, request.user), client_of(request)
            taken = take(Step.PASSWORD, account=str(user.pk), client=client, user=user)
        except Refusal as refusal:
            return respond(request, refusal)
        response = super().post(request, *args, **kwargs)
        if not self.was_wrong:
            taken.give_back()
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        session, self.was_wrong = live_session(self.request), "old_password" in form.errors
        if session and self.was_wrong:
            record_wrong_password(session=session, client=client_of(self.request))
        return super().form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        session, user, before = live_session(self.request), form.user, form.user.password
        if session is None:
            raise PermissionDenied
        after = form.save(commit=False).password
        try:
            change_password(user=user, before=before, after=after, kept=session, client=client_of(self.request))
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
            return self.form_invalid(form)
        update_session_auth_hash(self.request, user)
        return HttpResponseRedirect(self.get_success_url())


class FamilySite(SecondFactorPages, admin.AdminSite):
    site_title = site_header = "Hearth"
    index_title = "Home"
    login_form = SignInForm
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff, and whoever owns a household; on a session that has not been ended."""
        is_let_in = super().has_permission(request) or bool(request.user.is_active and owned_by(request))
        return is_let_in and viewer_of(request) is not None

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.user.is_authenticated and viewer_of(request) is None:
            logout(request)  # Its session was ended elsewhere.
        if request.method != "POST":
            return super().login(request, extra_context)
        try:
            taken = take(Step.LOGIN, account=request.POST.get("username", ""), client=client_of(request))
            response = super().login(request, extra_context)
        except Refusal as refusal:
            return respond(request, refusal)
        except SecondStepNeeded as needed:
            taken.give_back()  # the password was right, and the second step counts for itself
            return self.to_second_step(request, needed.user)
        if response.status_code == 302:
            begin_session(request)
        if response.status_code == 302 or was_refused_unheard(request):
            taken.give_back()
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if request.method == "POST":
            end_session(request)
        return super().logout(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        words = self.each_context(request) | (extra_context or {})
        done = reverse(f"{self.name}:password_change_done")
        return OwnPasswordView.as_view(success_url=done, extra_context=words)(request)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        glass = path("glass/", self.admin_view(self.glass_view), name="glass")
        return [
            glass,
            *self.second_factor_urls(),
            *(url for url in super().get_urls() if getattr(url, "name", None) not in CLOSED),
        ]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Behind the glass one only looks. Whoever has to have a second factor, and has none, gets one first."""

        @wraps(view)
        def only_looking(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            name = getattr(request.resolver_match, "url_name", None)
            viewer = viewer_of(request)
            is_behind = isinstance(viewer, BehindGlass)
            # The glass is a way out for whoever is behind it, and a way in for everybody else.
            is_way_out = name in WAYS_OUT and (is_behind or name != "glass")
            if is_missing(viewer) and not (is_way_out or is_way_to_second_factor(name)):
                return HttpResponseRedirect(reverse(f"{self.name}:second_factor"))
            if request.method == "POST" and is_behind and not is_way_out:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return super().admin_view(only_looking, cacheable)

    def glass_view(self, request: HttpRequest) -> HttpResponse:
        """Where a superuser breaks the glass, and closes it again."""
        if not request.user.is_superuser:
            raise PermissionDenied
        form = GlassForm(request.POST or None)
        if "close" in request.POST:
            request.session.pop(GLASS, None)
            return HttpResponseRedirect(reverse(f"{self.name}:index"))
        if request.method == "POST" and form.is_valid():
            request.session[GLASS] = break_glass(user=request.user, client=client_of(request), **form.cleaned_data)
            return HttpResponseRedirect(reverse(f"{self.name}:index"))
        words = {"title": "Break the glass", "form": form, "act": "Break the glass"}
        return TemplateResponse(request, "admin/glass.html", self.each_context(request) | words)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        viewer = viewer_of(request)
        glass = viewer if isinstance(viewer, BehindGlass) else None
        return super().each_context(request) | self._links(request) | {"glass": glass, "is_missing": is_missing(viewer)}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        return []  # The navigation is made of `_links`.

    def _links(self, request: HttpRequest) -> dict[str, list[Link]]:
        """To the family's pages in the order that these say, first those of every day; and to those of whoever runs the
        server."""
        links: dict[str, list[Link]] = {"family_links": [], "more_links": [], "server_links": []}
        pages = [(getattr(page, "place", None), model, page) for model, page in self._registry.items()]
        for place, model, page in sorted(pages, key=lambda one: one[0] or 0):
            if page.has_view_permission(request):
                kind = "server_links" if place is None else "more_links" if place > EVERY_DAY else "family_links"
                links[kind].append(self._link(request, model, page))
        return links

    def _link(self, request: HttpRequest, model: type[Model], page: admin.ModelAdmin) -> Link:
        opts = model._meta
        url = reverse(f"{self.name}:{opts.app_label}_{opts.model_name}_changelist")
        label = getattr(page, "plural", "") or str(opts.verbose_name_plural).capitalize()
        return Link(label, url, request.path.startswith(url))
