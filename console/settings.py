"""Django's settings, all by environment; see docs/settings.md."""
from __future__ import annotations

import os

from bot.settings import ROOT
from console.database import connection_settings, secret_key

SECRET_KEY = secret_key()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("MOORING_HOSTS", "127.0.0.1 localhost [::1]").split()
ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "console.records",
    "console.people",
    "console.audit",
    "console.review",
    "console.figures",
    "console.care",
    "console.learn",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "console.headers.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "console.people.gate.StaffOnly",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "console" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["console.templatetags.shown"],
            "libraries": {"shown": "console.templatetags.shown"},
        },
    }
]
STATIC_URL = "static/"
STATICFILES_DIRS = [ROOT / "console" / "static"]
WHITENOISE_USE_FINDERS = True
WIDGET = ROOT / "widget" / "dist"  # built by scripts/widget.py, and served as /widget.js
if WIDGET.is_dir():
    WHITENOISE_ROOT = WIDGET
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
CHAT_URL = os.environ.get("MOORING_CHAT_URL", "http://127.0.0.1:5005/webhooks/web")

DATABASES = {"default": connection_settings()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Staff"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "inbox"
LOGOUT_REDIRECT_URL = "sign_in"
OTP_TOTP_ISSUER = "Mooring"
INVITATION_HOURS = 72
IDLE_MINUTES = 30  # without a click, after which one signs in again
LONGEST_HOURS = 10  # signed in, after which one signs in again whatever one does

# Behind a proxy with HTTPS; without it cookies are sent over plain HTTP, which is right for one machine only.
HTTPS = os.environ.get("MOORING_HTTPS", "") == "1"
SESSION_COOKIE_AGE = LONGEST_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-staff" if HTTPS else "staff"
CSRF_COOKIE_NAME = "__Host-form" if HTTPS else "form"
CSRF_FAILURE_VIEW = "console.staff_errors.forged"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
DATA_UPLOAD_MAX_MEMORY_SIZE = 262_144
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"quiet": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"level": "ERROR"}, "django.db.backends": {"level": "WARNING"}},
}
