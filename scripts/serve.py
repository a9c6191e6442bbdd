"""Rasa's server with our channels: its HTTP API is off and it listens on loopback unless told otherwise."""
from __future__ import annotations

import os
import sys

from bot import logs, privacy, redaction, settings
from bot.storage import database, journal

logs.quiet()  # before Rasa is imported
# Its other threads keep a whole core busy with waiting for the next sum: 100 ms for each message, against 5 of sums.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from rasa.core import run  # noqa: E402
from rasa.core.utils import AvailableEndpoints  # noqa: E402

from bot.rasa_parts import graph, store  # noqa: E402
from bot.rasa_parts.endpoint import ActionEndpoint  # noqa: E402


def main() -> int:
    """Serve the newest model until told to stop."""
    models = sorted(settings.MODELS.glob("*.tar.gz"))
    if not models:
        print(f"{settings.MODELS}: there is no trained model, run `make train`", file=sys.stderr)
        return 1
    try:
        database.upgrade()
        with database.writing() as connection:
            privacy.check(connection)
        journal.replay(database.engine())
    except (database.DatabaseProblem, privacy.KeyTrouble) as problem:
        print(problem, file=sys.stderr)
        return 1
    redaction.ready()  # else the first message waits
    store.own()
    graph.own()
    endpoints = AvailableEndpoints.read_endpoints(str(settings.ROOT / "endpoints.yml"))
    endpoints.action = ActionEndpoint.of(endpoints.action)
    run.serve_application(
        model_path=str(models[-1]),
        credentials=str(settings.ROOT / "credentials.yml"),
        endpoints=endpoints,
        interface=os.environ.get("RASA_HOST", "127.0.0.1"),
        port=int(os.environ.get("RASA_PORT", "5005")),
        enable_api=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
