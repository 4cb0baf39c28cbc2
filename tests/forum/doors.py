"""A browser for tests: it carries its session and answers forms as the site's own pages would."""

import re
from typing import Any

from django.conf import settings
from django.test import Client

from forum import showing
from forum.intake import Decision
from forum.models import Post, Shown, Thread, Visibility
from peers.arriving import speak_for
from peers.middleware import TOKEN_FIELD
from peers.models import Peer
from peers.sessions import SessionStore
from tests.peers.browser import token_of

OUR_PAGE = "http://testserver"


class Browser:
    """One device. Without a peer it belongs to a reader who never came before."""

    def __init__(self, peer: Peer | None = None) -> None:
        self.client = Client()
        if peer is not None:
            session = SessionStore()
            speak_for(session=session, peer=peer, remember=False)
            self.client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""

    def comes_back_as(self, peer: Peer) -> None:
        """The person signs in on this device; what its session held stays in it."""
        session = SessionStore(self.key)
        speak_for(session=session, peer=peer, remember=False)
        self.client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""

    @property
    def key(self) -> str:
        cookie = self.client.cookies.get(settings.SESSION_COOKIE_NAME)
        return cookie.value if cookie else ""

    @property
    def token(self) -> str:
        return token_of(self.client)

    def get(self, address: str, **headers: Any) -> Any:
        return self.client.get(address, **headers)

    def read(self, address: str) -> str:
        response = self.get(address)
        assert response.status_code == 200, (address, response.status_code)
        return str(response.content.decode())

    def post(self, address: str, data: dict[str, Any] | None = None, **headers: Any) -> Any:
        """Send a form of the site's own page; `form_token` may be given to send another one."""
        sent = {TOKEN_FIELD: self.token, **(data or {})} if self.key else dict(data or {})
        return self.client.post(address, sent, headers={"Origin": OUR_PAGE, **headers})


def opening_of(thread: Thread) -> Post:
    assert thread.opening is not None
    return thread.opening


def thread_of(post: Post) -> Thread:
    assert post.thread is not None
    return post.thread


def field(html: str, name: str) -> str:
    """The value of a hidden field on a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


def shown_as(post: Post, visibility: Visibility, **how: Any) -> Post:
    """The post as a moderator or a deadline leaves it."""
    until = post.created_at if visibility == Visibility.HELD else None
    as_now = {"redactions": [tuple(span) for span in post.redactions], "notes": post.notes, "help_for": Shown.NOBODY}
    showing.show(post, Decision(visibility=visibility, hold_until=until, **{**as_now, **how}))
    return post
