"""How quick the console's inbox, search and conversation view are at 1,000,000 events, on SQLite and on PostgreSQL.

`python -m benchmarks.console [--events 1000000] [--database ADDRESS]` fills a database of its own with invented
rows, asks for each page as a signed-in reviewer, and prints the median and the 95th percentile in milliseconds, what of
it the processor worked, and the number of queries. PostgreSQL is a private server that is started for this and removed; where it is not installed, that is said.
"""
from __future__ import annotations

import argparse
import contextlib
import importlib
import itertools
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import psutil

LIMIT = 300  # milliseconds that the 95th percentile may take
WORDS = (
    "ket sleep bladder pain tired mum brother money work night week month craving quit stop again doctor help cold sweats anxious low mood memory nose "
    "cramps stomach blood driving drunk alcohol friend school scared alone better worse long days years dose hospital number call talk plan house"
).split()
RARE = "zolpidem"
MESSAGES = {1: 25, 3: 35, 5: 22, 8: 13, 20: 5}  # how many a person writes, and how often: about 26 events in all, as Rasa writes them
KINDS = ("user", "slot", "slot", "action", "bot", "action")
SNAPSHOT = json.dumps({"slots": {"told": {"new": [], "care": {}}, "topic": "withdrawal_sleep"}, "buttons": {f"/answer/{place}": "A title" for place in range(40)}})
OPENED = 6_000  # of the newest conversations, how many the reader has opened
STORED = 12.0  # seconds between two conversations
INVENTED = 2_000  # different conversations; each is stored again and again under other names
Made = tuple[dict[str, Any], list[dict[str, Any]]]


def rows_of(rng: random.Random, answers: list[str], dangers: list[str]) -> Made:
    """One invented conversation and its events, from the moment 0 on."""
    id, at = "", 0.0
    asked = rng.choices(list(MESSAGES), list(MESSAGES.values()))[0]
    events: list[dict[str, Any]] = []
    worst = None
    for seq in range(len(KINDS) * asked):
        kind = KINDS[seq % len(KINDS)]
        row: dict[str, Any] = {"conversation": id, "seq": seq, "at": at + seq / 100, "kind": kind, "text": None}
        row |= {key: None for key in ("name", "answer", "score", "decision", "danger", "level", "language")}
        if kind == "user":
            chosen, score = rng.choice(answers), round(rng.betavariate(4, 2), 4)
            decision = rng.choices(("answer", "clarify", "not_covered", "flow"), (60, 12, 14, 14))[0]
            row |= {"name": decision, "answer": chosen, "score": score, "decision": decision, "language": "other" if rng.random() < 0.002 else "en"}
            row["text"] = " ".join(rng.choices(WORDS, k=rng.randint(4, 24))) + (f" {RARE}" if rng.random() < 0.0001 else "")
            risk = []
            if rng.random() < 0.02:
                worst = (rng.choice(dangers), rng.choices(("watch", "urgent", "emergency"), (6, 3, 1))[0])
                row |= {"danger": worst[0], "level": worst[1]}
                risk = [{"danger": worst[0], "level": worst[1], "about": "self", "rule": f"{worst[0]}/sign", "by": "phrase", "certainty": 1.0}]
            ranked = [{"label": one, "score": round(score / place, 4), "why": "how long does it last"} for place, one in enumerate((chosen, *answers[:4]), 1)]
            understood = {"decision": decision, "chosen": [chosen], "answers": ranked}
            row["data"] = json.dumps({"event": kind, "text": row["text"], "parse_data": {"intent": {"name": decision}, "risk": risk, "understanding": understood}})
        elif kind == "bot":
            row["text"] = " ".join(rng.choices(WORDS, k=40))
            row["data"] = json.dumps({"event": kind, "text": row["text"], "metadata": {"utter_action": "utter_answer"}})
        else:
            row["name"] = rng.choice(("topic", "told", "care")) if kind == "slot" else rng.choice(("utter_answer", "action_listen"))
            row["data"] = json.dumps({"event": kind, "name": row["name"], "value": {"said": {"country": 1}}})
        events.append(row)
    whole = {
        "id": id, "channel": rng.choices(("web", "telegram"), (4, 1))[0], "started_at": at, "last_at": events[-1]["at"], "events": len(events),
        "messages": asked, "consent": rng.choice(("keep", "session")), "legal_hold": False, "snapshot": SNAPSHOT,
        "country": rng.choices((None, "GB", "US", "NZ"), (300, 500, 199, 1))[0], "danger": worst and worst[0], "level": worst and worst[1],
        "level_at": at if worst else None,
    }  # fmt: skip
    return whole, events


def again(made: Made, number: int, at: float) -> Made:
    """The same conversation under another name, at another moment."""
    whole, events = made
    id = f"bench{number:08d}"
    moments = {name: at + whole[name] for name in ("started_at", "last_at", "level_at") if whole[name] is not None}
    return {**whole, **moments, "id": id}, [{**row, "conversation": id, "at": at + row["at"]} for row in events]


