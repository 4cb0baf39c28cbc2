"""Cases of one name in one room go into one pair of hands, and each is decided on its own."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from moderation import triage
from moderation.models import AuditEvent, Case, Moderator, Role
from tests.conftest import make_moderator, make_thread
from tests.desk.staff import CRY, HEAVY, cry, decision, sit_down, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(ash, thread) -> tuple[Case, Case]:
    """Two cases of Ash's name in one room: a crisis, and a calmer one that is not due for hours."""
    _, grave = cry(ash, thread, CRY)
    _, calm = cry(ash, thread, HEAVY)
    return grave, calm


def holders() -> list[str | None]:
    return list(Case.objects.order_by("pk").values_list("lease_by__username", flat=True))


def beside(page: str) -> str:
    return page.partition("Also in your hands")[2].partition("</p>")[0]


def test_taking_one_takes_all_of_its_name_each_with_a_token_and_a_line_in_the_log(robin, two) -> None:
    grave, calm = two

    page = take(sit_down(robin), calm)

    assert holders() == ["robin", "robin"]
    assert len(set(Case.objects.values_list("lease_token", flat=True))) == 2
    assert set(AuditEvent.objects.filter(kind="case.claimed").values_list("case_ref", flat=True)) == {
        grave.public_id,
        calm.public_id,
    }
    assert grave.get_absolute_url() in beside(page)


def test_next_takes_all_of_a_name_so_that_another_moderator_gets_another_name(robin, wren, two, blue, thread) -> None:
    _, other = cry(blue, thread, HEAVY)

    sit_down(robin).post("/desk/next")
    second = sit_down(wren).post("/desk/next")

    assert second["Location"] == other.get_absolute_url()


def test_other_names_other_rooms_and_what_is_for_a_lead_are_not_taken_with_it(robin, ash, blue, thread, rooms) -> None:
    _, case = cry(ash, thread)
    _, leads = cry(ash, thread)
    Case.objects.filter(pk=leads.pk).update(lead_only=True)
    cry(blue, thread)
    make_thread(ash, rooms["relapse"], HEAVY)
    Case.objects.create(  # the same person under another name, as in a thread of their own or a live room
        subject="call:1:1", room=case.room, peer=ash, author_name="Another Name", level=3, due_at=timezone.now()
    )

    take(sit_down(robin), case)

    assert Case.objects.filter(lease_by=robin).get() == case


def test_those_who_have_no_name_are_not_taken_for_one_another(robin, room) -> None:
    calls = [Case.objects.create(subject=f"call:1:{n}", room=room, level=3, due_at=timezone.now()) for n in (1, 2)]

    take(sit_down(robin), calls[0])

    assert Case.objects.filter(lease_by=robin).get() == calls[0]


def test_giving_one_back_gives_all_of_its_name_back(robin, wren, two) -> None:
    grave, calm = two
    browser = sit_down(robin)
    take(browser, grave)

    browser.post(f"{calm.get_absolute_url()}let-go")

    assert holders() == [None, None]
    assert triage.claim(case=grave, moderator=wren)


def test_keeping_one_keeps_all_of_its_name_and_losing_one_loses_all(robin, wren, two) -> None:
    grave, calm = two
    begun = timezone.now()
    triage.claim(case=grave, moderator=robin)

    with time_machine.travel(begun + timedelta(seconds=100), tick=False):
        triage.claim(case=grave, moderator=robin)
    assert set(Case.objects.values_list("lease_until", flat=True)) == {begun + timedelta(seconds=220)}
    with time_machine.travel(begun + timedelta(seconds=210), tick=False):
        kept = triage.claim(case=calm, moderator=wren)
    with time_machine.travel(begun + timedelta(seconds=221), tick=False):
        lost = triage.claim(case=calm, moderator=wren)

    assert (kept, lost) == (False, True)
    assert holders() == ["wren", "wren"]


def test_each_is_decided_on_its_own(robin, two) -> None:
    grave, calm = two
    browser = sit_down(robin)
    page = take(browser, grave)

    browser.post(f"{grave.get_absolute_url()}decide", decision(page))

    assert list(Case.objects.open()) == [calm]
    assert Case.objects.get(pk=calm.pk).held_by(robin, timezone.now())


