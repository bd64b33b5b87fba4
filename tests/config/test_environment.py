"""What the environment says, and what Hearth makes of it."""

import re
import runpy
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment, secret_kept_in

ROOT = Path(__file__).parents[2]
SETTINGS = ROOT / "config" / "settings.py"
READ = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS.read_text()))
PRODUCTION = {
    "DATABASE_URL": "postgres://hearth:secret@db.example.org/hearth",
    "SECRET_KEY": "s" * 50,
    "HEARTH_PUBLIC_URL": "https://hearth.example.org",
}


@pytest.fixture
def settings_with(monkeypatch, tmp_path):
    """Hearth's settings, read anew in an environment that says this and nothing else."""

    def read(**variables: str) -> dict:
        for name in READ:
            monkeypatch.delenv(name, raising=False)
        for name, value in ({"HEARTH_ENV_FILE": "/dev/null", "HEARTH_DATA_DIR": str(tmp_path)} | variables).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return read


@pytest.fixture
def refusal_of(settings_with):
    def read(**variables: str) -> str:
        with pytest.raises(ImproperlyConfigured) as refusal:
            settings_with(**variables)
        return str(refusal.value)

    return read


# --- The example ---------------------------------------------------------------------------------


def test_the_example_names_every_setting_and_no_other():
    assert set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)) == READ


def test_the_example_explains_every_setting():
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = [number for number, line in enumerate(lines) if re.match(r"#?[A-Z_]+=", line)]
    assert all(re.match(r"# |#? ?[A-Z_]+=", lines[number - 1]) for number in named)


def test_the_example_as_it_stands_changes_nothing(settings_with, monkeypatch, tmp_path):
    plain = settings_with()
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    example["HEARTH_DATA_DIR"] = str(tmp_path)
    copied = settings_with(**example)
    assert {name: copied[name] for name in copied if name.isupper()} == {
        name: plain[name] for name in plain if name.isupper()
    }


# --- Embedded ------------------------------------------------------------------------------------


def test_without_any_setting_hearth_is_embedded_and_private(settings_with, tmp_path):
    settings = settings_with()
    assert not settings["IS_PRODUCTION"]
    assert not settings["DEBUG"]
    assert (settings["HOST"], settings["PORT"]) == ("127.0.0.1", 8000)
    assert settings["PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert settings["DATABASES"]["default"]["NAME"] == tmp_path / "hearth.sqlite3"
    assert settings["WEB_CONCURRENCY"] == 1
    assert "locmem" in settings["CACHES"]["default"]["BACKEND"]


def test_the_secret_is_made_once_for_its_owner_only(settings_with, tmp_path):
    first = settings_with()["SECRET_KEY"]
    assert len(first) >= 50
    assert settings_with()["SECRET_KEY"] == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_the_data_folder_is_made_for_its_owner_only(settings_with, tmp_path):
    settings_with(HEARTH_DATA_DIR=str(tmp_path / "deep" / "data"))
    assert stat.S_IMODE((tmp_path / "deep" / "data").stat().st_mode) == 0o700


def test_an_empty_variable_means_the_default(settings_with):
    settings = settings_with(PORT="", HOST="", DATABASE_URL="", DATABASE_POOL_MAX=" ", ALLOWED_HOSTS="")
    assert (settings["HOST"], settings["PORT"]) == ("127.0.0.1", 8000)
    assert not settings["IS_PRODUCTION"]


def test_a_relative_data_folder_is_in_hearths_own_folder(settings_with, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert settings_with(HEARTH_DATA_DIR="data/tests")["DATA_DIR"] == ROOT / "data" / "tests"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("text", "means"), [("true", True), ("YES", True), ("1", True), ("off", False), ("No", False)])
def test_a_switch_is_said_in_plain_words(settings_with, text, means):
    assert settings_with(DEBUG=text)["DEBUG"] is means


def test_apps_from_elsewhere_are_named_by_their_origin(settings_with):
    origins = settings_with(CORS_ALLOWED_ORIGINS="https://app.example.org, http://localhost:5173,capacitor://localhost")
    assert origins["CORS_ALLOWED_ORIGINS"] == [
        "https://app.example.org",
        "http://localhost:5173",
        "capacitor://localhost",
    ]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "localhost", "::1", "[::1]"])
def test_a_loopback_address_stays_embedded(settings_with, host):
    assert not settings_with(HOST=host)["IS_PRODUCTION"]


def test_an_ipv6_host_gets_its_brackets(settings_with):
    settings = settings_with(HOST="::1")
    assert settings["PUBLIC_URL"] == "http://[::1]:8000"
    assert settings["HOST"] == "[::1]"


# --- Production ----------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "hearth.local"])
def test_a_host_that_others_reach_is_production(refusal_of, host):
    assert f"HOST={host}".replace("::", "[::]") in refusal_of(HOST=host)


