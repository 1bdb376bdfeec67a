"""The addresses of the product; `/livez`, `/healthz` and `/metrics` are answered by `config.health.Probes`."""

from django.urls import include, path, re_path

from web import accounts
from web.api import api, nowhere

urlpatterns = [
    path("accounts/email/", accounts.address),
    re_path(r"^accounts/(?:confirm-email/.*|3rdparty/signup/|social/signup/)$", accounts.not_here),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("", include("web.urls")),
    path("api/<path:rest>", nowhere),
]
handler400 = "web.errors.bad_request"
handler403 = "web.errors.permission_denied"
handler404 = "web.errors.not_found"
handler500 = "web.errors.server_error"
