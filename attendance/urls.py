"""Addresses of the pages of attendance."""

from django.urls import path

from attendance.case import process_desks
from attendance.conference import views as conference_views
from attendance.messages import views as message_views
from attendance.notice import views as mail_views
from attendance.partners import views as agency_views
from attendance.street_team import ten_day_views
from attendance.street_team import views as street_views

urlpatterns = [
    path("desk/<slug:desk>/", process_desks.listing, name="desk"),
    path("desk/<slug:desk>/<uuid:pk>/", process_desks.item, name="desk-item"),
    path("desk/<slug:desk>/<uuid:pk>/<slug:name>/", process_desks.step, name="desk-step"),
    path("mediations/<uuid:pk>/packet", process_desks.packet, name="mediation-packet"),
    path("street/", street_views.searches, name="street"),
    path("street/worker.js", street_views.worker, name="street-worker"),
    path("street/<uuid:pk>", street_views.one, name="street-one"),
    path("conferences", conference_views.conferences, name="conferences"),
    path("mail", mail_views.mail, name="mail"),
    path("mail/contacts", mail_views.mend, name="mend"),
    path("messages", message_views.family_messages, name="family-messages"),
    path("ten-days", ten_day_views.ten_days, name="ten-days"),
    path("agencies", agency_views.every, name="agencies"),
    path("agencies/<slug:kind>/<int:pk>", agency_views.one, name="agency"),
]
