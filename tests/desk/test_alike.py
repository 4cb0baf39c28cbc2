"""Deciding alike cases together: advertising in a heap, and never anyone's distress."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from forum.models import Post, Visibility
from moderation import triage
from moderation.models import AuditEvent, Case, CaseState, Decision, Outreach, OutreachMessage
from moderation.risk import Level
from tests.conftest import make_post
from tests.desk.staff import CRY, Browser, field, sit_down
from tests.moderation.judging import finding, judged

pytestmark = pytest.mark.django_db
__all__ = ["judged"]
NOTE = "Advertising cannot stand here."


@pytest.fixture
def heap(ash, room, judged) -> list[Post]:
    """Four advertisements that wait."""
    judged(finding("contact", Level.AMBER))
    return [make_post(ash, room, f"Buy number {place} from us.") for place in range(4)]


def in_hand(browser: Browser, posts: list[Post]) -> str:
    browser.post("/desk/alike/take", {"case": [case.public_id for case in Case.objects.filter(post__in=posts)]})
    return browser.read("/desk/alike")


def form_of(page: str, posts: list[Post]) -> dict[str, object]:
    refs = list(Case.objects.filter(post__in=posts).values_list("public_id", flat=True))
    seen = {f"{name}-{ref}": field(page, f"{name}-{ref}") for ref in refs for name in ("token", "version")}
    return {"case": refs, "action": "remove", "body": NOTE, **seen}


def test_a_heap_is_decided_with_a_decision_and_an_event_for_each(robin, heap) -> None:
    browser = sit_down(robin)
    page = in_hand(browser, heap)
    assert "Buy number 3" in page

    answer = browser.post("/desk/alike/decide", form_of(page, heap))

    assert "Decided: 4." in answer.content.decode()
    assert set(Post.objects.filter(pk__in=[post.pk for post in heap]).values_list("visibility", flat=True)) == {
        Visibility.REMOVED
    }
    assert Decision.objects.count() == 4
    for kind in ("case.claimed", "case.revealed", "case.decided"):
        assert AuditEvent.objects.filter(kind=kind).values("case_ref").distinct().count() == 4


def test_what_changed_meanwhile_is_left_for_itself_and_stops_no_other(robin, heap) -> None:
    browser = sit_down(robin)
    page = in_hand(browser, heap)
    changed = Case.objects.get(post=heap[1])
    Case.objects.filter(pk=changed.pk).update(version=changed.version + 1)

    answer = browser.post("/desk/alike/decide", form_of(page, heap)).content.decode()

    assert "Decided: 3." in answer
    assert changed.get_absolute_url() in answer
    assert Post.objects.get(pk=heap[1].pk).visibility == Visibility.HELD


def test_what_was_written_and_ticked_stays_when_something_is_missing_or_changed(robin, heap) -> None:
    browser = sit_down(robin)
    page = in_hand(browser, heap)
    refs = list(Case.objects.filter(post__in=heap).order_by("pk").values_list("public_id", flat=True))
    sent = {**form_of(page, heap), "case": refs[:1], "body": "Please write without the advertisement."}

    kept = browser.post("/desk/alike/keep", sent).content.decode()
    wrong = browser.post("/desk/alike/decide", {**sent, "action": "erase"}).content.decode()
    Case.objects.filter(public_id=refs[0]).update(version=9)
    changed = browser.post("/desk/alike/decide", sent).content.decode()

    for answer in (kept, wrong, changed):
        assert "Please write without the advertisement." in answer
    for answer in (kept, wrong):
        assert re.findall(r'value="(\w+)" checked><span>', answer) == refs[:1]
    assert not Decision.objects.exists()


def test_keeping_them_renews_only_what_is_still_in_ones_hands(robin, heap) -> None:
    browser = sit_down(robin)
    page = in_hand(browser, heap)
    soon = timezone.now() + timedelta(seconds=5)
    Case.objects.filter(post__in=heap).update(lease_until=soon)
    gone = Case.objects.get(post=heap[0])
    Case.objects.filter(pk=gone.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    answer = browser.post("/desk/alike/keep", form_of(page, heap), Accept="application/json")

    assert answer.status_code == 204
    assert Case.objects.filter(post__in=heap, lease_until__gt=soon).count() == 3
    gone.refresh_from_db()
    assert not gone.is_held(timezone.now())


def test_a_page_that_keeps_nothing_any_more_is_told_so(robin, heap) -> None:
    browser = sit_down(robin)
    page = in_hand(browser, heap)
    Case.objects.filter(post__in=heap).update(lease_until=timezone.now() - timedelta(seconds=1))

    answer = browser.post("/desk/alike/keep", form_of(page, heap), Accept="application/json")

    assert answer.status_code == 409


def test_what_a_crashed_desk_had_in_hand_is_free_for_others_once_its_time_ran_out(robin, wren, heap) -> None:
    in_hand(sit_down(robin), heap)
    browser = sit_down(wren)
    held = browser.read("/desk/alike")
    Case.objects.filter(post__in=heap).update(lease_until=timezone.now() - timedelta(seconds=1))

    left = browser.read("/desk/alike")

    assert "Nothing alike waits" in held
    assert "Free to take" in left


def closed_before(case: Case) -> Case:
    """An earlier case about the same words, closed."""
    same = {"subject": case.subject, "post": case.post, "peer": case.peer, "room": case.room, "level": case.level}
    at = case.opened_at - timedelta(days=1)
    return Case.objects.create(**same, due_at=at, opened_at=at, state=CaseState.RESOLVED, resolved_at=at)


@pytest.mark.parametrize("what", ["answered", "an appeal", "a letter", "an earlier letter"])
def test_a_person_who_waits_for_an_answer_is_never_in_a_heap(robin, ash, heap, what) -> None:
    case = Case.objects.get(post=heap[0])
    if what == "answered":
        Case.objects.filter(pk=case.pk).update(state=CaseState.FOLLOW_UP)
    elif what == "an appeal":
        Case.objects.filter(pk=case.pk).update(subject=f"appeal:{case.pk}")
    else:
        about = case if what == "a letter" else closed_before(case)
        letter = Outreach.objects.create(case=about, peer=ash)
        OutreachMessage.objects.create(outreach=letter, body="Hello.", shown_html="Hello.", client_id="one")
    browser = sit_down(robin)

    page = in_hand(browser, heap)

    assert "Buy number 3" in page
    assert case.public_id not in page


@pytest.mark.parametrize(("level", "categories"), [(3, ["contact"]), (2, ["suicide"]), (1, ["contact", "distress"])])
def test_someone_in_distress_is_never_in_a_heap(robin, ash, room, level, categories) -> None:
    post = make_post(ash, room, CRY)
    Case.objects.filter(post=post).update(level=level, categories=categories)
    case = Case.objects.get(post=post)
    browser = sit_down(robin)

    page = in_hand(browser, [post])
    triage.claim(case=case, moderator=robin)
    case.refresh_from_db()
    seen = {f"token-{case.public_id}": str(case.lease_token), f"version-{case.public_id}": str(case.version)}
    form = {"case": [case.public_id], "action": "remove", "body": NOTE, **seen}
    answer = browser.post("/desk/alike/decide", form).content.decode()

    assert case.public_id not in page
    assert "Decided: 0." in answer
    assert not Decision.objects.exists()


def test_what_cannot_be_undone_is_no_action_for_a_heap(robin, heap) -> None:
    browser = sit_down(robin)
    page = in_hand(browser, heap)

    answer = browser.post("/desk/alike/decide", {**form_of(page, heap), "action": "erase"})

    assert answer.status_code == 422
    assert not Decision.objects.exists()


def test_words_are_covered_until_they_were_taken(robin, heap) -> None:
    page = sit_down(robin).read("/desk/alike")

    assert "Buy number" not in page


def test_the_page_costs_the_same_for_one_and_for_many(robin, heap, django_assert_num_queries) -> None:
    browser = sit_down(robin)
    in_hand(browser, heap)

    with django_assert_num_queries(6):
        browser.read("/desk/alike")
