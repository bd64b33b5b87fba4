"""Hearth's doors from outside: manage.py and gunicorn, each in a process of its own."""

import json
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from django.db import connection

from tests.server import ROOT, environment, gunicorn, manage, running_server

pytestmark = pytest.mark.server


def test_manage_refuses_in_one_sentence(tmp_path):
    refused = manage("migrate", data_dir=tmp_path, DATABASE_URL="postgres://leo:secret@db.example.org/hearth")
    assert refused.returncode == 1
    assert refused.stderr == (
        "Hearth cannot start: this is production (DATABASE_URL is set), "
        "so please set SECRET_KEY and HEARTH_PUBLIC_URL.\n"
    )


def test_gunicorn_refuses_in_one_sentence(tmp_path):
    refused = subprocess.run(
        gunicorn(),
        cwd=ROOT,
        env=environment(tmp_path, HOST="0.0.0.0"),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr == (
        "Hearth cannot start: this is production (HOST=0.0.0.0 can be reached from outside), "
        "so please set SECRET_KEY and HEARTH_PUBLIC_URL.\n"
    )


def test_an_env_file_is_read_and_the_environment_wins(tmp_path):
    env_file = tmp_path / "env"
    env_file.write_text("PORT=abc\nLOG_LEVEL=loud\n")
    refused = manage("check", data_dir=tmp_path, HEARTH_ENV_FILE=str(env_file), PORT="8123")
    assert refused.stderr == "Hearth cannot start: LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR.\n"


def test_the_server_serves_says_where_and_stops_cleanly(tmp_path):
    with running_server(tmp_path, HOME=str(tmp_path)) as server:
        assert server.status("/api/v1/health") == 200
        assert server.status("/api/v1/health", Host="elsewhere.example.org") == 400
        assert server.stop(signal.SIGTERM) == 0
    log = server.log.read_text()
    for path in ["/api/v1/docs", "/admin/", "/api/v1/health"]:
        assert f"{server.url}{path}\n" in log
    assert "Traceback" not in log
    assert not (tmp_path / ".gunicorn").exists()


def test_an_interrupt_ends_the_server_cleanly(tmp_path):
    with running_server(tmp_path) as server:
        assert server.stop(signal.SIGINT) == 0
    assert "Traceback" not in server.log.read_text()


def test_production_logs_json_and_answers_probes_over_plain_http(tmp_path):
    with running_server(
        tmp_path,
        HOST="0.0.0.0",
        SECRET_KEY="s" * 50,
        HEARTH_PUBLIC_URL="https://hearth.example.org",
    ) as server:
        assert server.status("/api/v1/health", **{"X-Request-ID": "probe-0001"}) == 200
        assert server.stop() == 0
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    probe = next(line for line in lines if line.get("request_id") == "probe-0001")
    assert (probe["event"], probe["path"], probe["status"]) == ("request", "/api/v1/health", 200)
    assert any(line["logger"] == "gunicorn.error" for line in lines)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks the PostgreSQL of `make test-postgres`")
@pytest.mark.django_db(transaction=True)
def test_two_workers_serve_from_postgres(tmp_path):
    database = connection.settings_dict
    user = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    with running_server(
        tmp_path,
        DATABASE_URL=f"postgres://{user}@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        SECRET_KEY="s" * 50,
        HEARTH_PUBLIC_URL="http://127.0.0.1",
        DATABASE_POOL_MIN="0",
    ) as server:
        with ThreadPoolExecutor(16) as threads:
            assert set(threads.map(server.status, ["/api/v1/health/db"] * 64)) == {200}
        assert server.stop() == 0
    log = server.log.read_text()
    assert log.count("Booting worker") == 2
    assert "Traceback" not in log
