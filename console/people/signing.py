"""Signing in: name and password, then a code from a phone; and setting both up."""
from __future__ import annotations

from typing import Any
from urllib.parse import quote

import django_otp
import segno
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django_otp.plugins.otp_totp.models import TOTPDevice

from console.audit import log
from console.people import gate, lockout
from console.people.doors import ANYONE, PASSWORD_ONLY, SIGNED_IN, needs, staff_of
from console.people.models import Staff

LONGEST_PASSWORD = 1_000  # characters; more would only make the server sweat


@needs(ANYONE)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password. What is wrong is never said."""
    if request.method != "POST":
        return render(request, "staff/sign_in.html", {})
    name, password = request.POST.get("name", "")[:150].replace("\x00", ""), request.POST.get("password", "")[:LONGEST_PASSWORD]
    if lockout.is_locked(request, name):
        return render(request, "staff/sign_in.html", {"problem": "locked", "name": name}, status=429)
    user = authenticate(request, username=name, password=password)
    if not isinstance(user, Staff):
        known = Staff.objects.filter(username=name).exists()
        act = "locked_out" if lockout.failed(request, name) else "sign_in_failed"
        log.write(name if known else "(unknown name)", act)
        return render(request, "staff/sign_in.html", {"problem": "wrong", "name": name}, status=401)
    wanted = request.session.get("wanted", "")
    login(request, user)
    gate.begin(request)
    request.session["wanted"] = wanted
    lockout.succeeded(request, name)
    return redirect("second_factor")


@require_POST
@needs(SIGNED_IN)
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    log.write(request.user, "signed_out")
    logout(request)
    return redirect("sign_in")


@needs(PASSWORD_ONLY)
def second_factor(request: HttpRequest) -> HttpResponse:
    """The code of the phone; for someone who has none yet, the way to set it up."""
    staff = staff_of(request)
    device = TOTPDevice.objects.filter(user=staff, confirmed=True).first()
    if device is None:
        return redirect("second_factor_set_up")
    if request.method != "POST":
        return render(request, "staff/second_factor.html", {})
    if lockout.is_locked(request, staff.username):
        return render(request, "staff/second_factor.html", {"problem": "locked"}, status=429)
    if not checked(device, request.POST.get("code", "")):
        act = "locked_out" if lockout.failed(request, staff.username) else "sign_in_failed"
        log.write(staff, act, detail="code")
        return render(request, "staff/second_factor.html", {"problem": "wrong"}, status=401)
    return let_in(request, staff, device)


@needs(PASSWORD_ONLY)
def second_factor_set_up(request: HttpRequest) -> HttpResponse:
    """A new secret as a square to scan, and its first code. Whoever has one already cannot replace it here."""
    staff = staff_of(request)
    if TOTPDevice.objects.filter(user=staff, confirmed=True).exists():
        return redirect("second_factor")
    device = TOTPDevice.objects.filter(user=staff, confirmed=False).first() or TOTPDevice.objects.create(user=staff, confirmed=False, name="phone")
    if request.method == "POST":
        if checked(device, request.POST.get("code", "")):
            device.confirmed = True
            device.save()
            log.write(staff, "second_factor_set")
            return let_in(request, staff, device)
        return render(request, "staff/second_factor_set_up.html", shown(device, problem="wrong"), status=401)
    return render(request, "staff/second_factor_set_up.html", shown(device))


def shown(device: TOTPDevice, *, problem: str = "") -> dict[str, Any]:
    """The secret for a phone, as a square and as letters."""
    import base64

    secret = base64.b32encode(device.bin_key).decode().rstrip("=")
    square = segno.make(device.config_url, error="m").svg_inline(scale=5, border=2, dark="#000", light="#fff", omitsize=False)
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return {"square": square, "secret": spaced, "problem": problem, "issuer": quote("Mooring")}


def checked(device: TOTPDevice, code: str) -> bool:
    """Whether the code is right; django-otp takes each code once, and waits longer after each wrong one."""
    code = code.replace(" ", "")[:10]
    allowed, _ = device.verify_is_allowed()
    return bool(allowed and code.isascii() and code.isdigit() and device.verify_token(code))


def let_in(request: HttpRequest, staff: Staff, device: TOTPDevice) -> HttpResponse:
    """Both factors are right: a new session key, and on to the page that was wanted."""
    wanted = request.session.pop("wanted", "")
    request.session.cycle_key()
    django_otp.login(request, device)
    gate.begin(request)
    log.write(staff, "signed_in")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith(gate.STAFF)
    return redirect(wanted if safe else "home_of_staff")


@require_safe
@needs(SIGNED_IN)
def home_of_staff(request: HttpRequest) -> HttpResponse:
    """The first page that this member of staff may see."""
    from console.people.doors import may

    for duty, name in (("read_all", "inbox"), ("read_own", "inbox"), ("manage_people", "people"), ("see_figures", "figures")):
        if may(request.user, duty):
            return redirect(name)
    return redirect("account")


@needs(SIGNED_IN)
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password, with the old one; every other session of theirs ends."""
    staff = staff_of(request)
    if request.method != "POST":
        return render(request, "staff/change_password.html", {})
    old, new = request.POST.get("old", "")[:LONGEST_PASSWORD], request.POST.get("new", "")[:LONGEST_PASSWORD]
    problems = ["old"] if not staff.check_password(old) else password_problems(new, request.POST.get("again", ""), staff, old)
    if problems:
        return render(request, "staff/change_password.html", {"problems": problems}, status=400)
    staff.set_password(new)
    staff.must_change_password = False
    staff.save()
    update_session_auth_hash(request, staff)
    log.write(staff, "password_changed")
    messages.success(request, "password_changed")
    return redirect("account")


def password_problems(new: str, again: str, staff: Staff | None, old: str = "") -> list[str]:
    """What is wrong with a new password, as codes that the template has words for."""
    if new != again:
        return ["differ"]
    if new == old:
        return ["same"]
    try:
        validate_password(new, staff)
    except ValidationError as error:
        return [str(one.code) for one in error.error_list]
    return []


@require_safe
@needs(SIGNED_IN)
def account(request: HttpRequest) -> HttpResponse:
    """What one may do oneself."""
    groups = staff_of(request).groups.values_list("name", flat=True)
    return render(request, "staff/account.html", {"groups": sorted(groups)})
