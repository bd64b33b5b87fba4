from django.urls import path
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class SignedInView(APIView):
    """By the door of every view: token, live session, limits."""

    def get(self, request: Request) -> Response:
        return Response({"here": True})


class OpenView(SignedInView):
    authentication_classes: list = []
    permission_classes = [AllowAny]


urlpatterns = [
    path("api/v1/signed-in", SignedInView.as_view()),
    path("api/v1/open", OpenView.as_view()),
]
