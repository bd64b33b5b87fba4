"""What a preview finds, or why it finds nothing."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models


class Reason(models.TextChoices):
    """Why there is no preview."""

    NOT_ALLOWED = "not_allowed", "Hearth does not go to this address."
    UNREACHABLE = "unreachable", "No page could be had there."
    REFUSED = "refused", "The site answered with an error."
    TIMEOUT = "timeout", "The site took too long."
    TOO_MANY_REDIRECTS = "too_many_redirects", "The site sends us on and on."
    NOT_HTML = "not_html", "That is no page."
    TOO_LARGE = "too_large", "The page is too large, and its beginning says nothing."
    NO_DATA = "no_data", "The page does not say what it is about."
    BUSY = "busy", "Other previews are being made. Please try again."


class NotFetched(Exception):
    """There is no page to read, for this reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Facts:
    """What a page says about the thing on it. Each is empty or None where the page does not say."""

    title: str = ""
    image_url: str = ""
    price: Decimal | None = None
    currency: str = ""
    source: str = ""


@dataclass(frozen=True)
class Preview:
    """The answer: facts, or the reason why there are none. Always of one shape."""

    found: bool
    reason: str | None = None
    title: str | None = None
    image_url: str | None = None
    price: str | None = None
    currency: str | None = None
    source: str | None = None

    @classmethod
    def of(cls, facts: Facts) -> "Preview":
        return cls(
            found=True,
            title=facts.title or None,
            image_url=facts.image_url or None,
            price=None if facts.price is None else str(facts.price),
            currency=facts.currency or None,
            source=facts.source or None,
        )

    @classmethod
    def without(cls, reason: Reason) -> "Preview":
        return cls(found=False, reason=reason.value)

    def as_json(self) -> dict[str, Any]:
        return dict(self.__dict__)
