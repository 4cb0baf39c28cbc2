"""Two at the same moment: two admins who let each other go, two who answer what waits for a second person."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from moderation import linking, staff_changes
from moderation.linking import NotLinked
from moderation.models import AuditEvent, Case, Linking, Moderator, Role
from moderation.staff_changes import NotDone
from tests.conftest import make_moderator
from tests.desk.staff import cry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("emptied_afterwards")]
ROUNDS = 8


def at_once(*works: Any) -> list[Any]:
    """Run each on its own thread, all let go in the same moment; what each gave, or was told."""
    gate = Barrier(len(works))

    def run(work: Any) -> Any:
        try:
            gate.wait(timeout=10)
            return work()
        except (NotDone, NotLinked) as told:
            return told
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_of_two_admins_who_let_each_other_go_one_remains() -> None:
    for number in range(ROUNDS):
        Moderator.objects.update(is_active=False)
        one, two = (make_moderator(f"{name}{number}", f"{name} {number}", Role.ADMIN) for name in ("ada", "bo"))

        at_once(
            partial(staff_changes.deactivate, by=one, username=two.username),
            partial(staff_changes.change_role, by=two, username=one.username, role="moderator"),
        )

        assert Moderator.objects.filter(is_active=True, role="admin").count() == 1


def test_of_two_who_answer_what_waits_one_does(robin, wren, ash, thread) -> None:
    lou = make_moderator("lou", "Lou", Role.LEAD)
    _, case = cry(ash, thread)
    for _ in range(ROUNDS):
        Linking.objects.all().delete()
        asked = linking.ask(case=case, moderator=robin, reason="Two goodbyes in one night.")

        both = at_once(
            partial(linking.confirm, linking=asked, moderator=wren),
            partial(linking.refuse, linking=asked, moderator=lou),
        )

        asked.refresh_from_db()
        assert [type(each) for each in both].count(NotLinked) == 1
        assert (asked.confirmed_at is None) != (asked.refused_at is None)
    answered = AuditEvent.objects.filter(kind__in=["linking.confirmed", "linking.refused"])
    assert answered.count() == ROUNDS


def test_of_two_who_ask_at_once_one_waits(robin, wren, ash, thread) -> None:
    _, case = cry(ash, thread)
    for _ in range(ROUNDS):
        Linking.objects.all().delete()

        at_once(
            partial(linking.ask, case=case, moderator=robin, reason="Two goodbyes in one night."),
            partial(linking.ask, case=case, moderator=wren, reason="The same thought."),
        )

        assert Linking.objects.count() == 1
    assert Case.objects.count() == 1
