"""What every answer carries, and what no log line does."""

import io
import logging

import pytest
from django.test import Client

from forum.views import rooms as rooms_views

PAGES = ("/", "/help", "/search?q=tea", "/sign-in", "/desk/sign-in", "/new", "/nowhere-at-all/", "/healthz")
WORDS = "Words that only their author may read."


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_no_page_runs_or_loads_anything_that_is_not_ours(page) -> None:
    policy = Client().get(page)["Content-Security-Policy"]

    said = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert said["default-src"] == "'none'"
    assert {said[name] for name in ("script-src", "style-src", "img-src", "connect-src", "form-action")} == {"'self'"}
    assert said["base-uri"] == said["frame-ancestors"] == "'none'"
    assert said["require-trusted-types-for"] == "'script'"
    assert said["trusted-types"] == "lamplight"


@pytest.mark.django_db
@pytest.mark.parametrize("page", [page for page in PAGES if page != "/help"])
def test_no_page_stays_behind_on_a_shared_device(page) -> None:
    answer = Client().get(page)

    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.fixture
def logged():
    """Everything the site's own handler writes."""
    handlers = [each for each in logging.getLogger("django").handlers if isinstance(each, logging.StreamHandler)]
    assert handlers, "the site logs nowhere"
    written = io.StringIO()
    before = [each.setStream(written) for each in handlers]
    yield written
    for handler, stream in zip(handlers, before, strict=True):
        if stream:
            handler.setStream(stream)


@pytest.mark.django_db
def test_a_failure_is_logged_by_kind_and_place_without_words_or_address(monkeypatch, logged) -> None:
    def fails(*_: object) -> None:
        raise ValueError(WORDS)

    monkeypatch.setattr(rooms_views, "show", fails)
    browser = Client(raise_request_exception=False)

    answer = browser.get("/?secret-question", headers={"User-Agent": "AParticularTelephone"})

    said = logged.getvalue()
    assert answer.status_code == 500
    assert "ValueError at " in said
    assert "rooms.py:" in said
    assert [part for part in (WORDS, "secret-question", "AParticularTelephone", "127.0.0.1") if part in said] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "body", "what"),
    [
        ("multipart/form-data", b"--x", "MultiPartParserError"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"a=1", "BadRequest"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(200)), "TooManyFieldsSent"),
    ],
)
def test_a_form_that_cannot_be_read_is_one_quiet_line(logged, kind, body, what) -> None:
    answer = Client().post("/arrive", body, content_type=kind, headers={"Origin": "http://testserver"})

    said = logged.getvalue().splitlines()
    assert answer.status_code == 400
    assert said
    assert all(line.endswith(f"an answer with status 400: {what}") for line in said)
    assert "ERROR" not in logged.getvalue()


@pytest.mark.django_db
def test_a_page_that_is_not_there_is_logged_without_its_address(logged) -> None:
    Client().get("/threads/abcdefghjkmn/")

    assert "an answer with status 404" in logged.getvalue()
    assert "abcdefghjkmn" not in logged.getvalue()
