"""What a second factor is made of is told once, to whoever it is for, and stands nowhere."""

import re

import pytest
from django.db import connection
from django_otp.plugins.otp_static.models import StaticToken

from accounts.services.second_factor import as_typed
from tests.accounts.factor import MFA, enrolled, first_step, second_step, waiting_phone
from tests.accounts.test_second_factor import confirm, enrol
from tests.factories import PASSWORD


def everything_kept() -> str:
    """Every row of every table, as text."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            rows += [repr(row) for row in cursor.fetchall()]
    return "\n".join(rows)


def told_in(text: str, secrets: set[str]) -> set[str]:
    """Digits as a word of their own: there are six of them in any time."""
    return {secret for secret in secrets if re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text)}


def test_no_secret_code_or_token_stands_in_a_row_or_in_the_log(api, anna, as_user, caplog, capfd):
    mine = as_user(anna)
    begun = enrol(mine).json()
    phone = waiting_phone(anna)
    first = phone.code()
    codes = confirm(mine, first).json()["recovery_codes"]
    renewed = mine.post(f"{MFA}/recovery-codes", {"password": PASSWORD}).json()["recovery_codes"]
    token, second = first_step(api, anna), phone.fresh()
    second_step(api, token, "913572")
    signed_in = second_step(api, token, second).json()
    enrol(mine, "a wrong password")
    enrol(mine, code=renewed[0])
    plain = {code.replace("-", "") for code in codes + renewed}
    secrets = {begun["secret"], begun["otpauth_uri"], first, second, "913572", *codes, *renewed, *plain, token}
    secrets |= {signed_in["access"], signed_in["refresh"], "a wrong password", PASSWORD}
    kept, logged = everything_kept(), caplog.text + "".join(capfd.readouterr())
    assert len(kept) > 1000
    assert "/api/v1/auth/mfa" in logged
    assert told_in(kept, secrets) == set()
    assert told_in(logged, secrets) == set()


def test_a_row_alone_makes_no_code(anna, settings):
    phone = enrolled(anna, with_codes=True)
    assert as_typed(phone.device) not in everything_kept()
    here = phone.code()
    settings.SECRET_KEY = "another-" + "x" * 50
    assert phone.code() != here


def test_after_another_secret_key_recovery_codes_are_good_still(api, anna, settings):
    phone = enrolled(anna, with_codes=True)
    code = phone.code()
    settings.SECRET_KEY = "another-" + "x" * 50
    token = first_step(api, anna)
    assert second_step(api, token, code).status_code == 401
    assert second_step(api, token, phone.codes[0]).status_code == 200


def test_and_so_are_authenticators_for_as_long_as_the_old_one_is_named(api, anna, settings):
    phone, before = enrolled(anna), settings.SECRET_KEY
    code = phone.code()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-" + "x" * 50, [before]
    assert second_step(api, first_step(api, anna), code).status_code == 200
    assert second_step(api, first_step(api, anna), code).status_code == 401


@pytest.mark.parametrize("wrong", ["AAAA", "0" * 16])
def test_a_hash_of_a_code_is_no_code(api, anna, wrong):
    enrolled(anna, with_codes=True)
    kept = StaticToken.objects.first().token
    for shown in (kept, wrong):
        assert second_step(api, first_step(api, anna), shown).status_code == 401
