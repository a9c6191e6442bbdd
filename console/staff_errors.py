"""Pages for what went wrong."""
from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: sent from elsewhere, or from a page that was open too long."""
    return render(request, "staff/forged.html", status=403)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What is not there, and what may not be seen, look the same."""
    return render(request, "staff/missing.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed; nothing about it is shown."""
    return render(request, "staff/broken.html", status=500)
