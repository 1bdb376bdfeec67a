"""Addresses of the pages."""

from django.urls import include, path

from web import views

urlpatterns = [
    path("", views.home, name="home"),
    path("language", views.language, name="language"),
    path("", include("casework.urls")),
    path("", include("district.urls")),
]
