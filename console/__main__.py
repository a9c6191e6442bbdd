"""Serve the pages: `python -m console`. With a command it does that instead: `python -m console --help`."""
from __future__ import annotations

import os
import sys
import threading


def main(arguments: list[str]) -> int:
    """Serve, or run a command."""
    if arguments and arguments[0] not in ("serve", "-h", "--help"):
        from console import ready

        ready.migrate()
        from console.people import commands

        return commands.run(arguments)
    import waitress

    from console.wsgi import application

    if arguments and arguments[0] != "serve":
        from console.people import commands

        return commands.run(arguments)
    from console import ready

    ready.migrate()
    from console.care import handing
    from console.figures import counting

    threading.Thread(target=handing.watch, daemon=True).start()
    threading.Thread(target=counting.keep_counting, args=(threading.Event(),), daemon=True).start()
    waitress.serve(
        application, host=os.environ.get("CONSOLE_HOST", "127.0.0.1"), port=int(os.environ.get("CONSOLE_PORT", "8000")), threads=8, ident=None
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
