"""Words come into the page in steps, wherever a peer's words may stand, and leave it again."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from forum.models import Post
from forum.posting import edit_post
from moderation import triage
from moderation.models import Appeal, AuditEvent, Case, Moderator, OutreachMessage, Reveal, Statement
from moderation.reporting import file_report
from moderation.uncovering import Noticed, length_of, sentences_of, uncovering
from tests.conftest import draft
from tests.desk.staff import CRY, KIND, Browser, cry, decision, field, left_when_hidden, sit_down, take

pytestmark = pytest.mark.django_db
CALM, LAST = "The marigolds are out.", "My sister sleeps next door."
# Where a peer's words may stand on a case page, and a word of each that stands nowhere else.
PLACES = {
    "title": "lanternlight",
    "first sentence": "marigolds",
    "last sentence": "next door",
    "earlier form": "juniper",
    "answer": "chamomile",
    "note of a report": "wisteria",
}


@pytest.fixture
def everywhere(robin, wren, ash, thread) -> tuple[Browser, Case]:
    """A case with words in every place: title, post, earlier form, answer and report. Robin has let it go again."""
    post, case = cry(ash, thread, f"The juniper is green. {CRY}.")
    browser = sit_down(robin)
    take(browser, case)
    browser.post(f"{case.get_absolute_url()}message", {"body": KIND, "client_id": "one"})
    talk = Case.objects.get(pk=case.pk).outreach
    Browser(ash).post(talk.get_absolute_url(), {"body": "The chamomile helped."})
    edit_post(peer=ash, post=post, draft=draft(f"{CALM} {CRY}. {LAST}", title="By lanternlight"))
    file_report(post=post, reason="worried", note="I sent them wisteria, and I am worried.")
    browser.post(f"{case.get_absolute_url()}let-go")
    return browser, case


def seen_in(page: str) -> set[str]:
    return {place for place, word in PLACES.items() if word in page}


def test_no_word_of_a_peer_stands_anywhere_before_it_is_revealed(everywhere, robin, wren) -> None:
    browser, case = everywhere
    other = sit_down(wren)

    free = browser.read(case.get_absolute_url())
    taken = take(browser, case)
    queue = browser.read("/desk/") + browser.read("/desk/queue")
    lost = other.post(f"{case.get_absolute_url()}reveal").content.decode()
    beside = other.read(case.get_absolute_url())

    for page in (free, taken, queue, lost, beside):
        assert seen_in(page) == set()
        assert "end my life" not in page


def test_the_first_step_shows_the_sentence_that_was_noticed_and_nothing_else(everywhere) -> None:
    browser, case = everywhere
    facts = take(browser, case)

    browser.post(f"{case.get_absolute_url()}reveal", {"step": "1"})
    page = browser.read(case.get_absolute_url())

    assert "Contains: suicide" in facts
    assert "19 words" in facts
    assert "end my life" in page
    assert '<mark class="span">' in page
    assert seen_in(page) == set()
    assert "The rest is covered" in page


def test_the_last_step_shows_everything(everywhere) -> None:
    browser, case = everywhere
    take(browser, case)

    for _ in range(2):  # without naming a step it is always the next one
        browser.post(f"{case.get_absolute_url()}reveal")
    page = browser.read(case.get_absolute_url())

    assert seen_in(page) == set(PLACES)
    assert "covered" not in page.split("What was noticed")[0].split("What was written")[1]


def test_one_key_hides_every_word_that_is_open(everywhere) -> None:
    browser, case = everywhere
    post = case.post
    Post.objects.filter(pk=post.pk).update(redactions=[[0, 4]])
    about = {"case": case, "peer": case.peer, "post": post, "ground": "threat", "noticed_by_rules": True}
    statement = Statement.objects.create(restriction="held", **about)
    Appeal.objects.create(statement=statement, case=case, words="It was a lanternlight between friends.")
    page = take(browser, case, reveal=True)
    sent = {name: field(page, name) for name in ("token", "version", "key")}
    chosen = {"action": "redact", "parts": "0-4", "reason_code": "", "body": ""}

    preview = browser.post(f"{case.get_absolute_url()}preview", {**sent, **chosen}).content.decode()

    for open_page in (page, preview):
        assert "lanternlight between friends" in open_page
        left = left_when_hidden(open_page)
        assert seen_in(left) == set()
        assert CRY not in left
    assert "[part hidden]" in preview


def test_covering_takes_every_word_out_of_the_page_again(everywhere) -> None:
    browser, case = everywhere
    take(browser, case, reveal=True)

    browser.post(f"{case.get_absolute_url()}cover")
    page = browser.read(case.get_absolute_url())

    assert seen_in(page) == set()
    assert "end my life" not in page
    assert "in your hands" in page


def test_every_step_and_every_cover_is_in_the_log(everywhere) -> None:
    browser, case = everywhere
    take(browser, case)

    browser.post(f"{case.get_absolute_url()}reveal", {"step": "1"})
    browser.post(f"{case.get_absolute_url()}reveal", {"step": "2"})
    browser.post(f"{case.get_absolute_url()}cover")

    steps = AuditEvent.objects.filter(case_ref=case.public_id, kind__in=["case.revealed", "case.covered"])
    told = [(each.kind, each.data.get("step")) for each in steps.order_by("pk")]
    assert told == [("case.revealed", "sentence"), ("case.revealed", "whole"), ("case.covered", None)]


def test_an_answer_is_read_only_by_who_saw_it(everywhere) -> None:
    browser, case = everywhere
    take(browser, case)
    answer = OutreachMessage.objects.get(moderator=None)

    browser.post(f"{case.get_absolute_url()}reveal", {"step": "1"})
    answer.refresh_from_db()
    after_the_sentence = answer.read_at
    browser.post(f"{case.get_absolute_url()}reveal", {"step": "2"})
    answer.refresh_from_db()

    assert after_the_sentence is None
    assert answer.read_at is not None


def test_an_answer_behind_the_cover_is_not_called_read_when_the_case_is_decided(everywhere) -> None:
    browser, case = everywhere
    take(browser, case)
    browser.post(f"{case.get_absolute_url()}reveal", {"step": "1"})

    sent = browser.post(f"{case.get_absolute_url()}decide", decision(browser.read(case.get_absolute_url())))

    assert sent.status_code == 302
    assert OutreachMessage.objects.get(moderator=None).read_at is None


def test_a_step_back_shows_no_less_and_a_new_lease_begins_covered(everywhere, robin) -> None:
    browser, case = everywhere
    take(browser, case, reveal=True)

    browser.post(f"{case.get_absolute_url()}reveal", {"step": "1"})
    still = browser.read(case.get_absolute_url())
    browser.post(f"{case.get_absolute_url()}let-go")
    again = take(browser, case)
    browser.post(f"{case.get_absolute_url()}reveal")
    first = browser.read(case.get_absolute_url())

    assert seen_in(still) == set(PLACES)
    assert (seen_in(again), seen_in(first)) == (set(), set())


@pytest.mark.parametrize("token", ["of the lease before", None])
def test_what_an_earlier_lease_revealed_opens_nothing_further_now(everywhere, token) -> None:
    browser, case = everywhere
    take(browser, case)
    before = uuid4() if token else None
    Case.objects.update(revealed_token=before, revealed_step=Reveal.WHOLE)  # left behind, however it came about

    browser.post(f"{case.get_absolute_url()}reveal", {"step": "1"})

    assert Case.objects.get().revealed_step == Reveal.SENTENCE
    assert seen_in(browser.read(case.get_absolute_url())) == set()


def test_a_lease_that_ran_out_leaves_nothing_open_for_the_next(everywhere, wren) -> None:
    browser, case = everywhere
    take(browser, case, reveal=True)

    with time_machine.travel(timezone.now() + timedelta(minutes=3), tick=False):
        other = sit_down(wren)
        take(other, case)
        other.post(f"{case.get_absolute_url()}reveal", {"step": "1"})
        page = other.read(case.get_absolute_url())

    assert "end my life" in page
    assert seen_in(page) == set()


def test_nobody_covers_or_uncovers_what_another_holds(everywhere, wren) -> None:
    browser, case = everywhere
    take(browser, case, reveal=True)
    other = sit_down(wren)

    answers = [other.post(f"{case.get_absolute_url()}{step}").status_code for step in ("cover", "reveal")]

    assert answers == [409, 409]
    assert seen_in(browser.read(case.get_absolute_url())) == set(PLACES)


def test_who_wants_the_whole_at_once_has_it_in_one_step(everywhere, robin) -> None:
    browser, case = everywhere
    browser.post("/desk/me", {"reveal": "whole"})
    take(browser, case)

    browser.post(f"{case.get_absolute_url()}reveal")

    assert Moderator.objects.get(username="robin").whole_at_once
    assert seen_in(browser.read(case.get_absolute_url())) == set(PLACES)


@pytest.mark.parametrize("step", ["reveal", "cover"])
def test_what_was_being_written_stays_when_words_open_or_close(everywhere, step) -> None:
    browser, case = everywhere
    page = take(browser, case, reveal=True)

    kept = browser.post(f"{case.get_absolute_url()}{step}", decision(page, body="Half a sentence")).content.decode()

    assert "Half a sentence" in kept
    assert Case.objects.get().decisions.count() == 0


def test_a_step_that_is_none_shows_the_least(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case)
    reached = set()

    for odd in ("", "0", "3", "-1", "x", "1\x00", "9" * 99):
        browser.post(f"{case.get_absolute_url()}cover")
        browser.post(f"{case.get_absolute_url()}reveal", {"step": odd})
        reached.add(Case.objects.get().revealed_step)

    assert reached == {Reveal.SENTENCE}


def test_an_answer_to_a_call_for_help_can_be_read_though_it_came_with_no_words(robin, ash, room) -> None:
    case = Case.objects.create(subject="call:1:1", room=room, peer=ash, level=3, due_at=timezone.now())
    browser = sit_down(robin)
    take(browser, case)
    browser.post(f"{case.get_absolute_url()}message", {"body": KIND, "client_id": "one"})
    Browser(ash).post(Case.objects.get().outreach.get_absolute_url(), {"body": "The chamomile helped."})

    covered = browser.read(case.get_absolute_url())
    browser.post(f"{case.get_absolute_url()}reveal", {"step": "2"})
    page = browser.read(case.get_absolute_url())

    assert "Reveal the whole" in covered
    assert "chamomile" not in covered
    assert "chamomile" in page


def test_a_site_one_version_behind_leaves_words_covered(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    triage.claim(case=case, moderator=robin)
    token = Case.objects.get().lease_token

    Case.objects.update(revealed_token=token)  # all that the version before knew of
    page = sit_down(robin).read(case.get_absolute_url())

    assert "end my life" not in page


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("…", ""),
        ("tea", "1 word"),
        ("tea and soup", "3 words"),
        ("a " * 20, "20 words"),
        ("a " * 118, "about 120 words"),
    ],
)
def test_a_length_is_told_roughly(text, said) -> None:
    assert length_of(text) == said


def test_only_the_sentences_of_the_most_urgent_findings_open_first_and_each_once() -> None:
    text = "One is here. Two is here. Three is here."
    noticed = Noticed(text, {1: [[13, 16], [17, 19]], 2: [[0, 3]], 3: [[30, 99]]}, frozenset({1, 3}), ["suicide"])

    shown = [text[start:end] for start, end in sentences_of(noticed)]
    excerpts = uncovering(noticed, opened=Reveal.SENTENCE, whole_at_once=False, holds_more=False).excerpts

    assert shown == ["Two is here.", "Three is here."]
    assert ["".join(part.text for part in excerpt) for excerpt in excerpts] == shown


def test_words_in_which_nothing_was_noticed_have_no_sentence_to_show_first() -> None:
    calm = Noticed("I am fine.", {}, frozenset(), [])

    found = uncovering(calm, opened=Reveal.COVERED, whole_at_once=False, holds_more=False)

    assert (found.next_step, found.excerpts) == (Reveal.WHOLE, [])
