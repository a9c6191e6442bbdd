"""The action server, on loopback unless told otherwise."""
from __future__ import annotations

import os
import sys

from bot import logs

logs.quiet()
os.environ.setdefault("SANIC_HOST", "127.0.0.1")

from rasa_sdk import endpoint  # noqa: E402

from bot.storage import outbox  # noqa: E402


def main() -> int:
    """Serve every action below `actions/` until told to stop."""
    outbox.keep_sending()
    endpoint.run("actions", port=int(os.environ.get("ACTION_PORT", "5055")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
