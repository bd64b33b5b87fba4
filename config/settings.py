"""Every setting of Hearth, read from the environment or an `.env` file; `.env.example` explains each."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from corsheaders.defaults import default_headers
from django.core.exceptions import ImproperlyConfigured

from config.environment import (
    Environment,
    bracketed,
    is_loopback,
    postgres_at,
    private_folder,
    public_address,
    redis_at,
    secret_kept_in,
)
from config.logs import console_renderer, json_renderer, shared_processors

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
# What the environment says already wins over the file.
named = env.str("HEARTH_ENV_FILE", default="")
env.read_file(Path(named or BASE_DIR / ".env"), required=bool(named))

DATA_DIR = (BASE_DIR / Path(env.str("HEARTH_DATA_DIR", default="data")).expanduser()).resolve()
HOST = bracketed(env.str("HOST", default="127.0.0.1"))
PORT = env.number("PORT", default=8000, most=65_535)
DEBUG = env.switch("DEBUG", default=False)

# --- Production or embedded ----------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", default="")
IS_PRODUCTION = bool(DATABASE_URL) or not is_loopback(HOST)

if IS_PRODUCTION:
    missing = [name for name in ("SECRET_KEY", "HEARTH_PUBLIC_URL") if not env.str(name, default="")]
    if missing:
        reason = "DATABASE_URL is set" if DATABASE_URL else f"HOST={HOST} can be reached from outside"
        raise ImproperlyConfigured(f"this is production ({reason}), so please set {' and '.join(missing)}.")
    SECRET_KEY = env.str("SECRET_KEY")
    if len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("SECRET_KEY is too short: please use 50 random characters or more.")
    if DEBUG:
        raise ImproperlyConfigured("DEBUG shows strangers what it should not, so please leave it off in production.")
else:
    SECRET_KEY = env.str("SECRET_KEY", default="") or secret_kept_in(private_folder(DATA_DIR) / "secret_key")

PUBLIC_URL = env.str("HEARTH_PUBLIC_URL", default=f"http://{HOST}:{PORT}").rstrip("/")
public = public_address(PUBLIC_URL)

# A probe on the same machine asks by these three names.
ALLOWED_HOSTS = [
    bracketed(public.hostname or ""),
    "localhost",
    "127.0.0.1",
    "[::1]",
    *env.list("ALLOWED_HOSTS", default=[]),
]
CSRF_TRUSTED_ORIGINS = [f"{public.scheme}://{public.netloc}"]
CORS_ALLOWED_ORIGINS = env.origins("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [*default_headers, "last-event-id", "x-request-id", "if-match", "if-none-match", "idempotency-key"]
CORS_EXPOSE_HEADERS = ["X-Request-ID", "ETag", "Idempotent-Replayed"]
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")

if public.scheme == "https":
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^api/v1/health"]  # a probe asks the container itself, over plain http
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = [
    # HSTS stays with our own name: the domain's other names are the family's, and some may speak plain http.
    "security.W005",
    "security.W021",
]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- Rooms ---------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config.apps.HearthAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "axes",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "config.apps.FoundationConfig",
    "accounts",
    "households",
    "gifts",
    "tasks",
]

MIDDLEWARE = [
    "config.middleware.RequestIDMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.EnvelopeMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CSRF_FAILURE_VIEW = "config.api.errors.csrf_failure"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
FORMS_URLFIELD_ASSUME_HTTPS = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

# --- Data ----------------------------------------------------------------------------------------

WEB_THREADS = env.number("WEB_THREADS", default=8, least=1)
# SQLite has one writer anyway, and local memory is one process's own.
WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", default=2 if DATABASE_URL else 1, least=1)

if DATABASE_URL:
    database = postgres_at(DATABASE_URL)
    options = {
        "application_name": "hearth",
        "connect_timeout": env.number("DATABASE_CONNECT_TIMEOUT_S", default=10, least=1),
        # A server that has vanished without a word is noticed after this, not after the kernel's 15 minutes.
        "keepalives_idle": 30,
        "tcp_user_timeout": 20_000,
    } | database["OPTIONS"]
    # A transaction pooler refuses start-up options: there these belong on the role. And a prepared statement lives in a
    # session, of which each transaction gets another one there.
    if env.switch("DATABASE_TRANSACTION_POOLER", default=False):
        options["prepare_threshold"] = None
    else:
        timeout_ms = env.number("DATABASE_STATEMENT_TIMEOUT_MS", default=15_000)
        # Our statements are wide and their rows few. To compile one with JIT takes longer than to run it, and so does
        # planning it anew, which PostgreSQL would go on doing for some that are prepared.
        on_start = f"-c statement_timeout={timeout_ms} -c jit=off -c plan_cache_mode=force_generic_plan"
        options |= {"options": f"{options.get('options', '')} {on_start}".strip(), "prepare_threshold": 5}
    DATABASE_POOL_MAX = env.number("DATABASE_POOL_MAX", default=WEB_THREADS, least=1)
    options["pool"] = {
        "min_size": env.number("DATABASE_POOL_MIN", default=1, most=DATABASE_POOL_MAX),
        "max_size": DATABASE_POOL_MAX,
        "max_idle": env.number("DATABASE_POOL_IDLE_S", default=300, least=1),
        "timeout": env.number("DATABASE_POOL_WAIT_S", default=10, least=1),
    }
    database |= {
        "ENGINE": "config.postgresql",
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,  # a pooled connection goes back after each request
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
else:
    database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": private_folder(DATA_DIR) / "hearth.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # IMMEDIATE takes the write lock at BEGIN: a reader that turns writer would fail at once instead of waiting.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: what was answered stays written, even when the power fails.
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
        },
    }
DATABASES = {"default": database}

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    cache = redis_at(REDIS_URL)
else:
    cache = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
CACHES: dict[str, dict[str, Any]] = {"default": cache}

# --- Who somebody is -----------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
# The first only says who is locked out; nobody is signed in by it.
AUTHENTICATION_BACKENDS = ["accounts.lockout.LockoutBackend", "households.backends.OwnerLoginBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "handle", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# At the admin's door, beside the limits of accounts/services/limits.py.
AXES_HANDLER = "accounts.lockout.LockoutHandler"
AXES_CLIENT_IP_CALLABLE = "accounts.lockout.address"
AXES_USERNAME_CALLABLE = "accounts.lockout.login_key"
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_out"
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # the audit has it
AXES_ENABLE_ADMIN = False  # its pages can be changed; ours cannot
AXES_VERBOSE = False

ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)
SESSION_IDLE_LIFETIME = timedelta(days=30)
SESSION_ABSOLUTE_LIFETIME = timedelta(days=180)
REFRESH_GRACE = timedelta(seconds=10)
ACTIVATION_CODE_LIFETIME = timedelta(hours=24)
ACTIVATION_TOKEN_LIFETIME = timedelta(minutes=15)
INVITATION_LIFETIME = timedelta(days=14)
# A session with a PIN locks itself after so long without a request.
PIN_IDLE = timedelta(minutes=env.number("PIN_IDLE_MINUTES", default=10, least=1, most=1440))
STREAM_TICKET_LIFETIME = timedelta(minutes=10)
# How long a process may not have heard of a change of the keys; a new one signs when all have.
SIGNING_KEYS_FRESH_S = 60
SIGNING_KEY_LEAD = timedelta(seconds=2 * SIGNING_KEYS_FRESH_S)
SIMPLE_JWT: dict[str, Any] = {"ALGORITHM": "HS256", "ISSUER": "hearth", "AUDIENCE": "hearth-api", "LEEWAY": 10}

# --- The door ------------------------------------------------------------------------------------

API_LIMIT_PER_MINUTE = env.number("API_LIMIT_PER_MINUTE", default=600)
API_ANONYMOUS_LIMIT_PER_MINUTE = env.number("API_ANONYMOUS_LIMIT_PER_MINUTE", default=120)
SIGN_IN_ADDRESS_FACTOR = env.number("SIGN_IN_ADDRESS_FACTOR", default=1, most=10_000)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["households.authentication.ViewerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["config.api.throttles.ApiLimit"],
    "DEFAULT_PARSER_CLASSES": ["config.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["config.api.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "config.api.pagination.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["config.api.filters.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "config.api.headers.HeaderSchema",
    "DEFAULT_METADATA_CLASS": "config.api.metadata.AllowOnly",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "config.api.errors.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Hearth",
    "DESCRIPTION": "Plan a family's gifts together without spoiling a single surprise.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # Fields of one name and different choices: clients generated from the schema need stable names for these.
    "ENUM_NAME_OVERRIDES": {
        "Role": "households.models.Role",
        "OccasionKind": "households.models.Occasion.Kind",
        "OccasionVisibility": "households.models.Occasion.Visibility",
        "TagKind": "households.models.Tag.Kind",
        "ListKind": "gifts.models.GiftList.Kind",
        "ListVisibility": "gifts.models.GiftList.Visibility",
        "ItemStage": "gifts.models.ItemPlan.Stage",
        "ItemStatus": "gifts.moves.STATUSES",
        "ClaimStatus": "gifts.models.Claim.Status",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.api.schema.add_error_envelope",
        "config.api.schema.describe",
    ],
}

# --- The live diary ------------------------------------------------------------------------------

STREAM_HOLD_S = 25.0  # below the 30 s after which proxies often lose patience
STREAM_HEARTBEAT_S = 5.0
STREAM_POLL_S = 1.0  # who could not be woken looks by themself
# A held stream occupies a thread, and so do up to two previews. Two more are left for everything else; of a few, half.
STREAM_MAX_HOLDS = max(WEB_THREADS - 4, WEB_THREADS // 2)

# --- Logs ----------------------------------------------------------------------------------------

LOG_LEVEL = env.one_of("LOG_LEVEL", ["DEBUG", "INFO", "WARNING", "ERROR"], default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": shared_processors,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                json_renderer if IS_PRODUCTION else console_renderer,
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # These two bring handlers of their own unless they are told otherwise.
        "django.server": {"handlers": ["stderr"], "propagate": False},
        "gunicorn.error": {"handlers": ["stderr"], "propagate": False},
        # The request middleware already logs every answer once, with its status.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Who signs in stands in the audit.
        "axes": {"level": "WARNING"},
    },
}
