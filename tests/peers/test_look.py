"""How pages look: one cookie of closed values, set only when chosen, worth nothing to whoever writes into it."""

import pytest
from django.conf import settings

from peers.look import Look, closed, look_of
from peers.models import Peer, Session
from tests.peers.browser import OURS, arrive, send

COOKIE = settings.LOOK_COOKIE_NAME


@pytest.fixture
def choices() -> dict[str, str]:
    return {"theme": "dark", "text": "larger", "tab": "Notes", "exit": "off"}


@pytest.fixture
def countries(settings) -> None:
    settings.PEERS_COUNTRIES = "moderation.help.register.countries"


def test_choices_are_kept_in_one_cookie_without_an_identity(client, db, choices) -> None:
    answer = client.post("/my/look", choices, headers=OURS)
    page = client.get(answer["Location"]).content.decode()

    assert list(answer.cookies) == [COOKIE]
    cookie = answer.cookies[COOKIE]
    assert cookie.value == "theme:dark.text:larger.tab:Notes.exit:off"
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, True, "Lax", "/")
    assert 'data-theme="dark" data-text="larger"' in page
    assert "<title>Notes</title>" in page
    assert 'href="/exit"' not in page
    assert not Peer.objects.exists()
    assert not Session.objects.exists()


def test_two_readers_with_the_same_choices_have_the_same_cookie(client, db, choices) -> None:
    first = client.post("/my/look", choices, headers=OURS).cookies[COOKIE].value
    client.cookies.clear()
    arrive(client)

    second = send(client, "/my/look", **choices).cookies[COOKIE].value

    assert first == second


def test_going_back_to_no_choice_leaves_no_cookie(client, db, choices) -> None:
    client.post("/my/look", choices, headers=OURS)

    answer = client.post("/my/look", {"theme": "auto", "forget": "yes"}, headers=OURS)

    assert answer.cookies[COOKIE]["max-age"] == 0
    assert "No choice is kept" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "junk",
        "theme",
        "theme:",
        "theme:purple.text:huge.exit:on",
        'theme:"><script>1</script>',
        "tab:Buy now",
        "a:b:c.d.:.::",
        "country:gb.country:GBR",
        "country:G\xc9",
        "." * 5000,
        "theme:dark" * 1000,
        "\xe2\x80\xaetheme:dark",
    ],
)
def test_a_cookie_of_junk_is_ignored(client, rf, db, junk) -> None:
    client.cookies[COOKIE] = junk
    request = rf.get("/")
    request.COOKIES[COOKIE] = junk

    page = client.get("/rules")

    assert page.status_code == 200
    assert "<script>1" not in page.content.decode()
    assert look_of(request) == Look()


def test_one_junk_part_does_not_take_the_others_away() -> None:
    assert closed({"theme": "dark", "text": "huge", "country": "GB", "id": "7"}) == Look(theme="dark", country="GB")


@pytest.mark.parametrize(
    "field", [{"theme": "purple"}, {"text": "huge"}, {"tab": "My own words"}, {"exit": "no"}, {"theme": ""}]
)
def test_an_unknown_choice_is_shown_again_and_not_kept(client, db, choices, field) -> None:
    answer = client.post("/my/look", {**choices, **field}, headers=OURS)

    assert answer.status_code == 422
    assert not answer.cookies


def test_a_country_of_the_register_is_kept(client, db, choices, countries) -> None:
    answer = client.post("/my/look", {**choices, "country": "GB"}, headers=OURS)

    assert "country:GB" in answer.cookies[COOKIE].value
    assert '<option value="GB" selected>' in client.get("/my/look").content.decode()


@pytest.mark.parametrize("country", ["XX", "gb", "G", "GB.theme:dark", "<b>"])
def test_a_country_nobody_knows_is_not_kept(client, db, choices, countries, country) -> None:
    answer = client.post("/my/look", {**choices, "country": country}, headers=OURS)

    assert answer.status_code == 422
    assert not answer.cookies


def test_choosing_colours_keeps_the_country_chosen_elsewhere(client, db, choices, settings) -> None:
    settings.PEERS_COUNTRIES = ""
    client.cookies[COOKIE] = "country:NZ"

    answer = client.post("/my/look", choices, headers=OURS)

    assert answer.cookies[COOKIE].value.endswith("country:NZ")


def test_the_exit_is_explained_before_it_first_matters(client, db) -> None:
    for path in ("/arrive", "/my/look"):
        page = client.get(path).content.decode()

        assert "does not erase your browser&#x27;s history" in page or "does not erase your browser's history" in page
        assert "To return" in page
