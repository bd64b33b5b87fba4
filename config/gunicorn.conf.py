"""How gunicorn serves Hearth. It reads this file first of all, so a wrong setting ends the start right here."""

import logging
import os
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from gunicorn.arbiter import Arbiter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
try:
    bind = f"{settings.HOST}:{settings.PORT}"
except ImproperlyConfigured as error:
    sys.exit(f"Hearth cannot start: {error}")

# Settings open no connection, and the application is loaded by each worker for itself: no connection crosses a fork.
preload_app = False
worker_class = "config.worker.Worker"
workers = settings.WEB_CONCURRENCY
threads = settings.WEB_THREADS
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (a heartbeat must not wait for a disk)

timeout = 30
graceful_timeout = 8
keepalive = 75  # longer than a proxy keeps an idle connection, so that the proxy is the one to close it
max_requests = 0

limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190

control_socket_disable = True
accesslog = None  # the request middleware writes one line for each answer
logconfig_dict = settings.LOGGING
logging.captureWarnings(True)  # a warning is a log line, too


def when_ready(server: Arbiter) -> None:
    if settings.IS_PRODUCTION:
        server.log.info("Hearth is ready at %s", settings.PUBLIC_URL)
        return
    places = {"API docs": "/api/v1/docs", "Admin": "/admin/", "Health": "/api/v1/health"}
    lines = [f"  {name:<10}{settings.PUBLIC_URL}{path}" for name, path in places.items()]
    sys.stdout.write("\n".join(["", "Hearth is ready (Ctrl-C ends it):", *lines, "", ""]))
    sys.stdout.flush()
