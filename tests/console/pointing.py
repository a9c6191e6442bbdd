"""Which database Django uses while a test runs."""
from __future__ import annotations

from django.db import connections

from console.database import connection_settings


def point(address: str) -> None:
    """Let Django use another database from now on."""
    connections.close_all()
    if hasattr(connections._connections, "default"):
        del connections["default"]
    connections.databases["default"] = {**connections.databases["default"], **connection_settings(address)}
