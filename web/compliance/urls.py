"""Addresses of the supervisor's view."""

from django.urls import path

from web.compliance import goals, report, reported_figures, views

urlpatterns = [
    path("compliance", views.start, name="compliance-start"),
    path("compliance/goals", goals.goals, name="goals"),
    path("compliance/goals/<slug:goal>", goals.goal, name="goal"),
    path("compliance/published", goals.published, name="published"),
    path("compliance/ATT/report", report.report, name="compliance-report"),
    path(
        "compliance/ATT/report/<slug:figure>", reported_figures.behind, name="compliance-reported"
    ),
    path("compliance/<slug:kind>/log.<slug:form>", views.log, name="process-log"),
    path("compliance/<slug:kind>", views.compliance, name="compliance"),
    path("compliance/<slug:kind>/list", views.behind, name="compliance-list"),
    path("compliance/<slug:kind>/steps", views.steps, name="compliance-steps"),
    path("compliance/<slug:kind>/forecast", views.forecast, name="compliance-forecast"),
    path("compliance/<slug:kind>/workload", views.workload, name="compliance-workload"),
]
