"""The product's addresses, plus static files straight from their sources for the live server."""

from django.contrib.staticfiles.views import serve
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500, urlpatterns

urlpatterns = [path("static/<path:path>", serve, {"insecure": True}), *urlpatterns]
__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
