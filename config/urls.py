"""The addresses of the product; `/livez`, `/healthz` and `/metrics` are answered by
`config.health.Probes`."""

from django.urls import include, path

from web.accounts import sign_in
from web.api.router import api, nowhere

urlpatterns = [
    path("accounts/email/", sign_in.address),
    path("accounts/confirm-email/", sign_in.not_here),
    path("accounts/confirm-email/<path:rest>", sign_in.not_here),
    path("accounts/3rdparty/signup/", sign_in.not_here),
    path("accounts/social/signup/", sign_in.not_here),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("", include("web.urls")),
    path("api/<path:rest>", nowhere),
]
handler400 = "web.layout.errors.bad_request"
handler403 = "web.layout.errors.permission_denied"
handler404 = "web.layout.errors.not_found"
handler500 = "web.layout.errors.server_error"
