"""Addresses of the pages of need to know."""

from django.urls import path

from titleix.people import training_views
from titleix.privacy import views

urlpatterns = [
    path("title-ix/reads", views.record, name="reads"),
    path("title-ix/disclosures", views.disclosures, name="disclosures"),
    path("title-ix/holds", views.holds, name="holds"),
    path("title-ix/holds/<uuid:pk>/lift", views.lift, name="hold-lift"),
    path("title-ix/retention", views.past_retention, name="retention"),
    path("title-ix/trainings", training_views.trainings, name="trainings"),
    path("title-ix/emergency", views.break_glass, name="emergency"),
]
