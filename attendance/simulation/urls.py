"""Addresses of the pages on which a policy is tried and what helped is shown."""

from django.urls import path

from attendance.reporting import views as intervention_views
from attendance.simulation import views

urlpatterns = [
    path("effects", intervention_views.effect_report, name="effects"),
    path("policies/trials", views.trial_list, name="policy-trials"),
    path("policies/trials/<uuid:pk>", views.trial, name="policy-trial"),
]
