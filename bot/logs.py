"""One logging set-up for all processes. Import it and call `quiet` before Rasa: libraries print what people say, at every level.

Nothing is searched for words and cut: what is not ours is not printed at all. Of a record of a library there remain its
level, its logger, the place in the code and the type of an exception. Records of ours keep their message, since we write
them without a person's words; exceptions in them keep their type and the places they passed, never their message, which
may quote a row or a text. Python warnings, `structlog`, uncaught exceptions of threads and tasks, SQL echo and access logs
all end here. `MOORING_LOGS=json` writes one JSON object a line; `MOORING_LOG_LEVEL` is WARNING unless set.
"""
from __future__ import annotations

import contextlib
import contextvars
import json
import logging
import os
import re
import sys
import threading
import traceback
import types
import warnings
from collections.abc import Iterator, MutableMapping
from typing import Any

OURS = frozenset(("bot", "channels", "actions", "console", "scripts", "benchmarks", "tests", "mooring", "__main__"))
NOISY = tuple("rasa tensorflow matplotlib apscheduler sanic absl presidio-analyzer httpx httpcore telegram engineio socketio".split())
EVENT = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+")  # what Rasa calls an event of its log; a sentence is none
TOKEN = re.compile(r"\d{6,}:[\w-]{20,}|gAAAAA[\w=-]{20,}")  # a bot's token, a seal
_conversation: contextvars.ContextVar[str] = contextvars.ContextVar("conversation", default="-")
_plain_factory, _plain_make = logging.LogRecord, logging.Logger.makeRecord


@contextlib.contextmanager
def following(conversation: str) -> Iterator[None]:
    """Name the conversation, by its pseudonym, in every record that is written meanwhile."""
    token = _conversation.set(conversation)
    try:
        yield
    finally:
        _conversation.reset(token)


def is_ours(name: str) -> bool:
    """Whether a logger belongs to the project."""
    return name.split(".", 1)[0] in OURS


def without_words(
    name: str, level: int, path: str, line: int, msg: object, args: Any, exc_info: Any, func: str | None = None, sinfo: str | None = None, **more: Any
) -> logging.LogRecord:
    """A log record that holds nothing a person wrote; `logging` calls it for every record of the process."""
    if is_ours(name):
        said, values = msg, without_messages(args)
    else:
        said, values = f"(withheld, from {os.path.basename(path)}:{line})", ()
    record = _plain_factory(name, level, path, line, said, values, None, func, None, **more)
    error = sys.exc_info() if exc_info is True else exc_info
    if isinstance(error, BaseException):
        error = (type(error), error, error.__traceback__)
    if error and error[0] is not None:
        record.exc_text = places(error[0], error[1], error[2])
    record.conversation = _conversation.get()
    return record


def without_messages(args: Any) -> Any:
    """Arguments of a message, exceptions by their type."""
    if isinstance(args, tuple):
        return tuple(type(one).__name__ if isinstance(one, BaseException) else one for one in args)
    if isinstance(args, dict):
        return {key: type(one).__name__ if isinstance(one, BaseException) else one for key, one in args.items()}
    return type(args).__name__ if isinstance(args, BaseException) else args


def places(kind: type[BaseException], error: BaseException | None, trace: types.TracebackType | None) -> str:
    """An exception as its type and the places it passed: no message, no line of source, no locals."""
    passed = " < ".join(f"{os.path.basename(frame.filename)}:{frame.lineno} {frame.name}" for frame in reversed(traceback.extract_tb(trace)[-12:]))
    cause = error and (error.__cause__ or error.__context__)
    return f"{kind.__name__} at {passed or '?'}" + (f" after {type(cause).__name__}" if cause else "")


def make_record(self: logging.Logger, name: str, level: int, *rest: Any, **more: Any) -> logging.LogRecord:
    """`Logger.makeRecord`, without the extra fields of others: Sanic's hold addresses and whole requests."""
    if not is_ours(name):
        more.pop("extra", None)
        if len(rest) >= 7:  # fn, lno, msg, args, exc_info, func, extra
            rest = (*rest[:6], None, *rest[7:])
    return _plain_make(self, name, level, *rest, **more)


class Lines(logging.Formatter):
    """One line a record, plain or JSON."""

    def __init__(self, *, as_json: bool) -> None:
        """`as_json` writes an object a line."""
        super().__init__()
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The moment, the level, the logger, the conversation, the message."""
        message = TOKEN.sub("(token)", record.getMessage()).replace("\n", " ")
        followed = getattr(record, "conversation", "-")
        if self.as_json:
            said = {"at": round(record.created, 3), "level": record.levelname, "logger": record.name, "conversation": followed, "message": message}
            return json.dumps({**said, "error": record.exc_text} if record.exc_text else said, ensure_ascii=False)
        moment = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        return f"{moment} {record.levelname} {record.name} {followed} {message}" + (f" [{record.exc_text}]" if record.exc_text else "")


def drop_words(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep of a structlog entry only its name, if it is a name."""
    name = event.get("event")
    return {"event": name if isinstance(name, str) and EVENT.fullmatch(name) else "(withheld)"}


def quiet(level: int | None = None) -> None:
    """Set up structlog, `logging` and `warnings` for this process, and switch telemetry off. May be called again."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    chosen = logging.getLevelName(os.environ.get("MOORING_LOG_LEVEL", "WARNING").upper())
    level = level if level is not None else chosen if isinstance(chosen, int) else logging.WARNING
    logging.setLogRecordFactory(without_words)
    logging.Logger.makeRecord = make_record  # type: ignore[assignment]
    logging.raiseExceptions = False  # else a record that cannot be written is printed with its arguments
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(as_json=os.environ.get("MOORING_LOGS") == "json"))
    if not logging.root.handlers:
        logging.root.addHandler(handler)
    logging.root.setLevel(level)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
    quiet_structlog()
    warnings.simplefilter("ignore")
    warnings.showwarning = show_warning
    sys.excepthook = show_uncaught
    sys.unraisablehook = lambda one: show_uncaught(one.exc_type, one.exc_value, one.exc_traceback)
    threading.excepthook = lambda one: show_uncaught(one.exc_type, one.exc_value, one.exc_traceback)


def quiet_structlog() -> None:
    """Give structlog our processor, and keep others from taking it away: Rasa sets structlog up again for its commands."""
    import structlog

    filtering = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.reset_defaults()
    configure = getattr(structlog.configure, "plain", structlog.configure)
    configure(
        processors=[drop_words, structlog.processors.KeyValueRenderer()],
        wrapper_class=filtering,
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )

    def ignore(*args: Any, **options: Any) -> None:
        """Ours stays."""

    ignore.plain = configure  # type: ignore[attr-defined]
    structlog.configure = ignore


def show_warning(message: Any, category: type[Warning], filename: str, lineno: int, file: Any = None, line: Any = None) -> None:
    """A Python warning by its kind and place; its text may quote a message. What libraries say to their own writers is left out."""
    if not issubclass(category, (DeprecationWarning, FutureWarning, PendingDeprecationWarning)):
        logging.getLogger("mooring.warnings").warning("%s at %s:%s", category.__name__, os.path.basename(filename), lineno)


def show_uncaught(kind: type[BaseException], error: BaseException | None, trace: types.TracebackType | None) -> None:
    """An exception that nobody caught: its type and places. Ctrl-C is no error."""
    if not issubclass(kind, KeyboardInterrupt):
        logging.getLogger("mooring").critical("Uncaught", exc_info=(kind, error or kind(), trace))
