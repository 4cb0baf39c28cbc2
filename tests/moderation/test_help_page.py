"""/help stands when everything else has fallen, and claims no more than this site knows."""

from datetime import UTC, datetime

import pytest
from django.conf import settings as site
from django.db import OperationalError, connection

from moderation.help.checks import Check, write_check
from moderation.resources import checks_path

DAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_help_opens_while_all_database_access_is_blocked(client) -> None:
    # No `db` fixture: pytest-django raises on any query, also in middleware.
    answer = client.get("/help?country=GB")

    assert answer.status_code == 200
    assert 'href="tel:999"' in answer.content.decode()


def test_help_opens_while_the_database_is_down_whatever_cookies_say(db, client) -> None:
    def down(execute, sql, params, many, context):
        raise OperationalError("the database is gone")

    client.cookies[site.SESSION_COOKIE_NAME] = "an old session"
    with connection.execute_wrapper(down):
        answer = client.get("/help")

    assert answer.status_code == 200


def test_help_sets_no_cookie_and_may_be_kept_for_a_minute(client) -> None:
    answer = client.get("/help?country=GB")

    assert not answer.cookies
    assert answer["Cache-Control"].startswith("private, max-age=60")
    assert {part.strip() for part in answer["Vary"].split(",")} >= {"Cookie", "Accept-Language"}


def test_a_page_that_did_not_change_is_not_sent_again(client) -> None:
    first = client.get("/help?country=GB")

    again = client.get("/help?country=GB", headers={"If-None-Match": first["ETag"]})
    other = client.get("/help?country=DE", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert other.status_code == 200


def test_the_emergency_number_comes_first_and_the_directory_last(client) -> None:
    page = client.get("/help?country=GB").content.decode()

    places = [page.index(words) for words in ("call 999 or 112", "116 123", "findahelpline.com")]
    assert places == sorted(places)


def test_numbers_stand_as_text_beside_their_links(client) -> None:
    page = client.get("/help?country=GB").content.decode()

    assert '<p class="number">116 123</p>' in page
    assert 'href="tel:116123"' in page
    assert 'href="sms:85258?body=SHOUT"' in page


def test_a_number_for_whatsapp_is_not_called_a_text_number(client) -> None:
    page = client.get("/help?country=DE").content.decode()

    assert '">WhatsApp +49' in page
    assert "Text WhatsApp" not in page


def test_nothing_is_called_open_that_nobody_here_confirmed(client, data_folder) -> None:
    page = client.get("/help?country=GB").content.decode()

    assert 'id="open-now"' not in page
    assert "Listed as 24/7, not yet checked by this site" in page


def test_a_confirmed_line_is_open_now(client, data_folder, time_machine) -> None:
    time_machine.move_to(DAY, tick=False)
    write_check(checks_path(), Check("gb-samaritans", DAY.date(), "Robin", hours_confirmed=True))

    page = client.get("/help?country=GB").content.decode()

    assert page.index('id="open-now"') < page.index("Samaritans")
    assert "Open now, 24 hours a day" in page
    assert "Checked on 23 November 2026 by Robin" in page


def test_the_browser_s_language_is_a_guess_and_the_page_says_so(client) -> None:
    page = client.get("/help", headers={"Accept-Language": "de-AT,de;q=0.9"}).content.decode()

    assert "a guess from the language of your browser" in page
    assert '<option value="AT" selected>' in page


def test_a_chosen_country_beats_the_cookie_and_the_cookie_beats_the_guess(client) -> None:
    client.cookies[site.LOOK_COOKIE_NAME] = "country:DE"
    guess = {"Accept-Language": "de-AT"}

    assert '<option value="DE" selected>' in client.get("/help", headers=guess).content.decode()
    assert '<option value="FR" selected>' in client.get("/help?country=FR", headers=guess).content.decode()


@pytest.mark.parametrize("address", ["192.0.2.7", "198.51.100.3"])
def test_the_network_address_changes_nothing(client, address) -> None:
    assert client.get("/help", REMOTE_ADDR=address).content == client.get("/help").content


@pytest.mark.parametrize(
    "junk",
    ["country=ZZ", "country=%00", "country=<script>", "category=unknown", "country=" + "G" * 5000, "country=%ff%fe"],
)
def test_junk_still_gets_help_for_anywhere(client, junk) -> None:
    answer = client.get(f"/help?{junk}")

    assert answer.status_code == 200
    assert b"local emergency number" in answer.content
    assert b"<script>" not in answer.content


def test_a_topic_brings_its_lines_forward(client) -> None:
    page = client.get("/help?country=GB&category=drugs_alcohol").content.decode()

    assert '<option value="drugs_alcohol" selected>' in page
    assert page.index("<h3>FRANK</h3>") < page.index("<h3>Samaritans</h3>")


def test_help_is_read_never_sent_to(client) -> None:
    answer = client.post("/help", {"country": "GB"})

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("broken", ["", "{", "[{}]", "null", "\x00"])
def test_a_broken_file_of_checks_only_means_that_nothing_is_confirmed(client, data_folder, broken) -> None:
    checks_path().write_text(broken)

    answer = client.get("/help?country=GB")

    assert answer.status_code == 200
    assert b"not yet checked by this site" in answer.content
