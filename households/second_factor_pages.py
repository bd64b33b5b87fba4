"""The second factor in the admin: the second step of signing in, and the pages on which one has one's own."""

from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache

from accounts.browsers import (
    live_session,
    sign_in_with_code,
    stop_waiting,
    wait_for_code,
    waiting_for_code,
)
from accounts.models import DeviceSession, User
from accounts.services import recovery_codes
from accounts.services.enrolment import (
    Enrolment,
    begin_enrolment,
    begun_enrolment,
    confirm_enrolment,
    remove_second_factor,
    renew_recovery_codes,
)
from accounts.services.outcomes import Denied
from accounts.services.second_factor import authenticators, is_enrolled, required_of
from config.api.errors import respond
from config.client import client_of
from config.errors import Code, Refusal
from households.second_factor_forms import CodeForm, EitherCodeForm, PasswordAndCodeForm, PasswordForm
from households.viewer import Viewer

# What is open to whoever has to have a second factor first.
ON_THE_WAY = {"password_change", "password_change_done"}


def is_way_to_second_factor(url_name: str | None) -> bool:
    return url_name in ON_THE_WAY or bool(url_name and url_name.startswith("second_factor"))


class SecondFactorPages:
    """A part of the site."""

    name: str
    admin_view: Any
    each_context: Any

    def second_factor_urls(self) -> list[URLPattern]:
        own = {
            "second_factor": ("second-factor/", self.second_factor),
            "second_factor_begin": ("second-factor/begin/", self.begin_second_factor),
            "second_factor_confirm": ("second-factor/confirm/", self.confirm_second_factor),
            "second_factor_codes": ("second-factor/recovery-codes/", self.renew_codes),
            "second_factor_remove": ("second-factor/remove/", self.remove_factor),
        }
        pages = [path(place, self.admin_view(view), name=name) for name, (place, view) in own.items()]
        return [path("second-step/", never_cache(self.second_step), name="second_step"), *pages]

    # --- Signing in ------------------------------------------------------------------------------

    def to_second_step(self, request: HttpRequest, user: User) -> HttpResponse:
        wait_for_code(request, user, request.POST.get("next") or request.GET.get("next") or "")
        return self._to("second_step")

    def second_step(self, request: HttpRequest) -> HttpResponse:
        """After a right password. Nobody is signed in here yet, so this page stands outside of `admin_view`."""
        waiting = waiting_for_code(request)
        if waiting is None:
            return self._to("login")
        form = EitherCodeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                denied = sign_in_with_code(request, waiting, form.cleaned_data["code"])
            except Refusal as refusal:
                return respond(request, refusal)
            if denied is None:
                return HttpResponseRedirect(self._safe(request, waiting.next))
            if denied.code is not Code.AUTH_INVALID_MFA_CODE:
                stop_waiting(request)
                return self._to("login")
            form.add_error("code", denied.code.message)
        words = {"act": "Sign in", "back": ("Somebody else", reverse(f"{self.name}:login"))}
        return self._page(request, "second_step", "Your second factor", form=form, **words)

    # --- One's own -------------------------------------------------------------------------------

    def second_factor(self, request: HttpRequest) -> HttpResponse:
        viewer = self._viewer(request)
        device = authenticators().filter(user=viewer.user).first()
        words = {
            "device": device,
            "left": recovery_codes.left(viewer.user),
            "is_required": required_of(viewer),
        }
        return self._page(request, "second_factor", "Your second factor", **words)

    def begin_second_factor(self, request: HttpRequest) -> HttpResponse:
        has_one = is_enrolled(self._viewer(request).user)
        form = (PasswordAndCodeForm if has_one else PasswordForm)(request.POST or None)
        if self._done(request, form, begin_enrolment, **({} if has_one else {"code": ""})) is not None:
            return self._to("second_factor_confirm")
        title = "Another second factor" if has_one else "A second factor"
        return self._form(request, title, form, act="Go on")

    def confirm_second_factor(self, request: HttpRequest) -> HttpResponse:
        begun = begun_enrolment(session=self._session(request))
        if begun is None:
            return self._to("second_factor_begin")
        form = CodeForm(request.POST or None)
        codes = self._done(request, form, confirm_enrolment)
        if codes is not None:
            return self._codes(request, codes)
        words = {"picture": _picture(begun), "secret": _grouped(begun.secret), "uri": begun.uri}
        return self._form(
            request, "Your authenticator", form, act="Switch it on", template="second_factor_new", **words
        )

    def renew_codes(self, request: HttpRequest) -> HttpResponse:
        form = PasswordForm(request.POST or None)
        codes = self._done(request, form, renew_recovery_codes)
        return (
            self._form(request, "New recovery codes", form, act="Make them")
            if codes is None
            else self._codes(request, codes)
        )

    def remove_factor(self, request: HttpRequest) -> HttpResponse:
        form, viewer = PasswordForm(request.POST or None), self._viewer(request)
        if self._done(request, form, remove_second_factor, is_required=required_of(viewer)) is not None:
            messages.success(request, "Your second factor is removed. Your password alone lets you in.")
            return self._to("second_factor")
        return self._form(request, "Remove the second factor", form, act="Remove it")

    # --- What they have in common ----------------------------------------------------------------

    def _session(self, request: HttpRequest) -> DeviceSession:
        session = live_session(request)
        if session is None:
            raise PermissionDenied
        return session

    def _viewer(self, request: HttpRequest) -> Viewer:
        session = self._session(request)
        return Viewer.of(session.user, session)

    def _done(self, request: HttpRequest, form: forms.Form, service: Any, **values: Any) -> Any:
        """What came of it; None when nothing did, and the form says why."""
        if request.method != "POST" or not form.is_valid():
            return None
        viewer = self._viewer(request)
        try:
            values |= form.cleaned_data | {"user": viewer.user, "session": viewer.session}
            outcome = service(**values, client=client_of(request))
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
            return None
        if isinstance(outcome, Denied):
            for name, complaints in outcome.details.items():
                form.add_error(name, complaints)
            return None
        return outcome if outcome is not None else True

    def _form(
        self, request: HttpRequest, title: str, form: forms.Form, *, act: str, template: str = "form_page", **words: Any
    ) -> HttpResponse:
        back = ("Your second factor", reverse(f"{self.name}:second_factor"))
        return self._page(request, template, title, form=form, act=act, back=back, **words)

    def _codes(self, request: HttpRequest, codes: list[str]) -> HttpResponse:
        return self._page(request, "recovery_codes", "Your recovery codes", codes=codes)

    def _page(self, request: HttpRequest, template: str, title: str, **words: Any) -> TemplateResponse:
        return TemplateResponse(
            request, f"admin/{template}.html", self.each_context(request) | {"title": title} | words
        )

    def _to(self, name: str) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"{self.name}:{name}"))

    def _safe(self, request: HttpRequest, url: str) -> str:
        is_ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
        return url if is_ours else reverse(f"{self.name}:index")


def _picture(enrolment: Enrolment) -> str:
    picture = segno.make(enrolment.uri, error="m").svg_inline(omitsize=True, border=2, svgclass="qr", lineclass=None)
    return mark_safe(picture)  # noqa: S308 (made here)


def _grouped(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
