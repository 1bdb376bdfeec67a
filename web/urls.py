"""Addresses of the pages."""

from django.urls import include, path

from web import views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("casework.urls")),
    path("", include("district.urls")),
    path("", include("notifications.urls")),
    path("", include("titleix.desk_urls")),
]
