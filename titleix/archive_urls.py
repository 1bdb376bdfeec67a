"""Addresses of the pages on which a file is taken out of the house."""

from django.urls import path

from titleix import archive_views as views

urlpatterns = [
    path("cases/<str:number>/archive", views.page, name="archive"),
    path("cases/<str:number>/archive/file", views.whole, name="archive-file"),
]
