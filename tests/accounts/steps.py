"""What an app does, step by step, and how its answers are compared."""

from typing import Any

from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import DeviceSession
from accounts.tokens import RefreshToken


def activate(api: APIClient, login: str, code: str, **values: Any) -> Response:
    body = {"login": login, "activation_code": code, "device_fingerprint": "pixel-9/42", "app_version": "1.4.0"}
    return api.post("/api/v1/auth/activate", body | values)


def complete(api: APIClient, activated: Response, **values: Any) -> Response:
    body = {"activation_token": activated.json()["activation_token"], "device_name": "Anna's phone"}
    return api.post("/api/v1/auth/activate/complete", body | values)


def log_in(api: APIClient, login: str, password: str, **values: Any) -> Response:
    return api.post("/api/v1/auth/login", {"login": login, "password": password, "device_name": "a phone"} | values)


def refresh(api: APIClient, token: str, device_id: Any) -> Response:
    return api.post("/api/v1/auth/session/refresh", {"refresh": token, "device_id": str(device_id)})


def refresh_token(session: DeviceSession) -> str:
    return str(RefreshToken.for_session(session))


def error(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def timeless(answer: Response) -> dict[str, Any]:
    """The error without what differs in every answer."""
    return {key: value for key, value in answer.json()["error"].items() if key not in {"timestamp", "request_id"}}
