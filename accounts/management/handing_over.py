"""How an activation code gets from a console to whoever it is for."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import User


def code_in_words(user: User, name: str, code: str) -> str:
    hours = settings.ACTIVATION_CODE_LIFETIME.total_seconds() // 3600
    return (
        f"  login            {user.login}\n"
        f"  activation code  {code}\n\n"
        f"The code is shown this once and good for {hours:.0f} hours. {name} enters it in the app, which\n"
        f"sends it to {_activation_url()}"
    )


def code_as_facts(code: str | None) -> dict[str, Any]:
    return {"activation_code": code, "activate_at": _activation_url() if code else None}


def _activation_url() -> str:
    return settings.PUBLIC_URL + reverse("activate")
