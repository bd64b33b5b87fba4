"""A token that we did not make, or made for something else, opens nothing."""

import base64
import json
from datetime import timedelta

import jwt
import pytest
from django.utils import timezone

from accounts.keyring import keyring
from accounts.models import ActivationCode
from accounts.services.codes import issue_code
from accounts.tokens import AccessToken, ActivationToken, RefreshToken
from tests.accounts.steps import error, refresh, refresh_token

INVALID = (401, "AUTH_TOKEN_INVALID")
EXPIRED = (401, "AUTH_TOKEN_EXPIRED")


def part(value) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def ask(api, token: str):
    return api.get("/api/v1/auth/sessions", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def claims(phone) -> dict:
    return AccessToken.for_session(phone).payload | {"iss": "hearth", "aud": "hearth-api"}


@pytest.fixture
def forge():
    """Signs these claims with our own key, as an attacker cannot."""

    def forge(claims, key=None, algorithm="HS256", **headers) -> str:
        ours = keyring.signing(timezone.now())
        return jwt.encode(claims, key or ours.secret, algorithm, headers={"kid": ours.kid} | headers)

    return forge


def test_an_honest_token_opens(api, claims, forge):
    assert ask(api, forge(claims)).status_code == 200


def test_a_token_says_who_made_it_for_whom_and_with_which_key(phone):
    token = str(AccessToken.for_session(phone))
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["iss"], claims["aud"], claims["sid"]) == ("hearth", "hearth-api", str(phone.pk))
    assert claims["exp"] - claims["iat"] == 15 * 60
    assert jwt.get_unverified_header(token) == {
        "alg": "HS256",
        "kid": keyring.signing(timezone.now()).kid,
        "typ": "JWT",
    }


def test_a_token_without_a_signature_is_refused(api, claims):
    for algorithm in ("none", "None", "HS256"):
        header = part({"alg": algorithm, "typ": "JWT", "kid": keyring.signing(timezone.now()).kid})
        assert error(ask(api, f"{header}.{part(claims)}.")) == INVALID


def test_another_algorithm_of_the_same_key_is_refused(api, claims, forge):
    assert error(ask(api, forge(claims, algorithm="HS512"))) == INVALID


@pytest.mark.parametrize("kid", ["another", "", "../../dev/null"])
def test_an_unknown_key_id_is_refused(api, claims, forge, kid):
    assert error(ask(api, forge(claims, kid=kid))) == INVALID


def test_a_missing_key_id_is_refused(api, claims):
    assert error(ask(api, jwt.encode(claims, keyring.signing(timezone.now()).secret, "HS256"))) == INVALID


def test_a_foreign_key_is_refused(api, claims, forge):
    assert error(ask(api, forge(claims, key="x" * 64))) == INVALID


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "elsewhere"},
        {"aud": "elsewhere"},
        {"token_type": "refresh"},
        {"token_type": "activation"},
        {"sid": "not-an-id"},
        {"sid": 7},
        {"exp": "tomorrow"},
        {"iat": 32503680000},
        {"nbf": 32503680000},
    ],
)
def test_a_wrong_claim_is_refused(api, claims, forge, change):
    assert error(ask(api, forge(claims | change))) == INVALID


@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "iat", "jti", "token_type", "sid"])
def test_a_missing_claim_is_refused(api, claims, forge, claim):
    del claims[claim]
    assert error(ask(api, forge(claims))) == INVALID


def test_an_expired_token_says_so(api, claims, forge):
    claims["exp"] = int((timezone.now() - timedelta(seconds=11)).timestamp())
    assert error(ask(api, forge(claims))) == EXPIRED


def test_clocks_may_differ_by_a_few_seconds(api, claims, forge):
    claims["exp"] = int((timezone.now() - timedelta(seconds=5)).timestamp())
    assert ask(api, forge(claims)).status_code == 200


@pytest.mark.parametrize("garbage", ["x", "a.b.c", "....", "ey.ey.ey", "ü.ü.ü", part([1]) + ".e30.x", "A" * 1900])
def test_garbage_is_refused(api, phone, garbage):
    assert error(refresh(api, garbage, phone.device_id)) == INVALID
    assert error(ask(api, garbage.encode().decode("latin-1"))) == INVALID


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer "])
def test_a_broken_header_opens_nothing(api, db, header):
    answer = api.get("/api/v1/auth/sessions", headers={"Authorization": header})
    assert answer.status_code == 401


def test_each_token_is_good_for_its_own_purpose_only(api, leo, phone, client_at_home):
    issue_code(user=leo, actor=None, client=client_at_home)
    activation = ActivationToken.for_code(ActivationCode.objects.get(), device_fingerprint="x", app_version="1")
    access = AccessToken.for_session(phone)
    assert error(ask(api, refresh_token(phone))) == INVALID
    assert error(ask(api, str(activation))) == INVALID
    assert error(refresh(api, str(access), phone.device_id)) == INVALID
    assert error(refresh(api, str(activation), phone.device_id)) == INVALID
    for token in (str(access), refresh_token(phone)):
        answer = api.post("/api/v1/auth/activate/complete", {"activation_token": token, "device_name": "a phone"})
        assert error(answer) == INVALID


def test_a_refresh_token_follows_from_its_session_alone(phone):
    assert refresh_token(phone) == refresh_token(phone)
    assert RefreshToken(refresh_token(phone)).generation == 1


def test_a_refresh_token_without_a_generation_is_refused(api, phone):
    token = RefreshToken.for_session(phone)
    token["gen"] = "1"
    assert error(refresh(api, str(token), phone.device_id)) == INVALID


def test_an_activation_token_tells_nothing_of_the_device(leo, client_at_home):
    issue_code(user=leo, actor=None, client=client_at_home)
    token = ActivationToken.for_code(ActivationCode.objects.get(), device_fingerprint="pixel-9", app_version="1")
    assert "pixel-9" not in json.dumps(token.payload)
    assert len(token.fingerprint_hash) == 64
