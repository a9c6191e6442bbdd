"""Signing in takes two factors; guesses lock; links, sessions and one-time passwords end when they should."""
from __future__ import annotations

import re
import stat
from typing import Any

import pytest
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from bot import settings
from console.audit.models import Entry
from console.people import commands, invitations, lockout
from console.people.models import Staff

PASSWORD = "four quiet words here"


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": "127.0.0.1"})


def code(device: TOTPDevice) -> str:
    import time

    totp = TOTP(device.bin_key)
    totp.time = time.time()
    return f"{totp.token():06d}"


def sign_in(browser: Client, name: str, password: str = PASSWORD) -> Any:
    return browser.post("/staff/sign-in/", {"name": name, "password": password})


def test_both_factors_are_needed_and_lead_to_the_page_that_was_wanted(person: Any, browser: Client) -> None:
    staff = person("lead", name="ash")
    assert browser.get("/staff/audit/")["Location"] == "/staff/sign-in/"
    assert sign_in(browser, "ash")["Location"] == "/staff/code/"
    assert browser.get("/staff/audit/").status_code == 302
    device = TOTPDevice.objects.get(user=staff)
    assert browser.post("/staff/code/", {"code": "000000" if code(device) != "000000" else "111111"}).status_code == 401
    TOTPDevice.objects.update(throttling_failure_count=0)
    right = code(device)
    assert browser.post("/staff/code/", {"code": right})["Location"] == "/staff/audit/"
    assert browser.get("/staff/audit/").status_code == 200
    again = Client(headers={"host": "127.0.0.1"})
    sign_in(again, "ash")
    assert again.post("/staff/code/", {"code": right}).status_code == 401, "a code works once"


@pytest.mark.parametrize("wanted", ["//evil.example/staff/", "https://evil.example", "/help"])
def test_nobody_is_led_elsewhere_after_signing_in(wanted: str, person: Any, browser: Client) -> None:
    device = TOTPDevice.objects.get(user=person("lead", name="ash"))
    sign_in(browser, "ash")
    session = browser.session
    session["wanted"] = wanted
    session.save()
    assert browser.post("/staff/code/", {"code": code(device)})["Location"] == "/staff/first/"


def test_a_new_person_sets_a_phone_up_once(person: Any, browser: Client) -> None:
    staff = person("reviewer", name="ash")
    TOTPDevice.objects.all().delete()
    sign_in(browser, "ash")
    assert browser.get("/staff/code/")["Location"] == "/staff/code/set-up/"
    page = browser.get("/staff/code/set-up/").content.decode()
    assert "<svg" in page and " style=" not in page and "http" not in re.sub(r'xmlns="[^"]+"', "", page)
    device = TOTPDevice.objects.get(user=staff)
    assert browser.post("/staff/code/set-up/", {"code": code(device)})["Location"] == "/staff/first/"
    other = Client(headers={"host": "127.0.0.1"})
    sign_in(other, "ash")
    assert other.get("/staff/code/set-up/")["Location"] == "/staff/code/", "a stolen password cannot set up a second phone"


def test_guessing_locks_this_browser_out_and_not_the_person_everywhere(person: Any, browser: Client) -> None:
    person("lead", name="ash")
    for _ in range(lockout.PAIR):
        assert sign_in(browser, "ash", "wrong").status_code == 401
    assert sign_in(browser, "ash").status_code == 429
    elsewhere = Client(headers={"host": "127.0.0.1"}, REMOTE_ADDR="203.0.113.9")
    assert sign_in(elsewhere, "ash").status_code == 302
    later = settings.now().timestamp() + lockout.LOCKED + 5
    with settings.at(settings.now().fromtimestamp(later, settings.now().tzinfo)):
        assert sign_in(browser, "ash").status_code == 302
    assert Entry.objects.filter(act="locked_out", staff="ash").exists()


@pytest.mark.parametrize("name", ["", "nobody", "ash\x00", "a" * 9_000, "\U0001f600", "' OR 1=1 --"])
def test_a_wrong_name_looks_like_a_wrong_password(name: str, person: Any, browser: Client) -> None:
    person("lead", name="ash")
    answer = sign_in(browser, name, "wrong")
    assert answer.status_code == 401 and "The name or the password is wrong." in answer.content.decode()
    assert name not in Entry.objects.values_list("staff", flat=True) or name == ""


