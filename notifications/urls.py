"""Addresses of alerts."""

from django.urls import path

from notifications import inbound_webhooks, views

urlpatterns = [
    path("inbox", views.inbox, name="inbox"),
    path("inbox/read", views.mark_all, name="inbox-read"),
    path("inbox/preferences", views.preferences, name="preferences"),
    path("inbox/feed", views.feed_token, name="feed-token"),
    path("inbox/<uuid:pk>", views.mark, name="inbox-mark"),
    path("feeds/<str:token>.ics", views.feed, name="feed"),
    path("stop/<uuid:pk>", views.stop_messages, name="stop-messages"),
    path("hooks/texts/status/<uuid:pk>", inbound_webhooks.text_status, name="text-status"),
    path("hooks/texts/reply", inbound_webhooks.text_reply, name="text-reply"),
    path("health", views.health, name="health"),
    path("health/<slug:kind>/<uuid:pk>", views.resend, name="resend"),
]
