"""Addresses of the pages."""

from django.urls import include, path

from web import api_docs, token_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("api/v1/docs", api_docs.docs, name="api-docs"),
    path("me/tokens", token_views.own, name="tokens"),
    path("me/tokens/<int:pk>/end", token_views.end, name="token-end"),
    path("", include("web.administration.urls")),
    path("", include("casework.urls")),
    path("", include("attendance.urls")),
    path("", include("district.urls")),
    path("", include("notifications.urls")),
    path("", include("titleix.desk_urls")),
    path("", include("titleix.portal_urls")),
    path("", include("web.compliance.urls")),
    path("", include("titleix.archive_urls")),
    path("", include("titleix.intake_urls")),
    path("", include("attendance.trial_urls")),
]
