"""Words not posted yet: kept across mistakes, ended sessions and the way back; gone once they are posted."""

import pytest

from forum.models import Post, SavedDraft
from forum.posting import submit_post
from moderation.models import Case, Signal
from peers.models import Peer, Session
from tests.conftest import draft
from tests.forum.doors import OUR_PAGE, Browser, field, opening_of

JSON = {"Accept": "application/json"}
HTML = {"Accept": "text/html,application/xhtml+xml"}


def test_the_first_save_begins_a_session_and_no_identity(rooms) -> None:
    reader = Browser()

    response = reader.post("/drafts/new", {"body": "Half a line"}, **JSON)

    assert response.status_code == 200
    assert response.json()["saved"] == SavedDraft.objects.get().saved_at.isoformat()
    assert reader.key
    assert not Peer.objects.exists()


def test_the_open_page_goes_on_with_the_token_the_first_save_gives(rooms) -> None:
    reader = Browser()
    token = reader.post("/drafts/new", {"body": "Half a line"}, **JSON).json()["form_token"]

    response = reader.client.post("/new", {"body": "A whole line.", "form_token": token}, headers={"Origin": OUR_PAGE})

    assert response.status_code == 303
    assert Post.objects.get().body == "A whole line."


def test_the_save_button_works_without_script_and_the_words_are_back_in_the_form(rooms) -> None:
    reader = Browser()
    words = {"body": "Half a line", "title": "For later", "contract": "ideas", "notes": ["alcohol", "death"]}

    response = reader.post("/drafts/new", {**words, "room": "relapse"}, **HTML)
    html = reader.read(response["Location"])

    assert response.status_code == 303
    assert "Half a line" in html
    assert 'value="For later"' in html
    assert html.count(" checked") == 3
    assert '<option value="relapse" selected>' in html
    assert "only you can see it" in html


@pytest.mark.parametrize(
    ("place", "back"),
    [
        ("new", "/new"),
        ("room:self-care", "/rooms/self-care/new"),
        ("thread:abc", "/threads/abc/?latest=1#reply"),
        ("edit:abc", "/posts/abc/edit"),
    ],
)
def test_each_save_button_leads_back_to_its_own_form(db, place, back) -> None:
    response = Browser().post(f"/drafts/{place}", {"body": "x"}, **HTML)

    assert (response.status_code, response["Location"]) == (303, back)


@pytest.mark.parametrize(
    "place", ["elsewhere", "room:", "room:A/b", "%00", "room:%00", "thread:" + "a" * 31, "new:x", "//example.org"]
)
def test_there_are_no_drafts_of_places_that_cannot_be(db, place) -> None:
    assert Browser().post(f"/drafts/{place}", {"body": "x"}, **JSON).status_code == 404
    assert not SavedDraft.objects.exists()


def test_a_reply_that_was_not_valid_is_back_when_the_page_opens_again(blue, thread) -> None:
    browser = Browser(blue)
    address = f"/threads/{thread.public_id}/"

    response = browser.post(f"{address}reply", {"body": "a" * 20_001})

    assert response.status_code == 422
    assert "a" * 20_001 in response.content.decode()
    assert "a" * 20_001 in browser.read(address)


def test_a_draft_is_found_on_another_device_of_the_same_person_and_by_nobody_else(ash, blue, thread) -> None:
    Browser(blue).post(f"/drafts/thread:{thread.public_id}", {"body": "Half a line"}, **JSON)

    pages = [Browser(peer).read(f"/threads/{thread.public_id}/") for peer in (blue, ash, None)]

    assert ["Half a line" in page for page in pages] == [True, False, False]


def test_a_draft_saved_before_an_identity_is_there_after_arriving(blue, rooms) -> None:
    reader = Browser()
    reader.post("/drafts/new", {"body": "Half a line"}, **JSON)
    reader.comes_back_as(blue)

    assert "Half a line" in reader.read("/new")


def test_posting_lets_the_draft_go_on_every_device(blue, thread) -> None:
    phone, desk = Browser(blue), Browser(blue)
    place = f"/drafts/thread:{thread.public_id}"
    phone.post(place, {"body": "Half a"}, **JSON)
    desk.post(place, {"body": "Half a line"}, **JSON)

    desk.post(f"/threads/{thread.public_id}/reply", {"body": "A whole line."})

    assert not SavedDraft.objects.exists()
    assert "Half a" not in phone.read(f"/threads/{thread.public_id}/")


def test_an_emptied_form_lets_its_draft_go(blue, thread) -> None:
    browser = Browser(blue)
    place = f"/drafts/thread:{thread.public_id}"
    browser.post(place, {"body": "Half a line"}, **JSON)

    response = browser.post(place, {"body": "  "}, **JSON)

    assert response.json()["saved"] is None
    assert not SavedDraft.objects.exists()


def test_an_empty_save_begins_no_session(db) -> None:
    reader = Browser()

    reader.post("/drafts/new", {"body": ""}, **JSON)

    assert not reader.client.cookies


def test_a_draft_keeps_odd_words_whole_and_only_known_choices(db) -> None:
    reader = Browser()
    words = {
        "body": "a\x00b\ufffd" + "c" * 100_000,
        "notes": ["alcohol", "nonsense\x00"],
        "contract": "x",
        "room": "\x00",
    }

    response = reader.post("/drafts/new", words, **JSON)

    saved = SavedDraft.objects.get()
    assert response.status_code == 200
    assert saved.body == "ab\ufffd" + "c" * 100_000
    assert saved.choices == {"notes": ["alcohol"], "own_name": False}


def test_a_changed_post_that_was_not_finished_is_back_in_its_form(ash, thread) -> None:
    browser = Browser(ash)
    post = opening_of(thread)
    browser.post(f"/drafts/edit:{post.public_id}", {"body": "Changed by half"}, **JSON)

    html = browser.read(f"/posts/{post.public_id}/edit")

    assert "Changed by half" in html


def test_words_changed_after_the_session_ended_are_kept_for_the_way_back(ash, thread) -> None:
    browser = Browser(ash)
    post = opening_of(thread)
    Session.objects.all().delete()

    response = browser.post(f"/posts/{post.public_id}/edit", {"body": "Changed while away"})
    browser.comes_back_as(ash)

    assert response.status_code == 409
    assert "Changed while away" in response.content.decode()
    assert "Changed while away" in browser.read(f"/posts/{post.public_id}/edit")
    post.refresh_from_db()
    assert post.revision == 1


def test_saving_very_often_is_slowed_and_still_gives_the_words_back(blue, thread) -> None:
    browser = Browser(blue)
    place = f"/drafts/thread:{thread.public_id}"
    for number in range(120):
        browser.post(place, {"body": f"Line {number}"}, **JSON)

    response = browser.post(place, {"body": "Line 120"}, **JSON)

    assert response.status_code == 429
    assert "Line 120" in response.content.decode()


def test_a_draft_is_never_judged_and_never_seen_by_search(rooms) -> None:
    reader = Browser()
    reader.post("/drafts/new", {"body": "I am going to end my life tonight"}, **JSON)

    assert not Case.objects.exists()
    assert not Signal.objects.exists()


def test_each_opening_of_a_form_gives_it_its_own_number(blue, thread) -> None:
    browser = Browser(blue)
    submit_post(peer=blue, place=thread, draft=draft("Hello."))

    numbers = {field(browser.read(f"/threads/{thread.public_id}/"), "client_id") for _ in range(2)}

    assert len(numbers) == 2