def test_words_of_one_stay_covered_when_another_of_the_name_is_revealed(robin, two) -> None:
    grave, calm = two
    browser = sit_down(robin)

    take(browser, grave, reveal=True)

    assert HEAVY not in browser.read(calm.get_absolute_url())


def test_what_comes_later_is_shown_to_whoever_has_the_name_and_not_taken_unasked(robin, ash, thread) -> None:
    _, first = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, first)
    _, later = cry(ash, thread)

    browser.post(f"{first.get_absolute_url()}claim", Accept="application/json")
    unasked = Case.objects.get(pk=later.pk).lease_by
    page = browser.read(first.get_absolute_url())
    browser.post(f"{later.get_absolute_url()}claim")

    assert unasked is None
    assert "There is more by this name" in page
    assert later.get_absolute_url() in page.partition("There is more by this name")[2].partition("</div>")[0]
    assert Case.objects.filter(lease_by=robin).count() == 2


def test_what_comes_later_is_kept_for_whoever_has_the_name_until_it_is_due(robin, wren, ash, thread) -> None:
    _, first = cry(ash, thread)
    take(sit_down(robin), first)
    _, later = cry(ash, thread)
    browser = sit_down(wren)

    refused = browser.post(f"{later.get_absolute_url()}claim")
    passed_over = browser.post("/desk/next")
    page = browser.read(later.get_absolute_url())
    queue = browser.read("/desk/")

    assert refused.status_code == 409
    assert "Robin has another case of this name" in refused.content.decode()
    assert passed_over["Location"] == "/desk/?nothing=1"
    assert "Robin has another case of this name" in page
    assert "Kept for Robin until it is due" in queue


def test_a_case_that_is_due_waits_for_nobody_who_has_walked_away(robin, wren, ash, thread) -> None:
    _, first = cry(ash, thread)
    _, later = cry(ash, thread)
    Case.objects.filter(pk=later.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    Case.objects.filter(pk=first.pk).update(
        lease_by=robin, lease_until=timezone.now() + timedelta(minutes=2), lease_token="1" * 32
    )
    browser = sit_down(wren)

    answer = browser.post("/desk/next")

    assert answer["Location"] == later.get_absolute_url()
    assert holders() == ["robin", "wren"]
    assert "Robin has another case of this name" in browser.read(later.get_absolute_url())


def test_a_case_kept_for_a_lead_is_kept_although_the_leads_own_cannot_be_seen(wren, ash, thread) -> None:
    lead = make_moderator("kestrel", "Kestrel", "lead")
    _, first = cry(ash, thread)
    Case.objects.filter(pk=first.pk).update(lead_only=True)
    triage.claim(case=first, moderator=lead)
    _, later = cry(ash, thread)

    page = sit_down(wren).read(later.get_absolute_url())

    assert not triage.claim(case=later, moderator=wren)
    assert first.public_id not in page


def test_the_queue_says_which_free_case_is_of_a_name_one_has(robin, ash, thread) -> None:
    _, first = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, first)
    cry(ash, thread)

    assert "Free, of a name you have a case of" in browser.read("/desk/")


@pytest.mark.parametrize("why", ["about their own doing", "for leads"])
def test_nothing_is_kept_for_someone_who_may_not_have_it(robin, wren, two, why) -> None:
    grave, calm = two
    triage.claim(case=grave, moderator=robin)
    triage.let_go(case=calm, moderator=robin)
    triage.claim(case=grave, moderator=robin)
    kept = (
        {"not_for": robin, "not_for_since": timezone.now()} if why == "about their own doing" else {"lead_only": True}
    )
    Case.objects.filter(pk=calm.pk).update(lease_by=None, lease_until=None, lease_token=None, **kept)
    Moderator.objects.filter(pk=wren.pk).update(role=Role.LEAD)
    wren.refresh_from_db()
    browser = sit_down(wren)

    listed = browser.read("/desk/")
    page = browser.read(calm.get_absolute_url())

    assert "Kept for Robin" not in listed
    assert "may take this one first" not in page
    assert triage.claim(case=Case.objects.get(pk=calm.pk), moderator=wren)
