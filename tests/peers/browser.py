"""What a browser does between a person and these pages: carry cookies, an Origin, and the token of a form."""

import re
from types import SimpleNamespace
from typing import Any, cast

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.test import Client

from peers import arriving, who
from peers.middleware import form_token
from peers.models import Peer

OURS = {"origin": "http://testserver"}
READABLE = ["/arrive", "/my/", "/sign-in", "/my/look", "/goodbye", "/rules", "/privacy"]
_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


def arrive(client: Client) -> Peer:
    """Ash or Blue presses the one button."""
    client.post("/arrive", headers=OURS)
    peer = who.peer_of(client.session)
    assert peer is not None
    return peer


def token_on(client: Client, path: str = "/my/look") -> str:
    """The token on a page as it was sent; empty where the page carries none."""
    found = _TOKEN.search(client.get(path).content.decode())
    return found[1] if found else ""


def token_of(client: Client) -> str:
    """The same without reading a page; empty for a browser without a session."""
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    session = SimpleNamespace(session_key=cookie.value if cookie else "")
    return form_token(cast("HttpRequest", SimpleNamespace(session=session)))


def send(client: Client, path: str, **fields: Any) -> Any:
    """Fill in a form of ours and send it."""
    return client.post(path, {"form_token": token_of(client), **fields}, headers=OURS)


def speaks_as(client: Client, peer: Peer) -> Client:
    """Sign this browser in as someone who is already here."""
    session = client.session
    arriving.speak_for(session=session, peer=peer, remember=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return client


def everything_stored() -> str:
    """Every row of every table, as one text: what someone with the database can read."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  (names come from the database itself)
            rows += [repr(row) for row in cursor.fetchall()]
    return "\n".join(rows)
