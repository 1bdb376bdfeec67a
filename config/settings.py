"""Settings, all from the environment (twelve-factor); `.env.example` lists every variable.

PROFILE=development (default) finds the embedded servers of the data folder by itself;
PROFILE=production wants every secret given and refuses what is only fit for a demo."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import env, signin
from config.logs import configure_logs

BASE_DIR = Path(__file__).resolve().parent.parent

PROFILE = env.read(
    "PROFILE", "development", env.one_of("development", "production"), "development or production"
)
PRODUCTION = PROFILE == "production"
DEBUG = env.read("DEBUG", False, env.flag, "true or false; never true in production")
DATA = env.read("DATA", BASE_DIR / ".data", env.folder, "folder of the embedded servers")
DEVELOPMENT_SECRET = "development-only-secret-key-that-production-refuses"  # noqa: S105 - refused below
SECRET_KEY = env.read(
    "SECRET_KEY", DEVELOPMENT_SECRET, str, "a long random text, at least 50 characters"
)
DEVELOPMENT_SEAL_KEYS = "dev:ZGV2ZWxvcG1lbnQtb25seS1rZXktMzItYnl0ZXMtISE="
SEAL_KEYS: dict[str, bytes] = env.read(
    "SEAL_KEYS",
    env.key_ring(DEVELOPMENT_SEAL_KEYS),
    env.key_ring,
    "id:key by commas, each key 32 random bytes in base64",
    secret=True,
)
ALLOWED_HOSTS = env.read(
    "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"], env.words, "host names, by commas"
)
CSRF_TRUSTED_ORIGINS: list[str] = env.read(
    "CSRF_TRUSTED_ORIGINS", [], env.words, "https://host, by commas"
)
BEHIND_TLS = env.read(
    "BEHIND_TLS", PRODUCTION, env.flag, "true when a proxy ends TLS and sets X-Forwarded-Proto"
)


def _socket(name: str) -> str:
    """Where the embedded servers of the data folder listen."""
    from config.embedded.services import socket_folder

    return str(socket_folder(DATA) / name)


DATABASE: dict[str, Any] = env.read(
    "DATABASE_URL", {}, env.database, "postgresql://user:password@host:5432/name"
)
REDIS_URL = env.read("REDIS_URL", "", env.redis, "redis://host:6379/0 or unix:///path?db=0")
if PRODUCTION:
    # without EMAIL_URL alerts would pile up in a folder that nobody reads
    needed = [
        ("DATABASE_URL", DATABASE),
        ("REDIS_URL", REDIS_URL),
        ("EMAIL_URL", os.environ.get("EMAIL_URL")),
    ]
    missing = [name for name, value in needed if not value]
    if missing:
        raise ImproperlyConfigured(f"PROFILE=production needs {' and '.join(missing)}")
    if SECRET_KEY == DEVELOPMENT_SECRET or len(SECRET_KEY) < 50:
        raise ImproperlyConfigured(
            "SECRET_KEY must be set to a random text of at least 50 characters in production"
        )
    if SEAL_KEYS.keys() & env.key_ring(DEVELOPMENT_SEAL_KEYS).keys() or set(
        SEAL_KEYS.values()
    ) & set(env.key_ring(DEVELOPMENT_SEAL_KEYS).values()):
        raise ImproperlyConfigured(
            "SEAL_KEYS must be set in production, and without the key of development"
        )
    if DEBUG:
        raise ImproperlyConfigured("DEBUG must not be true in production")
if not DATABASE:
    DATABASE = {"NAME": "holdfast", "USER": "holdfast", "HOST": _socket("")}
if not REDIS_URL:
    REDIS_URL = f"unix://{_socket('valkey.sock')}?db=0"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **DATABASE,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **DATABASE.get("OPTIONS", {}),
            "server_side_binding": True,
            "prepare_threshold": 3,
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}

INSTALLED_APPS = [
    "web",
    "attendance",
    "titleix",
    "notifications",
    "casework",
    "district",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "config.static.StaticFilesConfig",
    "guardian",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.usersessions",
    "axes",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "config.health.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "web.layout.middleware.ApiProblems",
    "web.layout.middleware.NotThisWay",
    "allauth.account.middleware.AccountMiddleware",
    "web.accounts.sessions.Sessions",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "web.layout.middleware.RefuseNul",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.layout.context_processors.page",
            ]
        },
    }
]

# -- who signs in ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "district.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False
ACCOUNT_ADAPTER = "web.accounts.sign_in.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
AXES_FAILURE_LIMIT = env.read("SIGN_IN_FAILURE_LIMIT", 8, int, "failed sign-ins before a lock-out")
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_ENABLE_ADMIN = False
AXES_USERNAME_CALLABLE = "web.accounts.sign_in.tried_name"
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_SENSITIVE_PARAMETERS = ["login", "password"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# The row is the truth, Redis saves a statement on each page.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
_SIGN_IN = signin.settings(PRODUCTION)
vars().update(_SIGN_IN)
MFA_ROLES: list[str] = _SIGN_IN["MFA_ROLES"]
SESSION_IDLE_MINUTES: int = _SIGN_IN["SESSION_IDLE_MINUTES"]
SSO_STAFF_ATTRIBUTE: str = _SIGN_IN["SSO_STAFF_ATTRIBUTE"]
SSO_CREATES_USERS: bool = _SIGN_IN["SSO_CREATES_USERS"]
SSO_IS_SECOND_STEP: bool = _SIGN_IN["SSO_IS_SECOND_STEP"]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# -- what browsers are told ------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "web.layout.errors.forged"
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_SSL_REDIRECT = env.read(
        "SSL_REDIRECT", True, env.flag, "false when the proxy redirects to https itself"
    )

# -- the district ----------------------------------------------------------------------------------
DISTRICT_NAME = env.read("DISTRICT_NAME", "Demo School District", str, "name of the district")
TIME_ZONE = env.read(
    "TIME_ZONE", "America/New_York", env.zone, "time zone of the district, e.g. America/New_York"
)
POLICY_DIR = env.read(
    "POLICY_DIR", BASE_DIR / "policies", env.folder, "folder of the district's policy files"
)
USE_TZ = True
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]

# -- files -----------------------------------------------------------------------------------------
MEDIA_ROOT = env.read(
    "MEDIA_ROOT",
    DATA / "media",
    env.folder,
    "folder of letters and attachments, shared by web and worker",
)
IMPORT_ROOT = env.read(
    "IMPORT_ROOT",
    DATA / "imports",
    env.folder,
    "folder of uploaded imports, shared by web and worker",
)
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
MAX_ATTACHMENT_BYTES = env.read(
    "MAX_ATTACHMENT_BYTES", 20 * 1024 * 1024, int, "largest attachment in bytes"
)
MAX_IMPORT_BYTES = env.read(
    "MAX_IMPORT_BYTES", 2 * 1024**3, int, "largest import, unpacked, in bytes"
)

# -- e-mail ----------------------------------------------------------------------------------------
EMAIL_URL = f"file:{DATA / 'mail'}"
vars().update(
    env.read(
        "EMAIL_URL",
        env.email(EMAIL_URL),
        env.email,
        "smtp://user:password@host:587?tls=1, file:/folder or console:",
    )
)
EMAIL_TIMEOUT = 10  # a mail server that hangs holds a sender no longer than this
SMS: dict[str, str] = env.read(
    "SMS_URL", {}, env.sms, "twilio://ACCOUNT:TOKEN@api.twilio.com?from=+17045550100", secret=True
)
SMS_PROVIDER = "notifications.twilio.TwilioSms" if SMS else "notifications.senders.ConsoleSms"
SMS_PROVIDER = env.read(
    "SMS_PROVIDER", SMS_PROVIDER, str, "dotted path of the class that sends text messages"
)
API_PER_MINUTE = env.read("API_PER_MINUTE", 600, int, "calls of the API for each token in a minute")
API_REPORTS_PER_HOUR = env.read(
    "API_REPORTS_PER_HOUR", 120, int, "Title IX reports for each token in an hour"
)
LEASE_SECONDS = env.read(
    "LEASE_SECONDS", 600, int, "seconds for which a sender holds the messages that it took in hand"
)
SITE_URL = env.read(
    "SITE_URL",
    "http://127.0.0.1:8000",
    env.site,
    "https://host of the product, for links in messages",
)
METRICS_TOKEN = env.read(
    "METRICS_TOKEN",
    "",
    str,
    "bearer token for /metrics; without it only this machine may read them",
)
BOUNCE_ADDRESS = env.read(
    "BOUNCE_ADDRESS", "", str, "address to which mail servers report what they could not deliver"
)
DEFAULT_FROM_EMAIL = env.read("FROM_EMAIL", "holdfast@localhost", str, "sender of messages")

# -- Celery ----------------------------------------------------------------------------------------
# Measured: no ETA tasks, late acknowledgement, tasks far shorter than the visibility timeout.
CELERY_BROKER_URL = env.broker_url(REDIS_URL)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TASK_TIME_LIMIT = 1500
CELERY_TASK_SOFT_TIME_LIMIT = 1400
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"district.tasks.*": {"queue": "imports"}}
SWEEP_SECONDS = env.read("SWEEP_SECONDS", 60, int, "seconds between two sweeps")
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "sweep": {
        "task": "holdfast.sweep",
        "schedule": float(SWEEP_SECONDS),
        "options": {"queue": "sweep", "expires": 55},
    },
}

# -- logs: JSON lines on standard error, never a name or a narrative -------------------------------
LOGGING_CONFIG = None
configure_logs(
    env.read(
        "LOG_LEVEL",
        "INFO",
        env.one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        "DEBUG, INFO, WARNING or ERROR",
    )
)
log = structlog.get_logger()

SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
TESTING = "pytest" in sys.modules
