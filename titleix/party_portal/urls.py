"""Addresses of parties' private links."""

from django.urls import path

from titleix.party_portal import staff_views, views

urlpatterns = [
    path("party", views.party, name="party"),
    path("party/letters/<uuid:pk>", views.letter, name="party-letter"),
    path("party/evidence", views.evidence, name="party-evidence"),
    path("party/evidence/<uuid:pk>", views.exhibit, name="party-exhibit"),
    path("party/answer", views.answer, name="party-answer"),
    path("party/leave", views.leave, name="party-leave"),
    path("party/<str:token>", views.enter, name="party-enter"),
    path("cases/<str:number>/links", staff_views.links, name="party-links"),
    path("cases/<str:number>/links/<uuid:pk>/end", staff_views.end, name="party-link-end"),
]
