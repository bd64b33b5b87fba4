"""A second factor as its owner has it: in an authenticator, and on a sheet of paper."""

from dataclasses import dataclass, field

from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import DeviceSession, User
from accounts.services import recovery_codes
from accounts.services.second_factor import secret_of
from tests.accounts.steps import log_in
from tests.factories import PASSWORD

MFA = "/api/v1/auth/mfa"


@dataclass
class Phone:
    """Shows codes. `codes` is the sheet of paper beside it."""

    device: TOTPDevice
    codes: list[str] = field(default_factory=list)

    def code(self, steps: int = 0) -> str:
        """That of now, or of so many half minutes later. What was used before is forgotten, so it is good again."""
        totp = TOTP(secret_of(self.device))
        totp.time = timezone.now().timestamp() + 30 * steps
        return f"{totp.token():06}"

    def fresh(self, steps: int = 0) -> str:
        """The same, as if half a minute had passed since the last one."""
        TOTPDevice.objects.filter(pk=self.device.pk).update(last_t=-1)
        return self.code(steps)


def enrolled(user: User, *, with_codes: bool = False) -> Phone:
    """Gives this user a second factor, without the price of the way there."""
    phone = Phone(TOTPDevice.objects.create(user=user, name="authenticator"))
    if with_codes:
        new = recovery_codes.NewSet.make()
        recovery_codes.keep(user, new)
        phone.codes = new.codes
    user.sessions.update(second_factor_at=timezone.now())
    return phone


def waiting_phone(user: User) -> Phone:
    """The authenticator that this user is about to confirm."""
    return Phone(TOTPDevice.objects.get(user=user, confirmed=False))


def first_step(api: APIClient, user: User, **values: str) -> str:
    answer = log_in(api, user.login, PASSWORD, **values)
    assert set(answer.json()) == {"mfa_token", "expires_at"}, answer.json()
    return answer.json()["mfa_token"]


def second_step(api: APIClient, token: str, code: str) -> Response:
    return api.post(MFA, {"mfa_token": token, "code": code})


def works(api: APIClient) -> bool:
    return api.get("/api/v1/users/me").status_code == 200


def session_of(answer: Response) -> DeviceSession:
    return DeviceSession.objects.live().get(device_id=answer.json()["device_id"])
