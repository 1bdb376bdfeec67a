"""Addresses of the pages on which a policy is tried and what helped is shown."""

from django.urls import path

from attendance import effect_views, trial_views

urlpatterns = [
    path("effects", effect_views.effect_report, name="effects"),
    path("policies/trials", trial_views.trial_list, name="policy-trials"),
    path("policies/trials/<uuid:pk>", trial_views.trial, name="policy-trial"),
]
