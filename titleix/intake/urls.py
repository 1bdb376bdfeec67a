"""Addresses of the intake: none of them ever carries a code, a name or a number."""

from django.urls import path

from titleix.intake import follow_views, staff_views, views

urlpatterns = [
    path("title-ix", views.about, name="title-ix"),
    path("report", views.report, name="report"),
    path("report/follow", follow_views.follow, name="report-follow"),
    path("report/follow/answer", follow_views.answer, name="report-answer"),
    path("report/follow/leave", follow_views.leave, name="report-leave"),
    path("title-ix/new", staff_views.new, name="title-ix-new"),
]
