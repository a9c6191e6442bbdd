"""Logs carry nothing that a person wrote, at any level, from any library: sentences are planted and searched for."""
from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap

import pytest

from bot.settings import ROOT

SECRET = "my name is Zebedee Quill and the cellar smells of violets"
TOKEN = f"{'9' * 9}:AAEhBOweik6ad{'x' * 20}"
SET_UP = "import logging, os, sys; from bot import logs; logs.quiet(logging.DEBUG)\n"


def run(code: str, **environment: str) -> str:
    """What a fresh process writes to both streams."""
    given = {**os.environ, "SECRET": SECRET, "TOKEN": TOKEN, "PYTHONPATH": str(ROOT), **environment}
    ran = subprocess.run([sys.executable, "-c", SET_UP + "secret = os.environ['SECRET']; token = os.environ['TOKEN']\n" + textwrap.dedent(code)], env=given, cwd=ROOT, capture_output=True, text=True, timeout=280)
    return ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "code",
    [
        "logging.getLogger('rasa.core').error(f'tracker {secret}')",
        "logging.getLogger('any').debug('%s', secret)",
        "logging.getLogger('any').critical({'text': secret})",
        "logging.getLogger('sanic.access').warning('', extra={'host': '10.1.2.3', 'request': f'GET /?q={secret}', 'status': 200})",
        "import structlog; structlog.get_logger().error('processor.message.parse', text=secret)",
        "import structlog; structlog.get_logger().error(secret)",
        "import structlog; structlog.configure(processors=[structlog.processors.JSONRenderer()]); structlog.get_logger().error('a.b', text=secret)",
        "import warnings; warnings.simplefilter('always'); warnings.warn(secret)",
        "raise ValueError(secret)",
        "import threading\ndef fail(): raise ValueError(secret)\none = threading.Thread(target=fail); one.start(); one.join()",
        "import asyncio\nasync def fail(): raise ValueError(secret)\nasync def main():\n    asyncio.create_task(fail()); await asyncio.sleep(0.01)\nasyncio.run(main(), debug=True)",
        "try:\n    raise KeyError(secret)\nexcept KeyError as error:\n    logging.getLogger('bot.x').exception('It failed: %s', error)",
        "try:\n    raise KeyError(secret)\nexcept KeyError:\n    logging.getLogger('other').error('x', exc_info=True)",
        "class Bad:\n    def __str__(self): raise ValueError(secret)\nlogging.getLogger('bot.x').error('%s', Bad())",
        "import sqlalchemy as sa; e = sa.create_engine('sqlite://', echo='debug'); e.connect().execute(sa.text('select :a'), {'a': secret}).fetchall()",
        "import sqlalchemy as sa; sa.create_engine('sqlite://').connect().execute(sa.text('select * from nowhere where a = :a'), {'a': secret})",
        "logging.getLogger('bot.telegram').error('asked https://api.example.org/bot%s/getMe', token)",
        "logging.getLogger('httpx').info('HTTP Request: POST https://api.example.org/bot%s/sendMessage', token)",
        "import django; from django.conf import settings; settings.configure(); django.setup(); logging.getLogger('django.request').error('%s', secret, extra={'request': secret})",
    ],
)  # fmt: skip
def test_what_a_person_wrote_is_in_no_log(code: str) -> None:
    out = run(code)
    assert not any(word in out for word in ("Zebedee", "Quill", "cellar", "violets", "10.1.2.3", TOKEN)), out


def test_an_error_still_says_what_kind_it_is_and_where() -> None:
    out = run("def deep(): raise KeyError(secret)\ntry:\n    deep()\nexcept KeyError:\n    logging.getLogger('bot.store').exception('Row %s could not be read.', 7)")
    assert "ERROR bot.store" in out and "Row 7 could not be read." in out and "KeyError at" in out and "deep" in out


def test_a_library_is_named_with_its_place() -> None:
    assert "WARNING rasa.x - (withheld, from <string>" in run("logging.getLogger('rasa.x').warning('%s', secret)")


def test_json_lines_can_be_read_and_followed_by_conversation() -> None:
    out = run("with logs.following('abc123'):\n    logging.getLogger('bot.x').warning('Slow.')\nlogging.getLogger('bot.x').warning('Done.')", MOORING_LOGS="json")
    first, second = (json.loads(line) for line in out.splitlines() if line.startswith("{"))
    assert first["conversation"] == "abc123" and first["message"] == "Slow." and second["conversation"] == "-"


def test_the_level_comes_from_the_environment() -> None:
    code = "logs.quiet(); logging.getLogger('bot.x').info('told')"
    assert "told" in run(code, MOORING_LOG_LEVEL="INFO") and "told" not in run(code, MOORING_LOG_LEVEL="WARNING")


def test_the_real_assistant_at_debug_level_with_errors_provoked_says_nothing() -> None:
    out = run(
        """
        import asyncio
        from bot import ask
        logs.quiet(logging.DEBUG)
        for name in list(logging.root.manager.loggerDict): logging.getLogger(name).setLevel(logging.DEBUG)
        import structlog
        from bot.rasa_parts import assistant
        async def main():
            agent = assistant.load()
            logging.getLogger('rasa').setLevel(logging.DEBUG)
            await ask.ask(agent, 'one', {'turns': [secret, '/' + secret, '/inform{"a": "' + secret + '"}', 'i want to die, ' + secret]})
            from rasa.core.agent import Agent
            from rasa.core.processor import MessageProcessor
            async def fail(self, *a, **k): raise RuntimeError(secret)
            MessageProcessor.handle_message = fail
            try:
                await ask.ask(agent, 'two', {'turns': [secret]})
            except Exception:
                logging.getLogger('rasa.core').exception(secret)
        asyncio.run(main())
        """
    )
    assert not any(word in out for word in ("Zebedee", "Quill", "cellar", "violets")), out[-3000:]
