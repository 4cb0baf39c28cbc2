"""Two workers over the same list, at the same time: each thing happens once."""

import uuid
from datetime import timedelta
from threading import Barrier
from threading import Thread as Worker

import pytest
from django.db import DatabaseError, connections
from django.utils import timezone

from forum.posting import submit_post
from moderation.escalating import due_steps, end_lease, lapsed_leases, take_step
from moderation.holding import due_holds, end_hold
from moderation.models import AuditEvent, Outbox
from moderation.risk import Level
from moderation.triage import claim_next
from tests.conftest import draft
from tests.moderation.judging import finding

WORDS = "First words here. Then a second sentence. And a third one."


def work_through(holds: list[int], steps: list[int], barrier: Barrier, done: list[tuple[str, int]]) -> None:
    """One worker's round over a list that another holds, too. What fails leaves its mark in `done`."""
    later = timezone.now() + timedelta(hours=1)
    barrier.wait()
    try:
        done.extend(("hold", pk) for pk in holds if end_hold(pk, now=later))
        done.extend(("step", pk) for pk in steps if take_step(pk, now=later))
    except DatabaseError:
        done.append(("failed", 0))
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_each_thing_once(emptied_afterwards, blue, thread, judged) -> None:
    judged(finding("method", Level.RED, certain=False))
    for n in range(10):
        submit_post(peer=blue, place=thread, draft=draft(f"{WORDS} {n}"))
    later = timezone.now() + timedelta(hours=1)
    done: list[tuple[str, int]] = []
    holds, steps, barrier = due_holds(later), due_steps(later), Barrier(2)
    workers = [Worker(target=work_through, args=(holds, steps, barrier, done)) for _ in range(2)]

    for each in workers:
        each.start()
    for each in workers:
        each.join(60)

    assert (len(holds), len(steps)) == (10, 20)
    assert sorted(done) == sorted([("hold", pk) for pk in holds] + [("step", pk) for pk in steps])
    assert Outbox.objects.filter(kind="alert").count() == 20


def notice(leases: list[tuple[int, uuid.UUID]], barrier: Barrier, done: list[object]) -> None:
    """One worker's round over leases that another has in its list, too."""
    later = timezone.now() + timedelta(hours=1)
    barrier.wait()
    try:
        done.extend(lease for lease in leases if end_lease(lease, now=later))
    except DatabaseError:
        done.append("failed")
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_notice_each_lapse_once(emptied_afterwards, blue, robin, thread, judged) -> None:
    judged(finding("suicide", Level.CRISIS))
    for n in range(5):
        submit_post(peer=blue, place=thread, draft=draft(f"{WORDS} {n}"))
    while claim_next(moderator=robin):
        pass
    done: list[object] = []
    leases, barrier = lapsed_leases(timezone.now() + timedelta(hours=1)), Barrier(2)
    workers = [Worker(target=notice, args=(leases, barrier, done)) for _ in range(2)]

    for each in workers:
        each.start()
    for each in workers:
        each.join(60)

    assert len(leases) == 5
    assert sorted(done, key=str) == sorted(leases, key=str)
    assert AuditEvent.objects.filter(kind="case.lapsed").count() == 5
