"""The addresses of the tests with those of the intake."""

from django.urls import include, path

from tests.urls import handler400, handler403, handler404, handler500
from tests.urls import urlpatterns as product

urlpatterns = [path("", include("titleix.intake_urls")), *product]
__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
