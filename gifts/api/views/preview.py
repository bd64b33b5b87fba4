from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gifts.api.serializers.preview import GiftPreviewSerializer, PreviewRequestSerializer
from gifts.services.preview.outcomes import Reason
from gifts.services.preview.previews import preview_page

FOUND = {
    "found": True,
    "reason": None,
    "title": "A kite",
    "image_url": "https://shop.example/kite.jpg",
    "price": "24.90",
    "currency": "EUR",
    "source": "The Shop",
}
NOT_FOUND = dict.fromkeys(FOUND) | {"found": False, "reason": Reason.TIMEOUT.value}


class GiftPreviewView(APIView):
    @extend_schema(
        summary="Look at the page of a gift",
        request=PreviewRequestSerializer,
        responses=GiftPreviewSerializer,
        examples=[
            OpenApiExample("A page", value={"url": "https://shop.example/kite"}, request_only=True),
            OpenApiExample("Found", value=FOUND, response_only=True),
            OpenApiExample("Not found", value=NOT_FOUND, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        """What a web page says about the thing on it, to fill in a form. Nothing is saved; a page that says nothing
        is no error, but `found: false` with a reason. Only pages of the public internet are looked at."""
        serializer = PreviewRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        preview = preview_page(viewer=request.auth, url=serializer.validated_data["url"])
        return Response(GiftPreviewSerializer(preview).data)
