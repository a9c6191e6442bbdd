"""A private PostgreSQL for tests, made from Debian's own programs in a temporary folder, and gone with the tests.

In a test module: `from postgres import postgres` (a fixture that gives a database's address, empty each time).
"""
from __future__ import annotations

import itertools
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator

import pytest

NAMES = itertools.count(1)


def programs() -> pathlib.Path | None:
    """Where the newest PostgreSQL keeps its programs, or None."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parent.parent.name))
    return found[-1].parent if found else None


def as_other(command: list[str]) -> list[str]:
    """The command as a user that PostgreSQL agrees to run as: it refuses root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def run(*command: str | pathlib.Path) -> None:
    """Run a program of PostgreSQL. Raises RuntimeError with what it said."""
    done = subprocess.run(as_other([str(part) for part in command]), capture_output=True, text=True, cwd="/", timeout=60)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr or done.stdout}")


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[tuple[pathlib.Path, int]]:
    """The server's programs and port. Skips where PostgreSQL is not installed."""
    found = programs()
    if found is None:
        pytest.skip("needs PostgreSQL")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mooring-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    port = free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=100"
    try:
        run(found / "initdb", "-D", folder / "data", "-U", "mooring", "-A", "trust", "-E", "UTF8", "--locale=C")
        run(found / "pg_ctl", "-D", folder / "data", "-o", options, "-l", folder / "log", "-w", "start")
        yield found, port
    finally:
        subprocess.run(as_other([str(found / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "stop"]), capture_output=True, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(postgres_server: tuple[pathlib.Path, int]) -> str:
    """The address of a new, empty database."""
    found, port = postgres_server
    name = f"test_{os.getpid()}_{next(NAMES)}"
    run(found / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "mooring", name)
    return f"postgresql://mooring@127.0.0.1:{port}/{name}"
