"""Settings of signing in, from the environment: a second step, the district's own sign-in (OIDC,
SAML), sessions."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config import env

# By default whoever handles Title IX or administers the product needs a second step.
SECOND_STEP = ["TITLE_IX_COORDINATOR", "DISTRICT_ADMIN"]


def settings(production: bool) -> dict[str, Any]:
    """Everything under which the settings module keeps it. Raises ImproperlyConfigured naming
    the variable."""
    roles = env.read(
        "MFA_ROLES",
        SECOND_STEP if production else [],
        _roles,
        "roles that need a second step, by commas, or none",
    )
    hours = env.read(
        "SESSION_HOURS", 12, env.positive, "hours after which everybody signs in again"
    )
    idle = env.read(
        "SESSION_IDLE_MINUTES",
        60,
        env.positive,
        "minutes without a page after which one signs in again",
    )
    return {
        "MFA_ROLES": roles,
        "MFA_ADAPTER": "web.accounts.mfa.SealedSecrets",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not production,
        # Addresses come from the staff file; nobody confirms them here.
        "MFA_ALLOW_UNVERIFIED_EMAIL": True,
        "MFA_TOTP_ISSUER": "Holdfast",
        "SESSION_COOKIE_AGE": hours * 3600,
        "SESSION_IDLE_MINUTES": idle,
        "SOCIALACCOUNT_ADAPTER": "web.accounts.sign_in.StaffAdapter",
        "SOCIALACCOUNT_PROVIDERS": _providers(),
        # A link: a form that leads to another site would break the policy for forms.
        "SOCIALACCOUNT_LOGIN_ON_GET": True,
        "SOCIALACCOUNT_STORE_TOKENS": False,
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION": False,
        "SSO_STAFF_ATTRIBUTE": env.read(
            "SSO_STAFF_ATTRIBUTE", "", str, "claim or attribute that holds the staff number"
        ),
        "SSO_CREATES_USERS": env.read(
            "SSO_CREATES_USERS",
            False,
            env.flag,
            "true: who is not in the staff file gets an account without rights",
        ),
        "SSO_IS_SECOND_STEP": env.read(
            "SSO_IS_SECOND_STEP",
            True,
            env.flag,
            "false: MFA_ROLES need a second step after the district's sign-in too",
        ),
    }


def _roles(text: str) -> list[str]:
    return [] if text.lower() == "none" else [word.upper() for word in env.words(text)]


def _providers() -> dict[str, Any]:
    found: dict[str, Any] = {}
    if oidc := _oidc():
        found["openid_connect"] = {"APPS": [oidc], "OAUTH_PKCE_ENABLED": True}
    if saml := _saml():
        found["saml"] = {"APPS": [saml]}
    return found


def _oidc() -> dict[str, Any] | None:
    issuer = env.read(
        "OIDC_ISSUER", "", env.web_address, "https address of the district's OpenID provider"
    )
    client = env.read("OIDC_CLIENT_ID", "", str, "the id that the provider gave this product")
    secret = env.read(
        "OIDC_CLIENT_SECRET", "", str, "the secret that the provider gave this product"
    )
    name = env.read(
        "OIDC_NAME", "your district account", str, "what the button says after 'Sign in with'"
    )
    if not issuer:
        return None
    _needs("OIDC_ISSUER", {"OIDC_CLIENT_ID": client, "OIDC_CLIENT_SECRET": secret})
    return {
        "provider_id": "district",
        "name": name,
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": issuer},
    }


def _saml() -> dict[str, Any] | None:
    entity = env.read(
        "SAML_ENTITY_ID", "", str, "entity id of the district's SAML identity provider"
    )
    metadata = env.read("SAML_METADATA_URL", "", env.web_address, "https address of its metadata")
    sso_url = env.read(
        "SAML_SSO_URL",
        "",
        env.web_address,
        "its address for signing in, where there is no metadata address",
    )
    certificate = env.read(
        "SAML_CERTIFICATE",
        "",
        str,
        "its certificate, base64 in one line, where there is no metadata address",
    )
    email = env.read(
        "SAML_EMAIL_ATTRIBUTE",
        "",
        str,
        "attribute that holds the e-mail address, where it is not a usual one",
    )
    uid = env.read(
        "SAML_UID_ATTRIBUTE",
        "",
        str,
        "attribute that never changes for a person, where it is not subject-id",
    )
    name = env.read(
        "SAML_NAME", "your district account", str, "what the button says after 'Sign in with'"
    )
    if not entity:
        return None
    if metadata:
        idp = {"entity_id": entity, "metadata_url": metadata}
    else:
        _needs(
            "SAML_ENTITY_ID",
            {"SAML_METADATA_URL, or SAML_SSO_URL": sso_url, "SAML_CERTIFICATE": certificate},
        )
        idp = {"entity_id": entity, "sso_url": sso_url, "x509cert": certificate}
    mapping = {
        name: [attribute] for name, attribute in (("email", email), ("uid", uid)) if attribute
    }
    own = {"attribute_mapping": mapping} if mapping else {}
    # only what is signed as an assertion is believed, and only as an answer to a sign-in that began
    # here
    advanced = {"want_assertion_signed": True, "reject_idp_initiated_sso": True, "strict": True}
    return {
        "name": name,
        "client_id": "district",
        "provider_id": entity,
        "settings": {"idp": idp, "advanced": advanced, **own},
    }


def _needs(first: str, values: dict[str, str]) -> None:
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise ImproperlyConfigured(f"{first} is set, so {' and '.join(missing)} must be set too")