@pytest.mark.parametrize(("key", "seconds"), [("seen_at", 31 * 60), ("signed_in_at", 11 * 3_600), ("signed_in_at", -86_400), ("seen_at", None)])
def test_a_session_ends(key: str, seconds: float | None, signed_in: Any) -> None:
    client = signed_in("lead")
    assert client.get("/staff/").status_code == 200
    session = client.session
    session[key] = None if seconds is None else settings.now().timestamp() - seconds
    session.save()
    assert client.get("/staff/")["Location"] == "/staff/sign-in/"
    assert client.get("/staff/account/")["Location"] == "/staff/sign-in/"


def test_a_script_that_looks_for_news_keeps_no_session_alive(signed_in: Any) -> None:
    client, before = signed_in("lead"), settings.now().timestamp() - 20 * 60
    session = client.session
    session["seen_at"] = before
    session.save()
    client.get("/staff/", headers={"X-Poll": "1"})
    assert client.session["seen_at"] == before
    client.get("/staff/")
    assert client.session["seen_at"] > before
    assert Client(headers={"host": "127.0.0.1"}).get("/staff/", headers={"X-Poll": "1"}).status_code == 401


def test_an_invitation_works_once_for_its_group(person: Any, browser: Client) -> None:
    token = invitations.invite("reviewer", "ash")
    form = {"name": "bob", "shown_name": "Bob", "new": "plenty of words again", "again": "plenty of words again"}
    assert browser.post(f"/staff/join/{token}/", {**form, "new": "short", "again": "short"}).status_code == 400
    assert browser.post(f"/staff/join/{token}/", form)["Location"] == "/staff/sign-in/"
    assert [group.name for group in Staff.objects.get(username="bob").groups.all()] == ["reviewer"]
    assert browser.post(f"/staff/join/{token}/", {**form, "name": "cyd"}).status_code == 410
    assert browser.get("/staff/join/forged/").status_code == 410


