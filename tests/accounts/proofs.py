"""What the door promises in one process, over the whole HTTP stack; each says what came of it."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from math import sqrt
from statistics import median, quantiles
from time import perf_counter
from typing import Any, NamedTuple
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.models import DeviceSession, User
from accounts.services.codes import issue_code
from accounts.services.sessions import open_session
from accounts.tokens import AccessToken
from config.client import Client
from tests.accounts.steps import activate, error, log_in, refresh, refresh_token
from tests.concurrency import simultaneously
from tests.factories import PASSWORD, UserFactory

REPLAYED, REVOKED = (401, "AUTH_TOKEN_REPLAYED"), (401, "AUTH_SESSION_REVOKED")
ARGON2 = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"]}
WRONG = "not the password"


def a_phone() -> DeviceSession:
    return open_session(user=UserFactory(), device_name="a phone", client=Client())


def reads(session: DeviceSession) -> tuple[int, str]:
    answer = APIClient().get(
        "/api/v1/auth/sessions", headers={"Authorization": f"Bearer {AccessToken.for_session(session)}"}
    )
    return (200, "") if answer.status_code == 200 else error(answer)


def survivors_of_replays(*, generations: int = 5) -> list[str]:
    """A session for each age of a token that was used before: those that were not ended in that one request."""
    alive = []
    for generation in range(1, generations + 1):
        api, phone = APIClient(), a_phone()
        tokens = [refresh_token(phone)]
        for _ in range(generations + 1):
            tokens.append(refresh(api, tokens[-1], phone.device_id).json()["refresh"])
        answers = [error(refresh(api, tokens[generation - 1], phone.device_id)), reads(phone)]
        answers.append(error(refresh(api, tokens[-1], phone.device_id)))
        if answers != [REPLAYED, REVOKED, REVOKED]:
            alive.append(f"generation {generation}: {answers}")
    return alive


def survivors_of_other_devices(*, rounds: int = 10) -> list[str]:
    """Sessions whose refresh token came from another device, in the grace as well, and which went on all the same."""
    alive = []
    for number in range(rounds):
        api, phone = APIClient(), a_phone()
        token = refresh_token(phone)
        if number % 2:
            refresh(api, token, phone.device_id)
        answers = [error(refresh(api, token, uuid4())), reads(phone)]
        phone.refresh_from_db()
        if answers != [REPLAYED, REVOKED] or phone.revoked_reason != "other_device":
            alive.append(f"round {number}: {answers}")
    return alive


def refreshes_at_once(*, rounds: int = 100, times: int = 16) -> list[str]:
    """Rounds in which not all of so many got the same successor, or more than one generation was made."""
    wrong, phone = [], a_phone()
    token = refresh_token(phone)
    for number in range(rounds):
        # Long ago, so that no grace is left of the round before.
        DeviceSession.objects.filter(pk=phone.pk).update(rotated_at=F("rotated_at") - timedelta(minutes=1))
        answers = simultaneously(lambda token=token: refresh(APIClient(), token, phone.device_id), times)
        found = Counter((answer.status_code, answer.json().get("refresh")) for answer in answers)
        phone.refresh_from_db()
        if len(found) != 1 or phone.generation != number + 2:
            wrong.append(f"round {number}: {len(found)} answers, generation {phone.generation}")
            break
        token = answers[0].json()["refresh"]
    return wrong


# --- Whether there is an account ------------------------------------------------------------------


def accounts() -> dict[str, str]:
    """A login of each kind that must not be told apart by whoever does not know its secret."""
    number = User.objects.count()
    slow = make_password(PASSWORD)
    kinds = {
        "with a password": UserFactory(password=slow),
        "without one": UserFactory(new=True),
        "not active": UserFactory(password=slow, is_active=False),
    }
    return {kind: user.login for kind, user in kinds.items()} | {"nobody": f"nobody-{number}@example.org"}


def with_codes() -> dict[str, str]:
    found = accounts()
    for kind in ("without one", "not active"):
        issue_code(user=User.objects.with_login(found[kind]).get(), actor=None, client=Client())
    return found


class Apart(NamedTuple):
    """How many milliseconds the medians of all kinds are apart, and how many the worst of them may be off."""

    medians: float
    error: float

    @property
    def is_measured(self) -> bool:
        """Whether the machine was quiet enough for its clock to say anything of five milliseconds."""
        return self.error < 1


def milliseconds_apart(
    attempt: Callable[[APIClient, str], Any], logins: Callable[[], dict[str, str]], *, rounds: int, batches: int = 12
) -> Apart:
    """By the clock. It goes on, so many times at most, as long as the machine is too busy to be measured on: whether to
    go on is not decided by what is looked for."""
    taken: dict[str, list[float]] = {}
    for _ in range(batches):
        for kind, times in times_by_kind(attempt, logins, rounds=rounds).items():
            taken.setdefault(kind, []).extend(times)
        medians = [median(times) * 1000 for times in taken.values()]
        apart = Apart(max(medians) - min(medians), max(_error_of_median(times) * 1000 for times in taken.values()))
        if apart.is_measured:
            break
    return apart


def _error_of_median(times: list[float]) -> float:
    """Its standard error, 1.253 s / sqrt(n). The deviation s is that of the quartiles: a few outliers say nothing."""
    lower, _, upper = quantiles(times, n=4)
    return 1.253 * (upper - lower) / 1.349 / sqrt(len(times))


def times_by_kind(
    attempt: Callable[[APIClient, str], Any], logins: Callable[[], dict[str, str]], *, rounds: int
) -> dict[str, list[float]]:
    """The seconds of each failure by what kind of account it is about: in turns, each from a new address."""
    taken: dict[str, list[float]] = {}
    with override_settings(**ARGON2):
        addresses, kinds = _addresses(), {}
        for number in range(rounds):
            if number % 4 == 0:
                kinds = logins()  # a code is burned by five wrong guesses, and an account has its limit
            order = list(kinds.items())
            for kind, login in order[number % 4 :] + order[: number % 4]:
                api = APIClient(REMOTE_ADDR=next(addresses))
                started = perf_counter()
                attempt(api, login)
                taken.setdefault(kind, []).append(perf_counter() - started)
    return taken


def _addresses() -> Iterator[str]:
    return (f"198.18.{high}.{low}" for high in range(256) for low in range(1, 255))


def wrong_password(api: APIClient, login: str) -> Any:
    return log_in(api, login, WRONG)


def wrong_code(api: APIClient, login: str) -> Any:
    return activate(api, login, "0000-0000")