def fill(address: str, events: int) -> None:
    """Write that many events; the newest conversation is of now."""
    from bot import kept
    from bot.storage import database, tables

    rng, now, written = random.Random(7), time.time(), 0
    answers, dangers = sorted(kept.said().answers), sorted(kept.said().dangers)
    invented = [rows_of(rng, answers, dangers) for _ in range(INVENTED)]
    numbers = itertools.count()
    while written < events:
        made = [again(invented[number % INVENTED], number, now - number * STORED) for number in itertools.islice(numbers, 3_000)]
        rows = [row for _, own in made for row in own][: events - written]
        with database.writing(database.engine(address)) as connection:
            connection.execute(tables.conversations.insert(), [whole for whole, _ in made])
            connection.execute(tables.events.insert(), rows)
        written += len(rows)


def annotate(staff: Any) -> None:
    """What staff would have written by then, and what the reader has opened."""
    from bot.storage import database, tables
    from console.review.models import Opening, Review, Tag

    now = time.time()
    named = [f"bench{number:08d}" for number in range(30_000)]
    common = {"version": 1, "changed_at": now, "changed_by": "ash"}
    states = [("done", "ash" if place % 5 else "") if place % 900 else ("later", "mo") for place in range(10_000)]
    Review.objects.bulk_create(Review(conversation=one, status=state[0], reviewer=state[1], **common) for one, state in zip(named[::3], states))
    Tag.objects.bulk_create(Tag(conversation=one, name="good example", by="ash", at=now) for one in named[::10])
    Tag.objects.bulk_create(Tag(conversation=one, name="safeguarding", by="ash", at=now) for one in named[::7_000])
    Opening.objects.bulk_create(Opening(staff=staff, conversation=one, at=now + 60) for one in named[:OPENED])
    with database.writing() as connection:
        thumbs = [{"conversation": one, "seq": 4, "good": bool(place % 10), "at": now} for place, one in enumerate(named[::4])]
        connection.execute(tables.feedback.insert(), thumbs)


def reader() -> Any:
    """Who reads."""
    from django.contrib.auth.models import Group

    from console.people.models import Staff

    staff, _ = Staff.objects.get_or_create(username="bench")
    staff.groups.set(Group.objects.filter(name__in=("reviewer", "lead")))
    return staff


def client(staff: Any) -> Any:
    """A browser that is signed in as the reader."""
    from django.test import Client
    from django_otp.plugins.otp_totp.models import TOTPDevice

    device, _ = TOTPDevice.objects.get_or_create(user=staff, name="phone", confirmed=True)
    made = Client(headers={"host": "127.0.0.1"})
    made.force_login(staff)
    session = made.session
    session["otp_device_id"] = device.persistent_id
    session["signed_in_at"] = session["seen_at"] = time.time()
    session.save()
    return made


def pages(answers: list[str]) -> dict[str, list[str]]:
    """What is asked for: each page with its variants, in turn. Every filter, with much, little and nothing that fits."""
    inbox = "/staff/?"
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 3 * 86_400))
    return {
        "inbox": [inbox],
        "inbox, a hundred pages on": [f"{inbox}after={time.time() - 5_000 * STORED:.3f}~bench00005000"],
        "search, a common word": [f"{inbox}q={word}" for word in WORDS[:8]],
        "search, two words": [f"{inbox}q={one}+{other}" for one, other in zip(WORDS[:8], WORDS[8:16])],
        "search, a rare word": [f"{inbox}q={RARE}"],
        "search, no such word": [f"{inbox}q=xylophone"],
        "time": [f"{inbox}until={day}", f"{inbox}since={day}&until={day}", f"{inbox}since=2031-01-01", f"{inbox}until=2020-01-01"],
        "channel": [f"{inbox}channel=telegram", f"{inbox}channel=none"],
        "length": [f"{inbox}length={one}" for one in ("one", "short", "medium", "long")],
        "intent": [f"{inbox}intent=flow", f"{inbox}intent=refuse"],
        "answer": [f"{inbox}answer={one}" for one in (*answers[:4], "none")],
        "score": [f"{inbox}score_to=20", f"{inbox}score_to=1", f"{inbox}score_from=99", f"{inbox}score_from=60&score_to=80"],
        "not understood": [f"{inbox}decision=not_covered"],
        "level": [f"{inbox}level=emergency", f"{inbox}level=any"],
        "danger and level": [f"{inbox}danger=suicide&level=urgent", f"{inbox}danger=none"],
        "country": [f"{inbox}country=NZ", f"{inbox}country=gb", f"{inbox}country=FJ"],
        "status": [f"{inbox}status={one}" for one in ("new", "done", "later", "open")],
        "tag": [f"{inbox}tag=good+example", f"{inbox}tag=safeguarding", f"{inbox}tag=none"],
        "reviewer": [f"{inbox}reviewer={one}" for one in ("ash", "mo", "jo")],
        "feedback": [f"{inbox}feedback=down", f"{inbox}feedback=up"],
        "language": [f"{inbox}language=other", f"{inbox}language=en"],
        "unread": [f"{inbox}unread=1"],
        "many filters": [
            f"{inbox}q=sleep&decision=not_covered&channel=telegram&status=new&unread=1",
            f"{inbox}intent=answer&score_to=30&feedback=down&language=en&status=new&country=US",
            f"{inbox}q=sleep&answer={answers[0]}&score_from=90&tag=good+example&reviewer=ash&length=long&level=any",
        ],
        "next, with filters": ["/staff/conversation/bench00000100/next/"],
        "conversation": [f"/staff/conversation/bench{number:08d}/" for number in range(100, 140)],
    }


