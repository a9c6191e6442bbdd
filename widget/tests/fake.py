"""A small server that speaks the web channel's protocol and says what a test wants, for what the real one never says."""
from __future__ import annotations

import asyncio
import json
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import socketio  # type: ignore[import-untyped]
from aiohttp import web

from bot.settings import ROOT

DIST = ROOT / "widget" / "dist"
Reply = dict[str, Any]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws:; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGE = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Notes</title>{head}<script type="module" src="/widget.js"></script></head><body><main><h1>A page</h1>{body}</main></body></html>"""


class Fake:
    """Sessions live on while the server is killed and started again, as in the real one's database."""

    def __init__(self) -> None:
        """Nothing listens yet."""
        self.port = 0
        self.answers: dict[str, list[Reply]] = {}
        self.heard: list[dict[str, Any]] = []
        self.handled: dict[str, list[Reply]] = {}
        self.lines: dict[str, list[Reply]] = {}
        self.deleted: list[str] = []
        self.kept: list[dict[str, Any]] = []
        self.delay = 0.0
        self.sockets = True
        self.drop_next = False  # the socket is closed after the message was handled, before its answer
        self.refuse_next: dict[str, Any] | None = None
        self.pages: dict[str, str] = {}
        self.connections = 0
        self.keeping: dict[str, Any] | None = {"consent": "session", "may_agree": True, "quiet": True, "days": 30, "age": 16}
        self.consents: list[dict[str, Any]] = []
        self.contacts: list[dict[str, Any]] = []

    # ---- its life ------------------------------------------------------------------------------------------------

    def start(self) -> Fake:
        """Listen, on the same port as before if there was one."""
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(60), "the fake server did not start"
        return self

    def kill(self) -> None:
        """End at once, with every socket."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def do(self, work: Callable[[], Any]) -> Any:
        """Run a coroutine function on the server's own loop, from a test."""
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(60)

    def push(self, **line: Any) -> None:
        """Something that staff say, to every session."""

        async def work() -> None:
            for token in self.lines:
                await self._sio.emit("bot_uttered", self._line(token, {"by": "staff", **line}, None), room=token)

        self.do(work)

    def staff(self, name: str | None) -> None:
        """Staff come or go."""

        async def work() -> None:
            await self._sio.emit("staff", {"present": name is not None, "name": name})

        self.do(work)

    def page(self, path: str, body: str = "<mooring-chat position=page></mooring-chat>", head: str = "") -> str:
        """A host page, and its address."""
        self.pages[path] = PAGE.format(body=body.replace("<mooring-chat", f'<mooring-chat server="{self.url}/webhooks/web"'), head=head)
        return f"{self.url}{path}"

    async def drop_sockets(self) -> None:
        """Close every socket, as a network that goes away."""
        for token in self.lines:
            for sid, _ in list(self._sio.manager.get_participants("/", token)):
                await self._sio.disconnect(sid)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._begin())
        ready.set()
        self._loop.run_forever()

    async def _begin(self) -> None:
        app = web.Application()
        self._sio = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins="*", ping_interval=5, ping_timeout=4)
        self._sio.attach(app)
        for event in ("connect", "session_request", "user_uttered", "session_delete", "session_keeping", "contact"):
            self._sio.on(event, getattr(self, f"_on_{event}"))
        app.router.add_post("/webhooks/web/{path}", self._http)
        app.router.add_get("/{name:(widget|mooring-chat|mooring-more).js|mooring.css}", self._file)
        app.router.add_get("/{path:.*}", self._page)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _end(self) -> None:
        await self._sio.shutdown()
        await self._runner.cleanup()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _file(self, request: web.Request) -> web.Response:
        path = DIST / request.path.lstrip("/")
        kind = "text/css" if path.suffix == ".css" else "text/javascript"
        packed = path.with_name(path.name + ".gz").read_bytes()
        return web.Response(body=packed, content_type=kind, headers={"Content-Encoding": "gzip", "Cache-Control": "no-cache"})

    async def _page(self, request: web.Request) -> web.Response:
        text = self.pages.get(request.path, "<!doctype html><html lang=en><title>Weather</title><p>Sunny</p>")
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    # ---- what it says --------------------------------------------------------------------------------------------

    def _line(self, token: str, reply: Reply, reply_to: str | None) -> Reply:
        seq = len(self.lines[token]) + 1
        line = {"seq": seq, "id": uuid.uuid4().hex, "reply_to": reply_to, "by": "bot", "name": None, "at": time.time(), "buttons": [], "sources": []}
        self.lines[token].append({**line, **reply, "kind": "line"})
        return self.lines[token][-1]

    def _session(self, given: dict[str, Any]) -> tuple[dict[str, Any], list[Reply]]:
        token = str(given.get("token"))
        resumed = token in self.lines
        if not resumed:
            token = uuid.uuid4().hex
            self.lines[token] = []
        missed = [line for line in self.lines[token] if line["seq"] > given.get("last", 0)] if resumed else []
        last = self.lines[token][-1]["seq"] if self.lines[token] else 0
        return {"token": token, "session_id": token, "resumed": resumed, "last": last, "disclosure": "", "staff": None}, missed

    async def _answer(self, token: str, given: dict[str, Any]) -> list[Reply]:
        text = str(given.get("message", given.get("text")))
        self.heard.append({**given, "text": text, "token": token})
        if given["id"] not in self.handled:
            self.handled[given["id"]] = []
            await asyncio.sleep(self.delay)
            said = self.answers.get(text, [{"text": f"You wrote: {text}"}])
            self.handled[given["id"]] = [self._line(token, reply, given["id"]) for reply in said]
        return self.handled[given["id"]]

    def _refusal(self) -> dict[str, Any] | None:
        refusal, self.refuse_next = self.refuse_next, None
        return refusal

    async def _on_connect(self, sid: str, environ: Any, auth: Any = None) -> bool:
        self.connections += 1
        return self.sockets

    async def _on_session_request(self, sid: str, given: dict[str, Any]) -> dict[str, Any]:
        confirm, missed = self._session(given)
        await self._sio.save_session(sid, {"token": confirm["token"]})
        await self._sio.enter_room(sid, confirm["token"])
        for line in missed:
            await self._sio.emit("bot_uttered", line, to=sid)
        return confirm

    async def _on_user_uttered(self, sid: str, given: dict[str, Any]) -> dict[str, Any]:
        token = (await self._sio.get_session(sid))["token"]
        if refusal := self._refusal():
            return refusal
        replies = await self._answer(token, given)
        if self.drop_next:
            self.drop_next = False
            await self._sio.emit("bot_uttered", replies[0], room=token)
            await self._sio.disconnect(sid)
            return {}
        for line in replies:
            await self._sio.emit("bot_uttered", line, room=token)
        return {"ok": True, "id": given["id"], "last": len(self.lines[token])}

    async def _on_session_delete(self, sid: str, given: dict[str, Any]) -> dict[str, Any]:
        token = (await self._sio.get_session(sid))["token"]
        self.deleted.append(token)
        await self._sio.emit("session_deleted", {}, room=token)
        return {"ok": True, "receipt": {"id": "ab12", "at": 0, "conversations": 1, "events": 2, "kept": self.kept, "held": False}}

    def _keep(self, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("keep") is not None and self.keeping is not None:
            self.consents.append(given)
            self.keeping |= {"consent": "keep" if given["keep"] else "refused", "quiet": False}
        return {"ok": True, "keeping": self.keeping, **({"token": given["token"]} if given.get("keep") else {})}

    async def _on_session_keeping(self, sid: str, given: dict[str, Any]) -> dict[str, Any]:
        return self._keep(given)

    async def _on_contact(self, sid: str, given: dict[str, Any]) -> dict[str, Any]:
        if refusal := self._refusal():
            return refusal
        self.contacts.append(given)
        return {"ok": True}

    async def _http(self, request: web.Request) -> web.Response:
        given = json.loads(await request.text())
        path = request.match_info["path"]
        if path == "session":
            confirm, missed = self._session(given)
            return web.json_response({**confirm, "lines": missed})
        if path == "delete":
            self.deleted.append(given["token"])
            return web.json_response({"ok": True, "receipt": {"id": "ab12", "at": 0, "conversations": 1, "events": 2, "kept": self.kept, "held": False}})
        if path == "poll":
            missed = [line for line in self.lines[given["token"]] if line["seq"] > given["last"]]
            return web.json_response({"ok": True, "lines": missed, "last": 0, "staff": None})
        if path == "keeping":
            return web.json_response(self._keep(given))
        if path == "contact":
            self.contacts.append(given)
            return web.json_response({"ok": True})
        if refusal := self._refusal():
            return web.json_response(refusal, status=429)
        replies = await self._answer(given["token"], given)
        return web.json_response({"ok": True, "id": given["id"], "last": len(self.lines[given["token"]]), "replies": replies})
