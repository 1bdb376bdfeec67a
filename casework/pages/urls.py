"""Addresses of cases."""

from django.urls import path

from casework.pages import bulk, views

urlpatterns = [
    path("cases", views.cases, name="cases"),
    path("search", views.search, name="search"),
    path("cases/views", views.save_view, name="save-view"),
    path("cases/bulk", bulk.bulk, name="bulk"),
    path("search/suggest", views.suggest, name="suggest"),
    path("cases/<str:number>/next", views.next_step, name="next-step"),
    path("cases/<str:number>", views.case, name="case"),
    path("cases/<str:number>/steps/<slug:name>", views.step, name="step"),
    path(
        "cases/<str:number>/processes/<uuid:process>/steps/<slug:name>",
        views.step,
        name="process-step",
    ),
    path("cases/<str:number>/documents/<uuid:pk>", views.document, name="document"),
    path("cases/<str:number>/documents/<uuid:pk>/file", views.document_file, name="document-file"),
    path("cases/<str:number>/deadlines", views.deadlines, name="deadlines"),
    path("cases/<str:number>/appointments/<uuid:pk>.ics", views.appointment, name="appointment"),
    path("upcoming", views.upcoming, name="upcoming"),
    path("policies", views.policies, name="policies"),
    path("cases/<str:number>/attachments", views.attach, name="attach"),
    path("cases/<str:number>/attachments/<uuid:pk>", views.attachment, name="attachment"),
    path("workflows/<str:kind>", views.workflow, name="workflow"),
    path("workflows/<str:kind>/<str:process>", views.workflow, name="workflow-process"),
]
