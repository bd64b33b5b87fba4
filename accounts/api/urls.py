from django.urls import include, path

from accounts.api import pins, views
from config.api.routers import Router

router = Router()
router.register("auth/sessions", views.SessionViewSet, basename="session")

urlpatterns = [
    path("auth/activate", views.ActivateView.as_view(), name="activate"),
    path("auth/activate/complete", views.CompleteActivationView.as_view(), name="activate-complete"),
    path("auth/login", views.LoginView.as_view(), name="login"),
    path("auth/password", views.SessionViewSet.as_view({"post": "change_password"}), name="password"),
    path("auth/session/refresh", views.RefreshView.as_view(), name="session-refresh"),
    path("auth/session/revoke", views.SessionViewSet.as_view({"post": "revoke"}), name="session-revoke"),
    path("auth/session/pin", pins.PinView.as_view(), name="session-pin"),
    path("auth/session/pin/remove", pins.RemovePinView.as_view(), name="session-pin-remove"),
    path("auth/session/lock", pins.LockView.as_view(), name="session-lock"),
    path("auth/session/unlock", pins.UnlockView.as_view(), name="session-unlock"),
    path("", include(router.urls)),
]
