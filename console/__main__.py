"""Serve the pages: `python -m console`."""
from __future__ import annotations

import os

import waitress

from console.wsgi import application

waitress.serve(
    application, host=os.environ.get("CONSOLE_HOST", "127.0.0.1"), port=int(os.environ.get("CONSOLE_PORT", "8000")), threads=4, ident=None
)
