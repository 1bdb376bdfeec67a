"""The addresses of the product."""

from django.urls import include, path

from config.health import healthz, livez, metrics
from web.api import api, nowhere

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("livez", livez, name="livez"),
    path("metrics", metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("", include("web.urls")),
    path("api/<path:rest>", nowhere),
]
handler400 = "web.errors.bad_request"
handler403 = "web.errors.permission_denied"
handler404 = "web.errors.not_found"
handler500 = "web.errors.server_error"
