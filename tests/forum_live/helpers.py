"""Signed-in browsers for tests of pages."""

from django.conf import settings
from django.test import Client, RequestFactory

from peers.arriving import speak_for
from peers.middleware import form_token
from peers.sessions import SessionStore


def browser_of(peer=None) -> Client:
    """A browser, signed in as this peer or without any session; it says where its requests come from."""
    client = Client(headers={"origin": "http://testserver"})
    if peer is not None:
        session = SessionStore()
        speak_for(session=session, peer=peer, remember=False)
        client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
        request = RequestFactory().get("/")
        request.session = session
        client.defaults["HTTP_X_FORM_TOKEN"] = form_token(request)
    return client