def test_every_missing_setting_is_named(refusal_of):
    database = PRODUCTION["DATABASE_URL"]
    assert refusal_of(DATABASE_URL=database) == (
        "this is production (DATABASE_URL is set), so please set SECRET_KEY and HEARTH_PUBLIC_URL."
    )
    assert refusal_of(DATABASE_URL=database, SECRET_KEY="s" * 50).endswith("please set HEARTH_PUBLIC_URL.")
    assert refusal_of(DATABASE_URL=database, HEARTH_PUBLIC_URL="https://a.example").endswith("please set SECRET_KEY.")


def test_production_makes_no_secret_of_its_own(refusal_of, tmp_path):
    refusal_of(DATABASE_URL=PRODUCTION["DATABASE_URL"])
    assert list(tmp_path.iterdir()) == []


def test_a_short_secret_is_refused_in_production(refusal_of):
    assert refusal_of(**PRODUCTION | {"SECRET_KEY": "s" * 49}).startswith("SECRET_KEY is too short")


def test_who_has_to_have_a_second_factor_is_said_in_words_that_we_know(settings_with, refusal_of):
    assert settings_with()["MFA_REQUIRED_FOR"] == []
    assert settings_with(MFA_REQUIRED_FOR="owners, Staff")["MFA_REQUIRED_FOR"] == ["owners", "staff"]
    refused = refusal_of(MFA_REQUIRED_FOR="everybody")
    assert refused == "MFA_REQUIRED_FOR must be some of owners, staff, with commas between them."


def test_older_secret_keys_are_named_beside_the_new_one(settings_with):
    assert settings_with()["SECRET_KEY_FALLBACKS"] == []
    assert settings_with(SECRET_KEY_FALLBACKS="a,b")["SECRET_KEY_FALLBACKS"] == ["a", "b"]


def test_debug_is_refused_in_production(refusal_of):
    assert refusal_of(**PRODUCTION, DEBUG="yes").startswith("DEBUG")


def test_https_settings_follow_from_the_public_url(settings_with):
    settings = settings_with(**PRODUCTION, ALLOWED_HOSTS="hearth.lan,other.lan")
    assert {"hearth.example.org", "hearth.lan", "other.lan"} <= set(settings["ALLOWED_HOSTS"])
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://hearth.example.org"]
    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["CSRF_COOKIE_SECURE"]
    assert settings["SECURE_SSL_REDIRECT"]
    assert "SECURE_SSL_REDIRECT" not in settings_with(HEARTH_PUBLIC_URL="http://hearth.lan:8000/")


def test_postgres_is_pooled(settings_with):
    settings = settings_with(**PRODUCTION | {"DATABASE_URL": PRODUCTION["DATABASE_URL"] + "?sslmode=require"})
    database = settings["DATABASES"]["default"]
    options = database["OPTIONS"]
    assert (database["HOST"], database["NAME"], options["sslmode"]) == ("db.example.org", "hearth", "require")
    assert options["pool"] == {"min_size": 1, "max_size": 8, "max_idle": 300, "timeout": 10}
    assert options["connect_timeout"] == 10
    assert options["options"] == "-c statement_timeout=15000 -c jit=off -c plan_cache_mode=force_generic_plan"
    assert options["prepare_threshold"] is not None
    assert database["ENGINE"] == "config.postgresql"
    assert database["DISABLE_SERVER_SIDE_CURSORS"]
    assert settings["WEB_CONCURRENCY"] == 2


def test_the_environment_shapes_the_pool(settings_with):
    settings = settings_with(
        **PRODUCTION,
        DATABASE_POOL_MIN="0",
        DATABASE_POOL_MAX="3",
        DATABASE_POOL_IDLE_S="60",
        DATABASE_POOL_WAIT_S="4",
        DATABASE_CONNECT_TIMEOUT_S="5",
        DATABASE_STATEMENT_TIMEOUT_MS="0",
    )
    options = settings["DATABASES"]["default"]["OPTIONS"]
    assert options["pool"] == {"min_size": 0, "max_size": 3, "max_idle": 60, "timeout": 4}
    assert options["connect_timeout"] == 5
    assert options["options"] == "-c statement_timeout=0 -c jit=off -c plan_cache_mode=force_generic_plan"


def test_a_transaction_pooler_gets_no_options_and_no_prepared_statements(settings_with):
    settings = settings_with(**PRODUCTION, DATABASE_TRANSACTION_POOLER="true")
    options = settings["DATABASES"]["default"]["OPTIONS"]
    assert "options" not in options
    assert options["prepare_threshold"] is None


def test_there_is_a_connection_for_every_thread(settings_with):
    settings = settings_with(**PRODUCTION, WEB_THREADS="5")
    assert settings["DATABASES"]["default"]["OPTIONS"]["pool"]["max_size"] == 5


