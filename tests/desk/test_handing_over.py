"""Taking a case over: offered by one, handed over by the other, and never free or in two hands in between."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from moderation import triage
from moderation.models import AuditEvent, Case, Moderator, Outbox
from moderation.tending import tend
from tests.desk.staff import HEAVY, cry, sit_down, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_hand(robin, ash, thread):
    """Robin's browser, and a case they are reading."""
    _, case = cry(ash, thread)
    browser = sit_down(robin)
    take(browser, case, reveal=True)
    return browser, Case.objects.get(pk=case.pk)


def test_an_offer_is_seen_by_whoever_has_the_case_and_handed_over(robin, wren, in_hand) -> None:
    browser, case = in_hand
    wrens = sit_down(wren)
    assert "Offer to take it over" in wrens.read(case.get_absolute_url())

    wrens.post(f"{case.get_absolute_url()}offer")

    beat = browser.post(f"{case.get_absolute_url()}claim", Accept="application/json").json()
    assert beat["wanted"] == "Wren"
    assert "offers to take it over" in browser.read(case.get_absolute_url())
    browser.post(f"{case.get_absolute_url()}hand-over")
    now = Case.objects.get(pk=case.pk)
    assert (now.lease_by, now.wanted_by, now.revealed_token) == (wren, None, None)
    assert now.lease_token != case.lease_token
    assert AuditEvent.objects.filter(kind="case.handed_over", actor="robin").count() == 1


def test_nothing_is_handed_over_unasked_or_by_someone_else(robin, wren, in_hand) -> None:
    browser, case = in_hand

    unasked = browser.post(f"{case.get_absolute_url()}hand-over")
    triage.offer(case=case, moderator=wren)
    by_another = triage.hand_over(case=case, moderator=wren)

    assert (unasked.status_code, by_another) == (409, False)
    assert Case.objects.get(pk=case.pk).lease_by == robin


def test_an_offer_ends_with_the_lease(robin, wren, in_hand) -> None:
    _, case = in_hand
    triage.offer(case=case, moderator=wren)

    triage.let_go(case=case, moderator=robin)

    assert Case.objects.get(pk=case.pk).wanted_by is None
    assert triage.offer(case=case, moderator=wren) is False


def test_who_lost_the_case_hands_nothing_over(robin, wren, in_hand) -> None:
    _, case = in_hand
    triage.offer(case=case, moderator=wren)

    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert triage.hand_over(case=case, moderator=robin) is False


def test_who_has_no_desk_any_more_is_handed_nothing(robin, wren, in_hand) -> None:
    browser, case = in_hand
    triage.offer(case=case, moderator=wren)
    Moderator.objects.filter(pk=wren.pk).update(role="host")

    answer = browser.post(f"{case.get_absolute_url()}hand-over")

    assert answer.status_code == 409
    assert Case.objects.get(pk=case.pk).lease_by == robin


def test_what_the_taker_may_not_have_is_given_back_and_rings(maren, robin, ash, thread, monkeypatch) -> None:
    _, grave = cry(ash, thread)
    _, case = cry(ash, thread, HEAVY)
    Case.objects.filter(pk=grave.pk).update(lead_only=True)
    browser = sit_down(maren)
    take(browser, case)
    assert Case.objects.filter(lease_by=maren).count() == 2
    triage.offer(case=case, moderator=robin)
    Outbox.objects.all().delete()
    told: list[str] = []
    monkeypatch.setattr("moderation.claiming.tell_desk", lambda ref, _: told.append(ref))

    browser.post(f"{case.get_absolute_url()}hand-over")
    tend()

    grave.refresh_from_db()
    assert (Case.objects.get(pk=case.pk).lease_by, grave.lease_by) == (robin, None)
    assert sorted(told) == sorted([case.public_id, grave.public_id])
    assert [row.payload["step"] for row in Outbox.objects.filter(kind="alert")] == [1]
