"""Settings of the tests: the product's own, with quick hashing and without the scan of static files
per client."""

import os
import tempfile

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as _APPS
from config.settings import MIDDLEWARE as _MIDDLEWARE

INSTALLED_APPS = [*_APPS, "tests.toykind"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MIDDLEWARE = [name for name in _MIDDLEWARE if "whitenoise" not in name]
AXES_ENABLED = False
MEDIA_ROOT = tempfile.mkdtemp(prefix="holdfast-media-")
IMPORT_ROOT = tempfile.mkdtemp(prefix="holdfast-imports-")
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
ROOT_URLCONF = "tests.urls"
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405 - the live server's threads must let go of the test database
SESSION_COOKIE_AGE = (
    10 * 365 * 86400
)  # tests travel in time while somebody is signed in; those of sessions set their own
SESSION_IDLE_MINUTES = SESSION_COOKIE_AGE // 60
