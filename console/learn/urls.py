"""Where the pages of learning are, below /staff/."""
from __future__ import annotations

from django.urls import path

from console.learn import content_views, trial_views, views

urlpatterns = [
    path("learn", views.learn, name="learn"),
    path("learn/judge/<str:conversation>/<int:seq>", views.judge, name="judge"),
    path("learn/paraphrase/<int:id>/<str:act>", views.decide, name="decide"),
    path("learn/patch", views.export, name="export_patch"),
    path("content", content_views.content, name="content"),
    path("try", trial_views.trial, name="try"),
    path("try/ask", trial_views.ask, name="try_ask"),
]
