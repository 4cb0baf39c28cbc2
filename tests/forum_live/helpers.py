"""Signed-in browsers for tests of pages."""

from django.conf import settings
from django.test import Client

from peers.arriving import speak_for
from peers.sessions import SessionStore


def browser_of(peer=None) -> Client:
    """A browser, signed in as this peer or without any session; it says where its requests come from."""
    client = Client(headers={"origin": "http://testserver"})
    if peer is not None:
        session = SessionStore()
        speak_for(session=session, peer=peer, remember=False)
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        client.defaults["HTTP_X_FORM_TOKEN"] = token_of(session.session_key)
    return client


def token_of(session_key: str) -> str:
    import hashlib
    import hmac

    return hmac.new(settings.SECRET_KEY.encode(), f"form:{session_key}".encode(), hashlib.sha256).hexdigest()
