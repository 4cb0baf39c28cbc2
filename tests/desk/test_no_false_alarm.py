"""What people do by the doors that are there breaks no invariant: an alarm that is false is soon not heard."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from moderation import audit, drilling, invariants
from moderation.invariants.log import logged_cases_are_there
from moderation.models import AuditEvent, Case, CaseState, Decision, FollowUp, Role, Signal
from moderation.reporting import file_report
from moderation.tending import tend
from tests.conftest import make_moderator
from tests.desk.filled_log import LONG_AGO, archived
from tests.desk.staff import HEAVY, KIND, Browser, cry, decision, field, resolve, sit_down, take
from tests.desk.test_second import propose, second

pytestmark = pytest.mark.django_db


def breaches() -> list[str]:
    return [str(each) for each in invariants.breaches()]


def close(browser: Browser, case: Case) -> None:
    page = take(browser, case)
    seen = {name: field(page, name) for name in ("token", "version")}
    assert browser.post(f"{case.get_absolute_url()}close", seen).status_code == 302
    assert Case.objects.get(pk=case.pk).state == CaseState.RESOLVED


def later(**how: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**how))


def test_after_a_drill(rooms, robin) -> None:
    drill = drilling.start(by=None)
    resolve(sit_down(robin), Case.objects.get(public_id=drill.case_ref))
    drilling.follow(now=timezone.now())
    with later(minutes=2):
        drilling.follow(now=timezone.now())

    assert not Case.objects.exists()
    assert AuditEvent.objects.filter(case_ref=drill.case_ref, kind="case.opened").exists()
    assert breaches() == []


def test_a_case_that_vanished_is_found_after_a_drill_too(rooms, robin) -> None:
    test_after_a_drill(rooms, robin)

    audit.write(actor="rules", kind="case.opened", case_pk=1, case_ref="nowhere")

    assert logged_cases_are_there().examples == ("nowhere",)  # type: ignore[union-attr]


@pytest.fixture
def robin_leads(db):
    return make_moderator("robin", "Robin", Role.LEAD)


@pytest.fixture
def old_and_new(tmp_path, robin_leads, wren, ash, blue, thread) -> tuple[Case, Case]:
    """A case decided long ago, whose log is archived; opened, decided, undone and decided again."""
    wren.role = Role.LEAD
    wren.save()
    with time_machine.travel(LONG_AGO, tick=True):
        browser = sit_down(robin_leads)
        _, old = cry(ash, thread)
        resolve(browser, old)
        browser.post(f"{old.get_absolute_url()}undo", {"decision": Decision.objects.get().pk})
        page = take(browser, old)
        browser.post(f"{old.get_absolute_url()}decide", decision(page))
    _, new = cry(blue, thread)
    archived(tmp_path / "old")
    return old, new


def test_after_the_log_was_archived(old_and_new) -> None:
    old, new = old_and_new

    assert not AuditEvent.objects.filter(case_ref=old.public_id).exists()
    assert AuditEvent.objects.filter(case_ref=new.public_id).exists()
    assert breaches() == []


def test_what_is_younger_than_the_archive_is_still_asked_of_the_log(old_and_new, robin_leads) -> None:
    _, new = old_and_new
    unlogged = {"action": "leave", "reason_code": "stands", "public_note": KIND, "key": "k", "case_version": 9}
    at = timezone.now() - timedelta(days=100)
    Decision.objects.create(case=new, moderator=robin_leads, level_before=3, at=at, **unlogged)
    Case.objects.create(
        subject="call:1", room=new.room, peer=new.peer, level=1, due_at=timezone.now(), categories=["distress"]
    )

    found = {each.says for each in invariants.breaches()}

    assert {"with other decisions than its log tells of", "not logged as opened just once"} <= found


def test_after_a_level_was_lowered_while_a_second_person_was_awaited(robin, wren, held) -> None:
    _, case = held
    propose(sit_down(robin), case, action="remove", measure="ban")
    other = sit_down(wren)
    page = take(other, case)
    seen = {name: field(page, name) for name in ("token", "version")}
    lowered = {**seen, "draft_of": "lower", "level": "2", "body": "A friend is with them."}
    assert other.post(f"{case.get_absolute_url()}lower", lowered).status_code == 302

    assert second(other, case, "yes").status_code == 302

    assert Case.objects.get(pk=case.pk).state == CaseState.RESOLVED
    assert breaches() == []


def test_after_a_report_came_while_a_second_person_was_awaited(robin, wren, held) -> None:
    post, case = held
    propose(sit_down(robin), case, action="remove", measure="ban")
    file_report(post=post, reason="other", note="")
    assert Signal.objects.filter(case=case, source="report").exists()

    assert second(sit_down(wren), case, "yes").status_code == 302

    assert breaches() == []


def test_after_a_follow_up_was_closed_and_its_author_told_more(robin, ash, thread) -> None:
    _, case = cry(ash, thread, HEAVY)
    desk = sit_down(robin)
    page = take(desk, case)
    desk.post(f"{case.get_absolute_url()}decide", decision(page, action="leave", follow_up="on"))
    with later(hours=25):
        tend()
        close(sit_down(robin), Case.objects.open().get())
        asked = FollowUp.objects.asking(ash).get()
        Browser(ash).post(f"/my/how-is-it/{asked.public_id}", {"feeling": "worse"})

        assert Case.objects.filter(subject=f"follow-up:{asked.pk}").count() == 2
        assert breaches() == []
