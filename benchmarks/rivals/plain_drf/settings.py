"""Hearth's settings, with the middlewares and the REST framework of a plain project."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.rivals.plain_drf.urls"
WSGI_APPLICATION = "benchmarks.rivals.plain_drf.wsgi.application"
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["benchmarks.rivals.plain_drf.authentication.SessionOfToken"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}
