from typing import Any

from django.urls import include, path

from accounts.api import second_factor, views
from config.api.routers import Router

router = Router()
router.register("auth/sessions", views.SessionViewSet, basename="session")


def _second_factor(**actions: str) -> Any:
    return second_factor.SecondFactorViewSet.as_view(actions)


urlpatterns = [
    path("auth/activate", views.ActivateView.as_view(), name="activate"),
    path("auth/activate/complete", views.CompleteActivationView.as_view(), name="activate-complete"),
    path("auth/login", views.LoginView.as_view(), name="login"),
    path("auth/mfa", second_factor.SecondStepView.as_view(), name="mfa"),
    path("auth/mfa/device", _second_factor(get="device"), name="mfa-device"),
    path("auth/mfa/enrol", _second_factor(post="enrol"), name="mfa-enrol"),
    path("auth/mfa/confirm", _second_factor(post="confirm"), name="mfa-confirm"),
    path("auth/mfa/recovery-codes", _second_factor(post="renew"), name="mfa-recovery-codes"),
    path("auth/mfa/remove", _second_factor(post="remove"), name="mfa-remove"),
    path("auth/password", views.SessionViewSet.as_view({"post": "change_password"}), name="password"),
    path("auth/session/refresh", views.RefreshView.as_view(), name="session-refresh"),
    path("auth/session/revoke", views.SessionViewSet.as_view({"post": "revoke"}), name="session-revoke"),
    path("", include(router.urls)),
]
