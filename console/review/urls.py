"""Where the inbox and the conversations are."""
from __future__ import annotations

from django.urls import path

from console.review import inbox, views

urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("filters/", inbox.save_filter, name="save_filter"),
    path("filters/<int:pk>/", inbox.remove_filter, name="remove_filter"),
    path("conversation/<str:conversation>/", views.conversation, name="conversation"),
    path("conversation/<str:conversation>/news/", views.news, name="news"),
    path("conversation/<str:conversation>/reveal/", views.reveal, name="reveal"),
    path("conversation/<str:conversation>/mark/", views.mark, name="mark"),
    path("conversation/<str:conversation>/annotate/", views.annotate, name="annotate"),
    path("conversation/<str:conversation>/next/", views.go_to_next, name="next"),
    path("conversation/<str:conversation>/export/", views.export, name="export"),
    path("conversation/<str:conversation>/delete/", views.remove, name="remove"),
]
