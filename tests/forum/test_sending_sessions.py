"""Words sent from a session that has ended, or from a page that is not ours."""

from forum.models import Post
from peers.models import Peer, Session
from tests.forum.doors import OUR_PAGE, Browser, field


def test_words_sent_after_the_session_ended_are_kept_and_make_no_stranger(blue, thread) -> None:
    browser = Browser(blue)
    Session.objects.all().delete()

    response = browser.post(f"/threads/{thread.public_id}/reply", {"body": "I was still writing."})

    html = response.content.decode()
    assert response.status_code == 409
    assert "You were signed out" in html
    assert "I was still writing." in html
    assert Peer.objects.count() == 2  # ash and blue
    assert not Post.objects.filter(body="I was still writing.").exists()


def test_whoever_was_signed_out_may_post_as_someone_new_with_one_press(blue, thread) -> None:
    browser = Browser(blue)
    Session.objects.all().delete()
    address = f"/threads/{thread.public_id}/reply"
    html = browser.post(address, {"body": "I was still writing."}).content.decode()

    response = browser.post(address, {"body": "I was still writing.", "as_new": field(html, "as_new")})

    post = Post.objects.get(body="I was still writing.")
    assert response.status_code == 303
    assert post.peer not in (None, blue)


def test_whoever_was_signed_out_finds_the_words_after_coming_back(blue, thread) -> None:
    browser = Browser(blue)
    Session.objects.all().delete()
    browser.post(f"/threads/{thread.public_id}/reply", {"body": "I was still writing."})

    browser.comes_back_as(blue)

    assert "I was still writing." in browser.read(f"/threads/{thread.public_id}/")


def test_a_form_from_another_site_posts_nothing(rooms, blue) -> None:
    stranger, browser = Browser(), Browser(blue)

    without = stranger.client.post("/new", {"body": "Hello."}, headers={"Origin": "https://elsewhere.example"})
    stale = browser.post("/new", {"body": "Hello.", "form_token": "old"})

    assert (without.status_code, stale.status_code) == (403, 403)
    assert "Hello." in stale.content.decode()
    assert not Post.objects.exists()


def test_a_reader_without_a_session_may_post_from_our_own_page_only(rooms) -> None:
    response = Browser().client.post("/new", {"body": "Hello."}, headers={"Origin": OUR_PAGE})

    assert response.status_code == 303
