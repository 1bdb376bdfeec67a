"""Addresses of the pages on which a file is taken out of the house."""

from django.urls import path

from titleix.export import redaction_views as redaction
from titleix.export import views

urlpatterns = [
    path("cases/<str:number>/archive", views.page, name="archive"),
    path("cases/<str:number>/archive/file", views.whole, name="archive-file"),
    path("cases/<str:number>/archive/redacted", redaction.start, name="redaction-start"),
    path("cases/<str:number>/archive/redacted/<uuid:pk>", redaction.review, name="redaction"),
    path(
        "cases/<str:number>/archive/redacted/<uuid:pk>/clear",
        redaction.clear,
        name="redaction-clear",
    ),
    path(
        "cases/<str:number>/archive/redacted/<uuid:pk>/sign", redaction.sign, name="redaction-sign"
    ),
    path(
        "cases/<str:number>/archive/redacted/<uuid:pk>/file", redaction.take, name="redaction-file"
    ),
    path("cases/<str:number>/archive/redacted/<uuid:pk>/key", redaction.key, name="redaction-key"),
]
