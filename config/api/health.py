"""Is it alive: for load balancers and whoever runs the server. Tells states, never secrets."""

import structlog
from django.core.cache import cache
from django.db import Error, connection
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.errors import Code, Refusal

logger = structlog.get_logger("hearth.health")


def require_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        raise Refusal(Code.SERVER_UNAVAILABLE, "The database does not answer.") from error


def require_cache() -> None:
    # Asked directly and not through config/cache.py: while that leaves the cache alone, a probe wants to know.
    try:
        cache.set("health", "ok", timeout=5)
        answer = cache.get("health")
    # Whatever the cache's client raises means the same here: it does not work.
    except Exception as error:
        raise Refusal(Code.SERVER_UNAVAILABLE, "The cache does not answer.") from error
    if answer != "ok":
        raise Refusal(Code.SERVER_UNAVAILABLE, "The cache forgets.")


def cache_works() -> bool:
    try:
        require_cache()
    except Refusal as refusal:
        logger.warning("degraded", reason=refusal.message)
        return False
    return True


STATE = extend_schema(
    auth=[],
    responses=inline_serializer("Health", {"status": serializers.ChoiceField(choices=["ok", "degraded"])}),
)


class HealthView(APIView):
    authentication_classes: list = []
    permission_classes = [AllowAny]
    throttle_classes: list = []

    @STATE
    def get(self, request: Request) -> Response:
        """200 when the database answers (`degraded` when only the cache does not), else 503."""
        require_database()
        return Response({"status": "ok" if cache_works() else "degraded"})


class DatabaseHealthView(HealthView):
    @STATE
    def get(self, request: Request) -> Response:
        """200 when the database answers, else 503."""
        require_database()
        return Response({"status": "ok"})


class CacheHealthView(HealthView):
    @STATE
    def get(self, request: Request) -> Response:
        """200 when the cache answers, else 503."""
        require_cache()
        return Response({"status": "ok"})
