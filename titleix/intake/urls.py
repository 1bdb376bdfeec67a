"""Addresses of the intake: none of them ever carries a code, a name or a number."""

from django.urls import path

from titleix.intake import views

urlpatterns = [
    path("title-ix", views.about, name="title-ix"),
    path("report", views.report, name="report"),
    path("report/follow", views.follow, name="report-follow"),
    path("report/follow/answer", views.answer, name="report-answer"),
    path("report/follow/leave", views.leave, name="report-leave"),
    path("title-ix/new", views.new, name="title-ix-new"),
]
