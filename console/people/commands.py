"""`python -m console <command>` for whoever runs the server: the first account, invitations, resets."""
from __future__ import annotations

import argparse
import secrets
import sys

from django.contrib.auth.models import Group
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from console.audit import log
from console.people import invitations, lockout
from console.people.models import Staff
from console.people.roles import FIRST, GROUPS

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that look alike


def one_time_password() -> str:
    """Four groups of five, to be typed once."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))


def first_account(name: str = "first") -> str | None:
    """Make the first account and return its one-time password; None if there are accounts already."""
    with transaction.atomic():
        if Staff.objects.exists():
            return None
        password = one_time_password()
        staff = Staff(username=name, must_change_password=True)
        staff.set_password(password)
        staff.save()
        staff.groups.set(Group.objects.filter(name__in=FIRST))
    log.write(log.SYSTEM, "joined", subject=name, detail="first account")
    return password


def reset_password(name: str) -> str:
    """A new one-time password for somebody, whose sessions end. Raises Staff.DoesNotExist."""
    staff = Staff.objects.get(username=name)
    password = one_time_password()
    staff.set_password(password)
    staff.must_change_password = True
    staff.save()
    lockout.unlock(name)
    log.write(log.SYSTEM, "password_changed", subject=name, detail="one-time password")
    return password


def run(arguments: list[str]) -> int:
    """Run one command and say what came of it; 1 if it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m console", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring the tables of the assistant and of the console up to date")
    first = commands.add_parser("first-account", help="make the first account, unless there is one, and say its one-time password")
    first.add_argument("--name", default="first")
    invited = commands.add_parser("invite", help="make a link with which somebody joins")
    invited.add_argument("group", choices=list(GROUPS))
    invited.add_argument("--address", default="http://127.0.0.1:8000", help="where the pages are, as a browser reaches them")
    commands.add_parser("list", help="list the accounts")
    for command, words in (
        ("reset-password", "give somebody a one-time password"),
        ("reset-second-factor", "let somebody set a new phone up"),
        ("unlock", "let somebody sign in again after too many failures"),
        ("suspend", "let somebody in no longer"),
    ):
        commands.add_parser(command, help=words).add_argument("name")
    options = parser.parse_args(arguments)
    if options.command == "migrate":
        from console.ready import migrate

        migrate()
        return 0
    try:
        sys.stdout.write(carry_out(options) + "\n")
    except Staff.DoesNotExist:
        sys.stderr.write(f"There is no account {options.name!r}. `python -m console list` shows them.\n")
        return 1
    return 0


def carry_out(options: argparse.Namespace) -> str:
    """What a command has to say. Raises Staff.DoesNotExist."""
    if options.command == "first-account":
        password = first_account(options.name)
        return f"First account: {options.name}\nOne-time password: {password}" if password else "There are accounts already; none was made."
    if options.command == "invite":
        return f"{options.address}/staff/join/{invitations.invite(options.group, log.SYSTEM)}/"
    if options.command == "list":
        people = Staff.objects.order_by("username").prefetch_related("groups")
        states = {True: "active", False: "suspended"}
        return "\n".join(f"{one.username}\t{states[one.is_active]}\t{' '.join(group.name for group in one.groups.all())}" for one in people)
    if options.command == "reset-password":
        return f"One-time password: {reset_password(options.name)}"
    staff = Staff.objects.get(username=options.name)
    if options.command == "reset-second-factor":
        TOTPDevice.objects.filter(user=staff).delete()
        log.write(log.SYSTEM, "second_factor_reset", subject=staff.username)
    elif options.command == "unlock":
        lockout.unlock(staff.username)
    else:
        staff.is_active = False
        staff.save(update_fields=["is_active"])
        log.write(log.SYSTEM, "person_changed", subject=staff.username, detail="suspend")
    return "Done."
