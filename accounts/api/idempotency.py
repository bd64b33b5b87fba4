import json
import re
from collections.abc import Collection
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.models import IdempotencyKey
from accounts.services import idempotency
from config.api.views import Handler, ResourceViewSet, RowResponse
from config.errors import Refusal, invalid

VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,255}")


class RepeatableViewSet(ResourceViewSet):
    """Rows whose POSTs may carry an `Idempotency-Key`: sent again, they are answered again and not done again.

    The answer is the row as this viewer reads it at that time, so it tells no more than a read would.
    """

    # Actions that refuse a key: what they answer is a secret, or no row that could be found again.
    without_key: Collection[str] = ()
    # Actions that are no POST and take a key all the same.
    with_key: Collection[str] = ()

    def validated(self, serializer_class: type[BaseSerializer], *, partial: bool = False) -> dict[str, Any]:
        """What the body says. Whoever does not see the row is told just that, and nothing about their body.

        A good body is carried out by a service, which looks for the row itself: to look here too is for a bad one.
        """
        try:
            return super().validated(serializer_class, partial=partial)
        except (APIException, Refusal):
            self.refuse_strangers()
            raise

    def refuse_strangers(self) -> None:
        """What is said of a body is for those who see the row that it is about."""
        if "pk" in self.kwargs:
            self.get_object()
        else:
            self.require_parent()

    def takes_key(self, method: str) -> bool:
        return self.action in self.with_key or (method == "POST" and self.action not in self.without_key)

    def carry_out(self, action: Handler, request: Request, *args: Any, **kwargs: Any) -> Response:
        if "Idempotency-Key" not in request.headers or not self.takes_key(request.method):
            return super().carry_out(action, request, *args, **kwargs)
        key, request_hash = key_of(request), hash_of(request)
        with transaction.atomic():
            kept, is_new = idempotency.reserve(
                user=request.user, route=f"{request.method} {request.path}", key=key, request_hash=request_hash
            )
            if not is_new:
                return self.answered_again(kept)
            response = self.conditionally(action, request, *args, **kwargs)
            idempotency.keep(reserved=kept, status=response.status_code, reference=reference_of(response))
            return response

    def answered_again(self, kept: IdempotencyKey) -> Response:
        # Whoever waited for the first to finish was let in before that: who they are is read again.
        authenticator: Any = next(iter(self.request.authenticators or []))
        self.request.user, self.request.auth = authenticator.authenticate(self.request)
        if kept.reference is None:
            response = Response(status=kept.status)
        else:
            response = self.tagged(self.shown_by_id(kept.reference, status=kept.status))
        response["Idempotent-Replayed"] = "true"
        return response


def key_of(request: Request) -> str:
    key = request.headers["Idempotency-Key"]
    if not VISIBLE_ASCII.fullmatch(key):
        raise invalid(**{"Idempotency-Key": "Use 1 to 255 visible ASCII characters, such as a UUID."})
    return key


def hash_of(request: Request) -> str:
    """Of what is asked: the same JSON, whatever the order of its names and the blanks between them."""
    asked = [request.META["QUERY_STRING"], request.data]
    return sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def reference_of(response: Response) -> UUID | None:
    """The row that was answered; None when nothing was."""
    if isinstance(response, RowResponse):
        return response.row_id
    if response.data is not None:
        raise TypeError("This action answers no row. Name it in `without_key`.")
    return None