def test_redis_is_used_when_it_is_named(settings_with):
    cache = settings_with(REDIS_URL="redis://127.0.0.1:6379/3")["CACHES"]["default"]
    assert cache["BACKEND"] == "django_redis.cache.RedisCache"
    assert cache["LOCATION"] == "redis://127.0.0.1:6379/3"
    assert cache["KEY_PREFIX"] == "hearth"
    # Nobody waits long for what may be lost.
    assert cache["OPTIONS"]["SOCKET_TIMEOUT"] == cache["OPTIONS"]["SOCKET_CONNECT_TIMEOUT"] == 0.3


def test_ordinary_limits_are_set_by_the_environment(settings_with):
    plain, strict = settings_with(), settings_with(API_LIMIT_PER_MINUTE="60", API_ANONYMOUS_LIMIT_PER_MINUTE="0")
    assert (plain["API_LIMIT_PER_MINUTE"], plain["API_ANONYMOUS_LIMIT_PER_MINUTE"]) == (600, 120)
    assert (strict["API_LIMIT_PER_MINUTE"], strict["API_ANONYMOUS_LIMIT_PER_MINUTE"]) == (60, 0)


# --- One clear sentence --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "variables",
    [
        {"PORT": "abc"},
        {"PORT": "70000"},
        {"PORT": "-1"},
        {"WEB_CONCURRENCY": "0"},
        {"WEB_THREADS": "many"},
        {"HEARTH_PUBLIC_URL": "hearth.example.org"},
        {"HEARTH_PUBLIC_URL": "ftp://hearth.example.org"},
        {"HEARTH_PUBLIC_URL": "https://hearth.example.org/family"},
        {"HEARTH_PUBLIC_URL": "https://leo:secret@hearth.example.org"},
        {"HEARTH_PUBLIC_URL": "https://hearth.example.org:port"},
        {"HEARTH_PUBLIC_URL": "https://[hearth"},
        {"TRUSTED_PROXIES": "10.0.0.1,proxy"},
        {"LOG_LEVEL": "loud"},
        {"DEBUG": "maybe"},
        {"CORS_ALLOWED_ORIGINS": "foo"},
        {"CORS_ALLOWED_ORIGINS": "https://app.example.org,https://app.example.org/path"},
        {"HEARTH_ENV_FILE": "/nowhere/hearth.env"},
        {"HEARTH_ENV_FILE": "/"},
        {"REDIS_URL": "127.0.0.1:6379"},
        {"API_LIMIT_PER_MINUTE": "many"},
        {"API_ANONYMOUS_LIMIT_PER_MINUTE": "-1"},
        {"HEARTH_DATA_DIR": "/dev/null/data"},
        {"DATABASE_POOL_MIN": "9", "DATABASE_POOL_MAX": "8"},
        {"DATABASE_STATEMENT_TIMEOUT_MS": "15s"},
        {"DATABASE_URL": "secret"},
        {"DATABASE_URL": "postgres://"},
        {"DATABASE_URL": "postgres://leo:secret@db"},
        {"DATABASE_URL": "postgres://leo:secret@db:port/hearth"},
        {"DATABASE_URL": "mysql://leo:secret@db/hearth"},
        {"DATABASE_URL": "sqlite:///secret"},
    ],
    ids=lambda variables: " ".join(f"{name}={value}" for name, value in variables.items()),
)
def test_a_wrong_value_is_named_and_its_secret_is_not_repeated(refusal_of, variables):
    production = PRODUCTION if any(name.startswith("DATABASE") for name in variables) else {}
    sentence = refusal_of(**production | variables)
    assert sentence.startswith(next(iter(variables)))
    assert sentence.endswith(".")
    assert "secret" not in sentence


def test_an_env_file_without_a_name_may_be_missing_but_not_unreadable(tmp_path):
    env = Environment()
    env.read_file(tmp_path / ".env", required=False)
    folder, latin = tmp_path / "folder", tmp_path / "latin"
    folder.mkdir()
    latin.write_bytes(b"SECRET_KEY=\xff")
    for path in (folder, latin):
        with pytest.raises(ImproperlyConfigured) as refusal:
            env.read_file(path, required=False)
        assert str(refusal.value).startswith(f"{path} cannot be read: ")


def test_a_secret_that_cannot_be_kept_is_said(refusal_of, tmp_path):
    (tmp_path / "secret_key").mkdir()
    assert "secret_key cannot be kept" in refusal_of()


def test_first_starts_at_the_same_moment_agree_on_one_secret(tmp_path):
    with ThreadPoolExecutor(16) as threads:
        secrets = set(threads.map(secret_kept_in, [tmp_path / "secret_key"] * 16))
    assert len(secrets) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
