"""Addresses of the pages."""

from django.urls import include, path

from web.accounts import token_views
from web.api import docs
from web.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("api/v1/docs", docs.docs, name="api-docs"),
    path("me/tokens", token_views.own, name="tokens"),
    path("me/tokens/<int:pk>/end", token_views.end, name="token-end"),
    path("", include("web.administration.urls")),
    path("", include("casework.pages.urls")),
    path("", include("attendance.urls")),
    path("", include("district.urls")),
    path("", include("notifications.urls")),
    path("", include("titleix.dashboards.urls")),
    path("", include("titleix.party_portal.urls")),
    path("", include("web.compliance.urls")),
    path("", include("titleix.export.urls")),
    path("", include("titleix.intake.urls")),
    path("", include("attendance.simulation.urls")),
]
