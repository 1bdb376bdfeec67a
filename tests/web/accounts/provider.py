"""A district's sign-in as the tests need it: an OpenID provider over real HTTP, and a SAML
provider's key and answers."""

from __future__ import annotations

import base64
import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as C
from onelogin.saml2.utils import OneLogin_Saml2_Utils


class Provider:
    """Who signs in there next, and what was asked."""

    def __init__(self) -> None:
        self.url, self.person, self.asked = "", {}, []
        self.key = rsa.generate_private_key(65537, 2048)

    def token(self, client: str) -> str:
        now = datetime.now(UTC)
        claims = {
            "iss": self.url,
            "aud": client,
            "iat": now,
            "exp": now + timedelta(minutes=5),
            **self.person,
        }
        return jwt.encode(claims, self.key, "RS256", headers={"kid": "1"})


@contextmanager
def oidc() -> Iterator[Provider]:
    """An OpenID provider on a free port."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def _say(self, body: Any, status: int = 200, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/.well-known/openid-configuration":
                places = {
                    "authorization_endpoint": "authorize",
                    "token_endpoint": "token",
                    "userinfo_endpoint": "me",
                    "jwks_uri": "keys",
                }
                self._say(
                    {
                        "issuer": provider.url,
                        **{name: f"{provider.url}/{path}" for name, path in places.items()},
                    }
                )
            elif parts.path == "/authorize":
                provider.asked.append(query)
                back = urlencode({"code": "once", "state": query["state"]})
                self._say({}, 302, Location=f"{query['redirect_uri']}?{back}")
            elif parts.path == "/me":
                assert self.headers["Authorization"] == "Bearer access"
                self._say(provider.person)
            else:
                self._say({"keys": []})

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            provider.asked.append({name: values[0] for name, values in sent.items()})
            self._say(
                {
                    "access_token": "access",
                    "token_type": "Bearer",
                    "expires_in": 300,
                    "id_token": provider.token(sent["client_id"][0]),
                }
            )

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


class Saml:
    """A SAML provider without a server: its certificate, and signed answers to a request."""

    entity = "https://sso.example.org/idp"

    def __init__(self) -> None:
        key = rsa.generate_private_key(65537, 2048)
        self.key = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
        name, now = (
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sso.example.org")]),
            datetime.now(UTC),
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
        )
        builder = (
            builder.serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=10))
        )
        self.pem = (
            builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
        )
        self.certificate = "".join(self.pem.splitlines()[1:-1])

    @staticmethod
    def request_id(location: str) -> str:
        """The ID of the request with which the product sent somebody here."""
        packed = parse_qs(urlsplit(location).query)["SAMLRequest"][0]
        return str(etree.fromstring(zlib.decompress(base64.b64decode(packed), -15)).get("ID"))

    def answer(
        self,
        in_response_to: str,
        acs: str,
        audience: str,
        attributes: dict[str, str],
        key: str = "",
    ) -> str:
        """A response in base64 whose assertion is signed with our key, or with another one."""
        now = datetime.now(UTC)
        at, until = (
            moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            for moment in (now - timedelta(minutes=1), now + timedelta(minutes=5))
        )
        told = "".join(
            (
                "<saml:Attribute "
                f'Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>'
            )
            for name, value in attributes.items()
        )
        assertion = f"""<saml:Assertion xmlns:saml="{C.NS_SAML}" ID="_{uuid4().hex}" Version="2.0" IssueInstant="{at}"><saml:Issuer>{self.entity}</saml:Issuer>
<saml:Subject><saml:NameID Format="{C.NAMEID_PERSISTENT}">opaque</saml:NameID><saml:SubjectConfirmation Method="{C.CM_BEARER}"><saml:SubjectConfirmationData
NotOnOrAfter="{until}" Recipient="{acs}" InResponseTo="{in_response_to}"/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{at}" NotOnOrAfter="{until}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{at}" SessionIndex="s1">
<saml:AuthnContext><saml:AuthnContextClassRef>{C.AC_PASSWORD}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement>{told}</saml:AttributeStatement></saml:Assertion>"""
        signed = OneLogin_Saml2_Utils.add_sign(
            assertion,
            key or self.key,
            self.pem,
            sign_algorithm=C.RSA_SHA256,
            digest_algorithm=C.SHA256,
        )
        inner = signed.decode() if isinstance(signed, bytes) else signed
        response = f"""<samlp:Response xmlns:samlp="{C.NS_SAMLP}" xmlns:saml="{C.NS_SAML}" ID="_{uuid4().hex}" Version="2.0" IssueInstant="{at}" Destination="{acs}"
InResponseTo="{in_response_to}"><saml:Issuer>{self.entity}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="{C.STATUS_SUCCESS}"/></samlp:Status>{inner[inner.index("<saml:") :]}</samlp:Response>"""
        return base64.b64encode(response.encode()).decode()