def test_an_invitation_grows_old_and_a_name_is_taken_once(person: Any, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    person("lead", name="ash")
    token = invitations.invite("lead", "ash")
    form = {"name": "ASH", "new": "plenty of words again", "again": "plenty of words again"}
    assert browser.post(f"/staff/join/{token}/", form).status_code == 400
    import time

    late = time.time() + 73 * 3_600
    monkeypatch.setattr("django.core.signing.time.time", lambda: late)
    assert browser.get(f"/staff/join/{token}/").status_code == 410


@pytest.mark.parametrize("new", ["short", "password1234", "123456789012345", PASSWORD])
def test_a_weak_or_unchanged_password_is_refused(new: str, signed_in: Any) -> None:
    client = signed_in("lead")
    assert client.post("/staff/account/password/", {"old": PASSWORD, "new": new, "again": new}).status_code == 400


def test_a_new_password_ends_other_sessions(signed_in: Any, person: Any) -> None:
    staff = person("lead", name="ash")
    one, other = signed_in(staff=staff), signed_in(staff=staff)
    new = "another four quiet words"
    assert one.post("/staff/account/password/", {"old": PASSWORD, "new": new, "again": new}).status_code == 302
    assert one.get("/staff/").status_code == 200 and other.get("/staff/").status_code == 302


def test_the_first_account_is_made_once_and_must_change_its_password(db: Any, signed_in: Any) -> None:
    password = commands.first_account()
    assert password and len(password) == 23 and commands.first_account() is None
    staff = Staff.objects.get()
    assert sorted(group.name for group in staff.groups.all()) == ["administrator", "lead"]
    TOTPDevice.objects.create(user=staff, name="phone", confirmed=True)
    client = signed_in(staff=staff)
    assert client.get("/staff/")["Location"] == "/staff/account/password/"
    client.post("/staff/account/password/", {"old": password, "new": PASSWORD, "again": PASSWORD})
    assert client.get("/staff/").status_code == 200


def test_commands_serve_administrators(person: Any, capsys: pytest.CaptureFixture[str]) -> None:
    staff = person("lead", name="ash")
    assert commands.run(["list"]) == 0 and "ash\tactive\tlead" in capsys.readouterr().out
    assert commands.run(["reset-second-factor", "ash"]) == 0 and not TOTPDevice.objects.filter(user=staff).exists()
    assert commands.run(["reset-password", "ash"]) == 0 and "One-time password" in capsys.readouterr().out
    assert commands.run(["suspend", "ash"]) == 0 and not Staff.objects.get(username="ash").is_active
    assert commands.run(["unlock", "nobody"]) == 1 and "no account" in capsys.readouterr().err
    assert commands.run(["invite", "volunteer", "--address", "https://x.example"]) == 0
    assert "https://x.example/staff/join/" in capsys.readouterr().out


def test_an_administrator_changes_people_and_never_the_last_of_them(signed_in: Any, person: Any) -> None:
    client, ash = signed_in("administrator", name="boss"), person("volunteer", name="ash")
    client.post(f"/staff/people/{ash.pk}/", {"act": "groups", "groups": ["reviewer", "nonsense"]})
    assert [group.name for group in ash.groups.all()] == ["reviewer"]
    client.post(f"/staff/people/{ash.pk}/", {"act": "second_factor"})
    assert not TOTPDevice.objects.filter(user=ash).exists()
    for form in ({"act": "groups", "groups": []}, {"act": "suspend"}):
        answer = client.post(f"/staff/people/{client.staff.pk}/", form, follow=True)
        assert "only administrator" in answer.content.decode()
    assert client.post(f"/staff/people/{ash.pk}/", {"act": "explode"}).status_code == 404
    assert client.get("/staff/").status_code == 404, "an administrator reads nothing by that alone"


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from console.database import secret_key

    monkeypatch.delenv("MOORING_CONSOLE_KEY", raising=False)
    first = secret_key(tmp_path / "var" / "key")
    assert first == secret_key(tmp_path / "var" / "key") and len(first) > 50
    assert stat.S_IMODE((tmp_path / "var" / "key").stat().st_mode) == 0o600
    monkeypatch.setenv("MOORING_CONSOLE_KEY", "short")
    with pytest.raises(RuntimeError, match="shorter than 32"):
        secret_key()


def test_staff_pages_keep_to_themselves(signed_in: Any) -> None:
    answer = signed_in("lead").get("/staff/")
    policy = answer["Content-Security-Policy"]
    assert "form-action 'self'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    assert answer["Cache-Control"] == "no-store" and "frame-ancestors 'none'" in policy
    text = answer.content.decode()
    assert " style=" not in text and "<script>" not in text and not re.search(r"(?:src|href)=\"(?:https?:)?//", text)


@pytest.mark.parametrize(("limit", "names", "addresses"), [("ADDRESS", True, False), ("NAME", False, True)])
def test_guessing_many_names_or_from_many_addresses_locks_too(
    limit: str, names: bool, addresses: bool, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockout, limit, 4)
    person("lead", name="ash")
    for place in range(4):
        guess = Client(headers={"host": "127.0.0.1"}, REMOTE_ADDR=f"203.0.113.{place if addresses else 1}")
        assert sign_in(guess, f"name{place}" if names else "ash", "wrong").status_code == 401
    assert sign_in(Client(headers={"host": "127.0.0.1"}, REMOTE_ADDR=f"203.0.113.{9 if addresses else 1}"), "ash").status_code == 429
    commands.run(["unlock", "ash"])
    assert (sign_in(Client(headers={"host": "127.0.0.1"}, REMOTE_ADDR="203.0.113.77"), "ash").status_code) == 302


def test_guessing_the_code_of_the_phone_locks(person: Any, browser: Client) -> None:
    device = TOTPDevice.objects.get(user=person("lead", name="ash"))
    sign_in(browser, "ash")
    for _ in range(lockout.PAIR):
        TOTPDevice.objects.update(throttling_failure_count=0)
        assert browser.post("/staff/code/", {"code": "000000" if code(device) != "000000" else "111111"}).status_code == 401
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert browser.post("/staff/code/", {"code": code(device)}).status_code == 429


def test_somebody_who_is_suspended_is_out_at_once_and_cannot_come_back(signed_in: Any, person: Any, browser: Client) -> None:
    boss, client = signed_in("administrator", name="boss"), signed_in("lead", name="ash")
    assert client.get("/staff/").status_code == 200
    boss.post(f"/staff/people/{client.staff.pk}/", {"act": "suspend"})
    assert client.get("/staff/")["Location"] == "/staff/sign-in/" and sign_in(browser, "ash").status_code == 401
    boss.post(f"/staff/people/{client.staff.pk}/", {"act": "restore"})
    assert sign_in(browser, "ash").status_code == 302


def test_signing_out_ends_the_session_and_signing_in_and_out_is_logged(person: Any, browser: Client) -> None:
    device = TOTPDevice.objects.get(user=person("lead", name="ash"))
    sign_in(browser, "ash")
    browser.post("/staff/code/", {"code": code(device)})
    key = browser.cookies["staff"].value
    browser.post("/staff/sign-out/")
    browser.cookies["staff"] = key
    assert browser.get("/staff/")["Location"] == "/staff/sign-in/"
    assert [one.act for one in Entry.objects.order_by("pk")] == ["signed_in", "signed_out"]
