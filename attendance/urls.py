"""Addresses of the pages of attendance."""

from django.urls import path

from attendance import desk

urlpatterns = [
    path("desk/<slug:desk>/", desk.listing, name="desk"),
    path("desk/<slug:desk>/<uuid:pk>/", desk.item, name="desk-item"),
    path("desk/<slug:desk>/<uuid:pk>/<slug:name>/", desk.step, name="desk-step"),
    path("mediations/<uuid:pk>/packet", desk.packet, name="mediation-packet"),
]
