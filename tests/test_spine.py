"""The one flow: words are judged, saved with their case and their help, and shown as the table says."""

from forum.models import Post, Shown, Visibility
from forum.posting import submit_post
from moderation.models import AuditEvent, Case, Outbox, Snapshot
from tests.conftest import draft


def test_pain_is_published_with_help_and_a_case(blue, thread) -> None:
    post = submit_post(peer=blue, place=thread, draft=draft("I am going to end my life tonight"))

    assert post.visibility == Visibility.NOTED
    assert "crisis" in post.help_keys
    assert post.help_for == Shown.EVERYONE
    case = Case.objects.open().get()
    assert (case.post, case.level_word) == (post, "crisis")
    assert Snapshot.objects.get(case=case).words == post.body
    assert Outbox.objects.get().payload["level"] == "crisis"
    assert AuditEvent.objects.filter(case_ref=case.public_id, kind="case.opened").exists()


def test_everyday_words_are_published_without_a_case(blue, thread) -> None:
    post = submit_post(peer=blue, place=thread, draft=draft("The cat slept on my feet and I made soup."))

    assert post.visibility == Visibility.PUBLISHED
    assert not Case.objects.exists()


def test_the_same_words_sent_twice_are_one_post(blue, thread) -> None:
    words = draft("Tea helped.", client_id="the-same")

    first = submit_post(peer=blue, place=thread, draft=words)
    second = submit_post(peer=blue, place=thread, draft=words)

    assert first.pk == second.pk
    assert Post.objects.filter(client_id="the-same").count() == 1
