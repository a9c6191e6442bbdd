"""Django's settings, all by environment; see docs/settings.md."""
from __future__ import annotations

import os

from bot.settings import ROOT

SECRET_KEY = os.environ.get("MOORING_CONSOLE_KEY", "pages-without-sessions-need-no-secret")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("MOORING_HOSTS", "127.0.0.1 localhost [::1]").split()
ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"
INSTALLED_APPS = ["django.contrib.staticfiles"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "console.headers.SecurityHeaders",
    "django.middleware.common.CommonMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [ROOT / "console" / "templates"]}]
STATIC_URL = "static/"
STATICFILES_DIRS = [ROOT / "console" / "static"]
WHITENOISE_USE_FINDERS = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
CHAT_URL = os.environ.get("MOORING_CHAT_URL", "http://127.0.0.1:5005/webhooks/web")
