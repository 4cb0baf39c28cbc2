"""Recovery words: shown once, kept nowhere, forgiving in how they are typed and in nothing else."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from django.conf import settings
from django.utils import timezone

from peers import words
from peers.models import Peer, Session
from tests.peers.browser import OURS, arrive, everything_stored, send, token_on

NINE = "abacus yo-yo drop-down zoom unicorn velvet t-shirt gravel mango"
_STAND = re.compile(r'name="stand" value="([0-9a-f]+)"')
_SHOWN = re.compile(r'<ol class="words">(.*?)</ol>', re.DOTALL)


def make_words(client) -> tuple[dict[str, str], str]:
    """Ask for words as the page does. Gives the form that was sent, and the words in the answer (or nothing)."""
    [stand] = _STAND.findall(client.get("/my/words").content.decode())
    form = {"form_token": token_on(client), "stand": stand, "keep": "words"}
    answer = client.post("/my/words", form, headers=OURS)
    assert answer.status_code == 200
    return form, shown(answer.content.decode())


def shown(page: str) -> str:
    found = _SHOWN.search(page)
    return " ".join(re.findall(r"<li>([a-z-]+)</li>", found[1])) if found else ""


@pytest.mark.parametrize(
    "pasted",
    [
        NINE,
        NINE.upper(),
        NINE.replace(" ", "\r\n"),
        NINE.replace(" ", ", "),
        NINE.replace(" ", " - "),
        "\n".join(f"{place}. {word}" for place, word in enumerate(NINE.split(), 1)),
        "\n".join(f"{place}){word}" for place, word in enumerate(NINE.split(), 1)),
        "\t".join(f'"{word}";' for word in NINE.title().split()),
        f"\ufeff  {NINE}\u200b\n\n",
        NINE.replace("-", "\u2011"),
        "".join(chr(ord(letter) + 0xFEE0) if letter.isalpha() else letter for letter in NINE),
        NINE.replace("unicorn", "uni\u00adcorn"),
    ],
)
def test_words_open_however_they_were_written_down(pasted) -> None:
    assert words.tidied(pasted) == NINE


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        NINE.rsplit(" ", 1)[0],
        f"{NINE} mango",
        NINE.replace("mango", "mangoo"),
        f"my words: {NINE}",
        "\x00" * 50,
        "1 2 3 4 5 6 7 8 9",
        "- " * 900,
        "\u202e" + NINE[::-1],
        NINE.replace("mango", "m\u0430ngo"),  # a Cyrillic letter
    ],
)
def test_any_other_words_open_nothing(pasted) -> None:
    assert words.tidied(pasted) is None


def test_new_words_are_nine_of_the_list_and_never_the_same() -> None:
    made = {words.new_words() for _ in range(200)}

    assert len(made) == 200
    assert all(words.tidied(one) == one and len(one.split()) == 9 for one in made)
    assert len(words.word_list()) == len(set(words.word_list())) == 7726


def test_words_are_shown_in_one_answer_and_stored_nowhere(client, db) -> None:
    ash = arrive(client)

    _, nine = make_words(client)

    assert Peer.objects.get(pk=ash.pk).lookup == words.lookup_of(nine)
    stored = everything_stored()
    assert [pair for pair in pairwise(nine.split()) if " ".join(pair) in stored] == []
    assert not [session for session in Session.objects.all() if nine.split()[0] in str(session.get_decoded())]
    assert shown(client.get("/my/words").content.decode()) == ""
    assert not any(word in client.get("/my/").content.decode() for word in [nine])


def test_words_just_shown_open_the_same_name(client, db) -> None:
    ash = arrive(client)
    _, nine = make_words(client)
    client.cookies.clear()

    client.post("/sign-in", {"words": nine}, headers=OURS)

    assert client.session["peer"] == str(ash.pk)


def test_a_reload_of_the_page_with_the_words_makes_none_and_shows_none(client, db) -> None:
    ash = arrive(client)
    form, nine = make_words(client)

    again = client.post("/my/words", form, headers=OURS, follow=True)

    assert Peer.objects.get(pk=ash.pk).lookup == words.lookup_of(nine)
    page = again.content.decode()
    assert shown(page) == ""
    assert "shown a moment ago" in page


def test_replaced_words_stop_working_at_that_moment(client, db) -> None:
    arrive(client)
    _, old = make_words(client)
    _, new = make_words(client)
    client.cookies.clear()

    assert client.post("/sign-in", {"words": old}, headers=OURS).status_code == 422
    assert client.post("/sign-in", {"words": new}, headers=OURS).status_code == 303


def test_this_device_only_stays_thirty_days_and_says_what_clearing_loses(client, db) -> None:
    arrive(client)
    before = client.get("/my/words").content.decode()

    answer = send(client, "/my/words", keep="device")

    assert "clear this browser's data" in before
    assert answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 30 * 24 * 3600
    assert Session.objects.get().expire_date > timezone.now() + timedelta(days=29)
    assert "for 30 days" in client.get(answer["Location"]).content.decode()
    assert Peer.objects.get().lookup is None


def test_words_are_for_someone_with_a_name(client, db) -> None:
    assert client.get("/my/words")["Location"] == "/sign-in?next=%2Fmy%2Fwords"
    assert client.post("/my/words", {"keep": "words"}, headers=OURS).status_code == 303
    assert not Peer.objects.exists()


def test_the_words_page_asks_for_session_person_and_shift(client, db, django_assert_num_queries) -> None:
    arrive(client)

    with django_assert_num_queries(3):
        client.get("/my/words")


def test_the_way_on_after_the_words_stays_on_this_site(client, db) -> None:
    arrive(client)

    page = client.get("/my/words?next=//evil.example/").content.decode()

    assert "evil.example" not in page


def test_a_stolen_table_without_the_sites_key_opens_no_name(settings) -> None:
    kept = words.lookup_of(NINE)

    settings.PEPPER = "the key of another site, which is long enough to be one"

    assert words.lookup_of(NINE) != kept
