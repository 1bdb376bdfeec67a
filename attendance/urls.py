"""Addresses of the pages of attendance."""

from django.urls import path

from attendance import (
    agency_views,
    block_views,
    desk,
    list_views,
    mail_views,
    message_views,
    street_views,
)

urlpatterns = [
    path("desk/<slug:desk>/", desk.listing, name="desk"),
    path("desk/<slug:desk>/<uuid:pk>/", desk.item, name="desk-item"),
    path("desk/<slug:desk>/<uuid:pk>/<slug:name>/", desk.step, name="desk-step"),
    path("mediations/<uuid:pk>/packet", desk.packet, name="mediation-packet"),
    path("street/", street_views.searches, name="street"),
    path("street/worker.js", street_views.worker, name="street-worker"),
    path("street/<uuid:pk>", street_views.one, name="street-one"),
    path("conferences", block_views.conferences, name="conferences"),
    path("mail", mail_views.mail, name="mail"),
    path("mail/contacts", mail_views.mend, name="mend"),
    path("messages", message_views.family_messages, name="family-messages"),
    path("ten-days", list_views.ten_days, name="ten-days"),
    path("agencies", agency_views.every, name="agencies"),
    path("agencies/<slug:kind>/<int:pk>", agency_views.one, name="agency"),
]
