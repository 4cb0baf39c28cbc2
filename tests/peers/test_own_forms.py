"""Whether a form really came from our own page: with a session by its token, without one by our origin."""

import pytest
from django import forms
from django.urls import resolve

from peers.forms import SecretWords
from peers.middleware import SECRETS
from peers.models import Peer, Session
from tests.peers.browser import OURS, arrive, send, token_on

OUR_APPS = {"peers", "forum", "moderation"}
WORDS = "I wrote this for an hour."


def test_without_a_session_our_own_origin_is_enough(client, db) -> None:
    assert client.post("/arrive", headers=OURS).status_code == 303


def test_without_a_session_a_browser_that_says_same_origin_is_enough(client, db) -> None:
    assert client.post("/arrive", headers={"sec-fetch-site": "same-origin"}).status_code == 303


def test_our_own_origin_over_https_counts_behind_a_proxy_that_nobody_named(client, db) -> None:
    assert client.post("/arrive", headers={"origin": "https://testserver"}).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://testserver.evil.example"},
        {"origin": "http://testserver:8000"},
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "none"},
        {"origin": "http://["},
    ],
)
def test_without_a_session_anything_else_is_refused(client, db, headers) -> None:
    answer = client.post("/arrive", {"body": WORDS}, headers=headers)

    assert answer.status_code == 403
    assert not Peer.objects.exists()
    assert not answer.cookies


@pytest.mark.parametrize("token", [None, "", "0" * 64, "ü", "\x00"])
def test_with_a_session_a_form_without_its_token_is_refused_and_its_text_kept(client, db, token) -> None:
    arrive(client)
    fields = {"title": "A long night", "body": f"{WORDS} </textarea><script>1</script>", "way": "remove", "sure": "yes"}
    if token is not None:
        fields["form_token"] = token

    answer = client.post("/my/leave", fields, headers=OURS)

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "A long night" in page
    assert WORDS in page
    assert "<script>1" not in page
    assert Peer.objects.count() == 1


def test_a_stale_form_of_ours_can_be_sent_again_from_the_page_that_says_so(client, db) -> None:
    arrive(client)
    refused = client.post("/my/look", {"form_token": "old", "theme": "dark"}, headers=OURS)

    page = refused.content.decode()
    assert 'action="/my/look"' in page
    fresh = page.split('name="form_token" value="')[1][:64]
    answer = client.post("/my/look", {"form_token": fresh, "theme": "dark"}, headers=OURS)
    assert answer.status_code == 303


def test_a_foreign_form_cannot_be_sent_on_from_our_page(client, db) -> None:
    arrive(client)

    answer = client.post("/my/leave", {"way": "remove", "sure": "yes"}, headers={"origin": "https://evil.example"})

    assert answer.status_code == 403
    assert b"Send it now" not in answer.content


def test_words_of_a_form_that_cannot_be_sent_on_are_given_back_to_copy(client, db) -> None:
    arrive(client)

    answer = client.post("/new", {"title": "A long night", "body": WORDS}, headers={"origin": "https://evil.example"})

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "A long night" in page
    assert WORDS in page
    assert "Send it now" not in page


def test_recovery_words_in_a_stale_form_are_not_shown(client, db) -> None:
    arrive(client)

    answer = client.post("/sign-in", {"words": "abacus abdomen"}, headers=OURS)

    assert answer.status_code == 403
    assert b"abacus" not in answer.content


@pytest.mark.parametrize("origin", ["http://testserver", "https://evil.example"])
def test_password_and_code_in_a_stale_form_are_not_shown(client, db, origin) -> None:
    arrive(client)
    form = {"form_token": "old", "username": "robin", "password": "a long secret", "code": "123987"}

    answer = client.post("/desk/sign-in", form, headers={"origin": origin})

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "a long secret" not in page
    assert "123987" not in page
    assert "Send it now" not in page


def test_every_secret_a_form_asks_for_is_known_as_one() -> None:
    def asks_for_a_secret(field: forms.Field) -> bool:
        return isinstance(field.widget, forms.PasswordInput | SecretWords) or "one-time" in str(field.widget.attrs)

    resolve("/")  # loads every view, and so every form
    ours = [each for each in forms.Form.__subclasses__() if each.__module__.partition(".")[0] in OUR_APPS]
    secret = {name for form in ours for name, field in form.base_fields.items() if asks_for_a_secret(field)}

    assert secret == SECRETS


def test_another_sessions_token_does_not_fit(client, db, django_assert_num_queries) -> None:
    arrive(client)
    stolen = token_on(client)
    client.cookies.clear()
    arrive(client)

    assert client.post("/sign-out", {"form_token": stolen}, headers=OURS).status_code == 403


def test_the_token_may_come_in_a_header(client, db) -> None:
    arrive(client)

    answer = client.post("/sign-out", headers={"x-form-token": token_on(client)})

    assert answer.status_code == 303


def test_with_its_token_a_form_needs_no_origin(client, db) -> None:
    arrive(client)

    answer = client.post("/sign-out", {"form_token": token_on(client)})

    assert answer.status_code == 303


def test_a_page_whose_session_ended_still_reaches_its_view(client, db) -> None:
    arrive(client)
    token = token_on(client)
    Session.objects.all().delete()

    answer = client.post("/my/words", {"form_token": token, "keep": "words"}, headers=OURS)

    assert answer["Location"].startswith("/sign-in")


def test_a_page_whose_session_ended_carries_no_authority_from_elsewhere(client, db) -> None:
    arrive(client)
    token = token_on(client)
    Session.objects.all().delete()

    assert client.post("/arrive", {"form_token": token}).status_code == 403


def test_a_page_without_a_session_carries_no_token_and_makes_none(client, db) -> None:
    assert token_on(client) == ""
    assert not Session.objects.exists()


def test_the_exit_needs_no_token(client, db) -> None:
    arrive(client)

    client.post("/exit", headers={"origin": "https://evil.example"})

    assert not Session.objects.exists()


@pytest.mark.parametrize("path", ["/sign-out", "/my/", "/goodbye", "/rules", "/privacy"])
def test_a_wrong_method_is_answered_as_such(client, db, path) -> None:
    arrive(client)

    answer = client.get(path) if path == "/sign-out" else send(client, path)

    assert answer.status_code == 405


def test_how_long_moderators_keep_words_is_said_as_it_is_set(client, settings) -> None:
    said = "erased 12 months after"

    assert said in client.get("/privacy").content.decode()
    settings.CASE_MONTHS = 0
    assert "erased" not in client.get("/privacy").content.decode()
