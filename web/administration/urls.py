"""Addresses of the administrator."""

from django.urls import path

from web.administration import letter_views, views

urlpatterns = [
    path("administration", views.index, name="admin-index"),
    path("administration/posts", views.posts, name="admin-posts"),
    path("administration/posts/<int:pk>/end", views.post_end, name="admin-post-end"),
    path("administration/areas", views.areas, name="admin-areas"),
    path("administration/calendars", views.calendars, name="admin-calendars"),
    path("administration/calendars/<int:pk>", views.calendar, name="admin-calendar"),
    path("administration/webhooks", views.hooks, name="admin-webhooks"),
    path("administration/tokens", views.all_tokens, name="admin-tokens"),
    path("administration/changes", views.audit, name="admin-audit"),
    path("administration/letters", letter_views.every, name="admin-letters"),
    path(
        "administration/messages/<slug:part>/<str:code>/<slug:language>",
        letter_views.message,
        name="admin-message",
    ),
    path(
        "administration/letters/<slug:app>/<slug:code>/<slug:language>",
        letter_views.one,
        name="admin-letter",
    ),
    path(
        "administration/letters/<slug:app>/<slug:code>/<slug:language>/file",
        letter_views.file,
        name="admin-letter-file",
    ),
]
