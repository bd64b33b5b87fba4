"""The one way to say no: every broken rule is a `Refusal` with a code from this catalogue."""

from enum import Enum
from typing import Any

from django.utils import timezone

# After that many seconds a database that was away is often back.
UNAVAILABLE_S = 5


class Code(Enum):
    """Every error code that Hearth answers with, its HTTP status and its plain words."""

    AUTH_REQUIRED = 401, "Please sign in."
    AUTH_TOKEN_INVALID = 401, "This token is not valid."
    AUTH_TOKEN_EXPIRED = 401, "This token has expired."
    AUTH_TOKEN_REPLAYED = 401, "This refresh token was used before; the session has been ended for safety."
    AUTH_SESSION_REVOKED = 401, "This session has been ended. Please sign in again."
    AUTH_INVALID_CREDENTIALS = 401, "Login or password is wrong."
    AUTH_INVALID_ACTIVATION_CODE = 400, "This login and activation code do not match."
    AUTH_ACTIVATION_EXPIRED = 410, "This activation code has expired. Please ask for a new one."
    AUTH_INVALID_MFA_CODE = 401, "This code is wrong or was used before."
    AUTH_MFA_REQUIRED = 403, "Please set up a second factor first."
    AUTH_INVALID_PIN = 400, "This PIN is wrong."
    AUTH_SESSION_LOCKED = 403, "This session is locked. Please unlock it with its PIN."
    AUTH_CSRF_FAILED = 403, "The form has expired. Please load the page again."

    VALIDATION_FAILED = 400, "Some values are not valid."
    VALIDATION_MALFORMED = 400, "The request could not be read."
    VALIDATION_CURSOR = 400, "This cursor is not one of ours."
    VALIDATION_MEDIA_TYPE = 415, "Please send JSON (Content-Type: application/json)."
    VALIDATION_TOO_LARGE = 413, "The request is too large."
    VALIDATION_IDEMPOTENCY = 422, "This Idempotency-Key was used for another request."

    RESOURCE_NOT_FOUND = 404, "There is nothing here."
    RESOURCE_FORBIDDEN = 403, "You may see this, but not do that."
    RESOURCE_METHOD_NOT_ALLOWED = 405, "This method is not available here."
    RESOURCE_NOT_ACCEPTABLE = 406, "Only JSON is available here."

    CONFLICT_CLAIM_UNAVAILABLE = 409, "Not enough of this is left to claim."
    CONFLICT_INVALID_TRANSITION = 409, "It cannot move there from where it is."
    CONFLICT_DUPLICATE = 409, "This is already there."
    CONFLICT_LAST_OWNER = 409, "A household needs at least one owner."
    CONFLICT_PERSON_REQUIRED = 409, "Say first which person this member is."
    CONFLICT_STATE = 409, "This is not possible in its present state."
    CONFLICT_STALE = 412, "Somebody changed this meanwhile. Please load it again."

    RATE_LIMITED = 429, "Too many requests. Please wait a little."

    SERVER_ERROR = 500, "Something went wrong on our side."
    SERVER_UNAVAILABLE = 503, "The service is not available just now. Please try again."

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message


class Refusal(Exception):
    """A request that a rule refuses. `details` is JSON: for VALIDATION_FAILED, lists of messages by field.

    `retry_after`: the seconds to wait before the same request may succeed (RFC 9110, section 10.2.3).
    """

    def __init__(
        self, code: Code, message: str = "", details: dict[str, Any] | None = None, *, retry_after: int | None = None
    ) -> None:
        super().__init__(code.name)
        self.code = code
        self.message = message or code.message
        self.details = details or {}
        self.retry_after = UNAVAILABLE_S if code is Code.SERVER_UNAVAILABLE else retry_after

    @property
    def sentence(self) -> str:
        """What is said where there is room for one: the first complaint about a field, or the message."""
        # What else is in the details is for programs.
        is_about_fields = self.code in {Code.VALIDATION_FAILED, Code.CONFLICT_DUPLICATE}
        complaints = [text for texts in self.details.values() for text in texts] if is_about_fields else []
        return complaints[0] if complaints else self.message


def invalid(**fields: str) -> Refusal:
    """A VALIDATION_FAILED refusal that names one message for each field."""
    return Refusal(Code.VALIDATION_FAILED, details={name: [message] for name, message in fields.items()})


def envelope(code: Code, request_id: str, message: str = "", details: dict[str, Any] | None = None) -> dict[str, Any]:
    """How every refusal and failure is answered."""
    return {
        "error": {
            "code": code.name,
            "message": message or code.message,
            "details": details or {},
            "timestamp": timezone.now().isoformat().replace("+00:00", "Z"),
            "request_id": request_id,
        }
    }
