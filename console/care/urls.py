"""Where the pages of care are, below /staff/."""
from __future__ import annotations

from django.urls import path

from console.care import case_views, lines_views, sample_views, talk_views, views, withdrawn_views

urlpatterns = [
    path("queues", views.queues, name="queues"),
    path("queues/counts", views.counts, name="queue_counts"),
    path("queues/aside", views.aside, name="aside"),
    path("queues/sample", sample_views.sample, name="sample"),
    path("queues/sample/draw", sample_views.draw, name="draw_sample"),
    path("queues/sample/<str:conversation>", sample_views.read, name="read_sample"),
    path("queues/<str:name>", views.queues, name="queues"),
    path("here", views.here, name="here"),
    path("cases", case_views.cases, name="cases"),
    path("cases/open", case_views.open_case, name="open_case"),
    path("cases/<str:id>", case_views.case, name="case"),
    path("cases/<str:id>/contact", case_views.contact, name="contact"),
    path("cases/<str:id>/<str:act>", case_views.change, name="change_case"),
    path("talk/<str:conversation>", talk_views.talk, name="talk"),
    path("talk/<str:conversation>/begin", talk_views.begin, name="begin_talk"),
    path("talk/<str:conversation>/news", talk_views.news, name="talk_news"),
    path("talk/<str:conversation>/say", talk_views.say, name="say"),
    path("talk/<str:conversation>/end", talk_views.end, name="end_talk"),
    path("lines", lines_views.lines, name="lines"),
    path("withdrawn", withdrawn_views.withdrawn, name="withdrawn"),
    path("withdrawn/<str:kind>/<str:id>", withdrawn_views.change, name="withdraw"),
]
