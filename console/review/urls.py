"""Where the inbox and the conversations are."""
from __future__ import annotations

from django.urls import path

from console.review import inbox

urlpatterns = [path("", inbox.inbox, name="inbox")]
