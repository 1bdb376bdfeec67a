"""The addresses of the product; `/livez`, `/healthz` and `/metrics` are answered by `config.health.Probes`."""

from django.urls import include, path

from web import accounts
from web.api import api, nowhere

urlpatterns = [
    path("accounts/email/", accounts.address),
    path("accounts/confirm-email/", accounts.not_here),
    path("accounts/confirm-email/<path:rest>", accounts.not_here),
    path("accounts/3rdparty/signup/", accounts.not_here),
    path("accounts/social/signup/", accounts.not_here),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("", include("web.urls")),
    path("api/<path:rest>", nowhere),
]
handler400 = "web.errors.bad_request"
handler403 = "web.errors.permission_denied"
handler404 = "web.errors.not_found"
handler500 = "web.errors.server_error"