def server() -> psutil.Process | None:
    """The PostgreSQL that is asked, where it runs on this machine; None for SQLite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return psutil.Process(cursor.fetchone()[0]).parent()


def served(process: psutil.Process | None) -> float:
    """Seconds of the processor that the database's server has used, with its helpers that have ended."""
    seconds = 0.0
    for one in [process, *process.children()] if process else []:
        times = one.cpu_times()
        seconds += times.user + times.system + (times.children_user + times.children_system if one == process else 0.0)
    return seconds


def measure(browser: Any, addresses: list[str], tries: int) -> tuple[list[float], list[float], int]:
    """Milliseconds of each try, those of the processor in it (ours and the database's), and the number of queries.

    Raises RuntimeError for a page that does not open.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times, busy, asked = [], [], server()
    for _, address in zip(range(tries), itertools.cycle(addresses)):
        at_server, began, worked = served(asked), time.perf_counter(), time.process_time()
        answer = browser.get(address)
        times.append(1_000 * (time.perf_counter() - began))
        busy.append(1_000 * (time.process_time() - worked))
        busy[-1] += 1_000 * (served(asked) - at_server)
        if answer.status_code not in (200, 302):
            raise RuntimeError(f"{address} answered {answer.status_code}")
    with CaptureQueriesContext(connection) as counted:
        browser.get(addresses[0])
    return times, busy, len(counted)


def run(name: str, address: str, events: int, tries: int) -> bool:
    """Fill, measure and print one database; whether every page kept the limit."""
    os.environ["MOORING_DATABASE"] = address
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    import django

    django.setup()
    from console import ready

    ready.migrate()
    began = time.perf_counter()
    from console.records.models import Event

    staff = reader()
    if not Event.objects.exists():
        fill(address, events)
        annotate(staff)
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as its own housekeeping does by itself; nothing does so for SQLite
    print(f"{name}: {Event.objects.count():,} events, filled in {time.perf_counter() - began:.0f} s", flush=True)
    from bot import kept

    browser, good = client(staff), True
    browser.get("/staff/")
    for page, addresses in pages(sorted(kept.said().answers)).items():
        times, busy, queries = measure(browser, addresses, tries)
        late = statistics.quantiles(times, n=20)[-1]
        good = good and late <= LIMIT
        told = f"median {statistics.median(times):6.0f} ms   p95 {late:6.0f} ms   (processor p95 {statistics.quantiles(busy, n=20)[-1]:5.0f} ms)"
        print(f"  {page:28} {told}   {queries:3} queries{'' if late <= LIMIT else '   TOO SLOW'}", flush=True)
    return good


@contextlib.contextmanager
def postgresql() -> Iterator[str | None]:
    """The address of an empty database on a private server; None where PostgreSQL is not installed."""
    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tests"))
    server = importlib.import_module("postgres")
    found = server.programs()
    if found is None:
        yield None
        return
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mooring-benchmark-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    port = server.free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c shared_buffers=256MB"
    try:
        server.run(found / "initdb", "-D", folder / "data", "-U", "mooring", "-A", "trust", "-E", "UTF8", "--locale=C")
        server.run(found / "pg_ctl", "-D", folder / "data", "-o", options, "-l", folder / "log", "-w", "start")
        server.run(found / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "mooring", "bench")
        yield f"postgresql://mooring@127.0.0.1:{port}/bench"
    finally:
        subprocess.run(server.as_other([str(found / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "stop"]), capture_output=True, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Each database in a process of its own, because Django knows only one; 1 when a page was too slow."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--tries", type=int, default=40)
    parser.add_argument("--database", help="measure this one, filling it if it is empty; it keeps the invented rows")
    options = parser.parse_args()
    if options.database:
        return 0 if run(options.database.split(":")[0], options.database, options.events, options.tries) else 1
    again = [sys.executable, "-m", "benchmarks.console", "--events", str(options.events), "--tries", str(options.tries), "--database"]
    with tempfile.TemporaryDirectory(prefix="mooring-benchmark-") as folder:
        slow = subprocess.run([*again, f"sqlite:///{folder}/bench.sqlite3"]).returncode
    with postgresql() as address:
        if address is None:
            print("postgresql: not measured, because it is not installed", flush=True)
        else:
            slow = subprocess.run([*again, address]).returncode or slow
    return slow


if __name__ == "__main__":
    sys.exit(main())
