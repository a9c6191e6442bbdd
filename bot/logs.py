"""One logging set-up for all processes. Import it before Rasa: structlog prints what people say even when `logging` is off.

`quiet` drops every key that may carry words, at every level, from every library that logs through structlog, and keeps
Rasa's own debug lines away. Python's warnings carry text too, so only ours are shown.
"""
from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import MutableMapping
from typing import Any

WORDY = frozenset(
    "text parse_data_text parse_data parse_data_entities parse_data_intent rasa_events prediction_events slots entities message "
    "tracker state request_body json_body event_info sender_id exception exc_info user_message".split()
)


def drop_words(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep of a structlog entry only its name and numbers."""
    return {key: value for key, value in event.items() if key not in WORDY and isinstance(value, (str, int, float, bool)) and key == "event"}


def quiet(level: int = logging.WARNING) -> None:
    """Set up structlog, `logging` and `warnings` for this process, and switch telemetry off."""
    import structlog

    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    structlog.configure(
        processors=[drop_words, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("rasa", "tensorflow", "matplotlib", "apscheduler", "sanic", "absl"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
    warnings.simplefilter("ignore")
