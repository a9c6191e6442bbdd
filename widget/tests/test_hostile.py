"""Replies that attack, and host pages whose style does."""
from __future__ import annotations

from browser import shot
from person import Chat, loaded
from playwright.sync_api import expect

ATTACKS = [
    {"text": "<img src=x onerror=\"window.hit=1\"><script>window.hit=1</script> end one"},
    {"text": "javascript:window.hit=1 data:text/html,x https://ok.example/a) end two", "buttons": [{"title": "<b>x</b>", "payload": "/x\" onclick=\"window.hit=1"}]},
    {"text": "Call \u202e666 321\u202c now \ud83d end three", "sources": [{"title": "Bad", "publisher": "", "year": 1, "url": "javascript:window.hit=1"}]},
    {"text": "x" * 200_000 + " end never"},
    {"text": None},
    {"text": ["a"], "buttons": "no", "sources": {"a": 1}},
    {"text": "odd ones end four", "buttons": [None, 1, {"title": 3}, {"title": "y"}, {"payload": "z"}], "sources": [None, "x", {"url": "https://x.example"}]},
    {"text": "\u0000\u0007 tel:0900123 sms:99 end five", "buttons": [{"title": "b" * 5000, "payload": "p"}] * 500},
    {"text": "__proto__ constructor toString 12 end six"},
]
HOSTILE = """<link rel="stylesheet" href="/hostile.css">"""
CSS = (
    "* { color: red !important; background: yellow !important; font: 40px fantasy !important; display: inline !important; letter-spacing: 9px !important; }"
    " mooring-chat { opacity: 0 !important; display: none !important; transform: scale(.1) !important; filter: blur(9px) !important; }"
    " button { display: none !important; } main { overflow: hidden; height: 80px; }"
)


def test_nothing_in_a_reply_can_become_markup_or_run(chat: Chat) -> None:
    chat.server.answers["attack"] = ATTACKS
    chat.ask("attack", "end six")
    assert chat.page.evaluate("() => window.hit") is None
    assert chat.log.locator("img, script, iframe, object, style").count() == 0
    links = [str(link.get_attribute("href")) for link in chat.log.get_by_role("link").all()]
    assert links == ["https://ok.example/a"]
    text = str(chat.log.text_content())
    assert "<img src=x onerror=" in text and "\u202e" not in text and "\u0000" not in text
    assert chat.log.locator(".choices").last.locator("button").count() <= 12
    assert max(len(one) for one in chat.log.locator(".text").all_text_contents()) <= 20_000
    chat.ask("still alive")


def test_a_strict_policy_with_trusted_types_holds(chat: Chat) -> None:
    said: list[str] = []
    chat.page.on("console", lambda message: said.append(message.text))
    chat.page.goto(f"{chat.server.url}/chat")
    loaded(chat.page)
    chat.ask("hello")
    for name in ("Breathe with me", "Step by step", "My safety plan", "Helplines"):
        chat.press("Options")
        chat.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
        chat.press("Back")
    assert [one for one in said if "Content Security Policy" in one or "TrustedHTML" in one or "Trusted" in one] == []


def test_a_host_page_s_style_does_not_reach_it(chat: Chat) -> None:
    chat.page.route("**/hostile.css", lambda route: route.fulfill(body=CSS, content_type="text/css"))
    chat.page.goto(chat.server.page("/hostile", "<mooring-chat position=page></mooring-chat>", HOSTILE))
    loaded(chat.page)
    send = chat.page.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_visible()
    host = chat.page.evaluate(
        "() => { const s = getComputedStyle(document.querySelector('mooring-chat')); return [s.display, s.opacity, s.transform, s.filter, s.letterSpacing]; }"
    )
    assert host == ["block", "1", "none", "none", "normal"]
    assert send.evaluate("one => getComputedStyle(one).color") == "rgb(255, 255, 255)"
    chat.ask("hello")
    shot(chat.page, "hostile-page")


def test_a_floating_chat_lies_above_everything(chat: Chat) -> None:
    cover = "h1 { position: fixed; inset: 0; z-index: 2147483647; background: #ccc } main { transform: translateX(40px); overflow: hidden }"
    chat.page.route("**/hostile.css", lambda route: route.fulfill(body=cover, content_type="text/css"))
    chat.page.goto(chat.server.page("/over", '<mooring-chat title="Talk"></mooring-chat>', HOSTILE))
    loaded(chat.page)
    chat.page.get_by_role("button", name="Open the chat: Talk").dispatch_event("click")
    expect(chat.page.get_by_role("heading", name="Talk")).to_be_focused()
    chat.ask("hello")
    box = chat.page.get_by_role("region", name="Talk").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 360
