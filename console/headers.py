"""Headers that keep the page to itself: no third-party request, no framing by strangers, nothing stored."""
from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class SecurityHeaders:
    """Middleware that sets them on every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Django's own way of chaining."""
        self._get_response = get_response
        chat = urlsplit(settings.CHAT_URL)
        self._policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
            f"frame-ancestors 'none'; connect-src 'self' {chat.scheme}://{chat.netloc} {chat.scheme.replace('http', 'ws')}://{chat.netloc}; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers."""
        answer = self._get_response(request)
        answer["Content-Security-Policy"] = self._policy
        if request.path.startswith(("/staff/", "/call-back/")):
            answer["Content-Security-Policy"] = self._policy.replace("form-action 'none'", "form-action 'self'")
            answer["X-Robots-Tag"] = "noindex"
        # With no referrer at all, browsers send forms with the origin "null", and Django takes them for forged.
        answer["Referrer-Policy"] = "same-origin" if request.path.startswith(("/staff/", "/call-back/")) else "no-referrer"
        answer["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        answer["Cache-Control"] = "no-store"
        return answer
