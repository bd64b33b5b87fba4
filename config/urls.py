from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularJSONAPIView

from config.api import health
from config.api.docs import DocsView
from config.api.schema import ServedSchema

api: list[URLPattern | URLResolver] = [
    path("health", health.HealthView.as_view(), name="health"),
    path("health/db", health.DatabaseHealthView.as_view(), name="health-db"),
    path("health/cache", health.CacheHealthView.as_view(), name="health-cache"),
    path("schema", SpectacularJSONAPIView.as_view(generator_class=ServedSchema), name="schema"),
    path("docs", DocsView.as_view(), name="docs"),
    path("", include("accounts.api.urls")),
    path("", include("households.api.urls")),
    path("", include("gifts.api.urls")),
    path("", include("tasks.api.urls")),
]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="docs")),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
]

handler400 = "config.api.errors.bad_request"
handler403 = "config.api.errors.permission_denied"
handler404 = "config.api.errors.not_found"
handler500 = "config.api.errors.server_error"
