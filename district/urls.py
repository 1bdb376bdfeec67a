"""Addresses of the import pages."""

from django.urls import path

from district import views

urlpatterns = [
    path("imports", views.imports, name="imports"),
    path("imports/<uuid:pk>", views.import_detail, name="import"),
    path("imports/<uuid:pk>/apply", views.apply, name="import-apply"),
    path("imports/<uuid:pk>/decide", views.decide, name="import-decide"),
    path("imports/<uuid:pk>/errors.csv", views.errors, name="import-errors"),
]
