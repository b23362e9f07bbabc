"""Tokens as people and programs get them: by the page's sign-in, and by client credentials."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.rehearsal.cloud import Cloud

_PASSWORD: Final = "Correct-horse-7-battery"
_PAGE_SCOPES: Final = "openid email prepai/interviews"


class People:
    """The deployed user pool, by the outputs of the app stack."""

    def __init__(self, cloud: Cloud, outputs: dict[str, str]) -> None:
        self._cloud = cloud
        self._pool = outputs["UserPoolId"]
        self._page = outputs["PageClientId"]
        self._home = f"{outputs['PageUrl']}/"
        self._machine = outputs["MachineClientId"]
        self._scope = outputs["TokenScope"]
        self._cognito = cloud.client("cognito-idp")
        self._http = cloud.closing.enter_context(
            httpx.Client(base_url=cloud.url, verify=cloud.trust, trust_env=False)
        )

    def invite(self, address: str, *groups: str) -> None:
        """As an administrator does; the password is already theirs."""
        self._cognito.admin_create_user(
            UserPoolId=self._pool,
            Username=address,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}],
        )
        self._cognito.admin_set_user_password(
            UserPoolId=self._pool, Username=address, Password=_PASSWORD, Permanent=True
        )
        for group in groups:
            self._cognito.admin_add_user_to_group(UserPoolId=self._pool, Username=address, GroupName=group)

    def sign_in(self, address: str, *, scopes: str = _PAGE_SCOPES) -> dict[str, str]:
        """The page's tokens: authorization code under a PKCE challenge."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "client_id": self._page,
            "redirect_uri": self._home,
            "response_type": "code",
            "scope": scopes,
            "state": "there",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        form = self._http.get("/oauth2/authorize", params=asked)
        assert form.status_code == 200, form.text
        answer = self._http.post("/login", data={**asked, "username": address, "password": _PASSWORD})
        assert answer.status_code == 302, answer.text
        assert answer.headers["location"].startswith(self._home)
        code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
        tokens = self._http.post(
            "/oauth2/token",
            data={
                "grant_type": "authorization_code",
                "client_id": self._page,
                "code": code,
                "redirect_uri": self._home,
                "code_verifier": verifier,
            },
        )
        assert tokens.status_code == 200, tokens.text
        found: dict[str, str] = tokens.json()
        return found

    def machine_token(self) -> str:
        """A program's: client credentials."""
        client = self._cognito.describe_user_pool_client(UserPoolId=self._pool, ClientId=self._machine)
        secret = client["UserPoolClient"]["ClientSecret"]
        answer = self._http.post(
            "/oauth2/token",
            data={"grant_type": "client_credentials", "scope": self._scope},
            auth=(self._machine, secret),
        )
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token
