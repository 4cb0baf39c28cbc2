"""Moderators in processes of their own: whatever they do at once, each case is decided once. Long: bench/races.py."""

from collections.abc import Callable
from functools import partial

import pytest

from moderation import deciding, triage
from moderation.models import Decision
from tests.desk.staff import decision, sit_down, take
from tests.racing import held_cases, pause_past_lease, race, take_and_decide, verdict_on

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("emptied_afterwards"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),  # the children use no thread
]
SHORT = 0.5  # seconds


def test_of_many_who_take_and_decide_one_does_and_every_other_is_told(rooms) -> None:
    outcome = race(cases=16)

    assert outcome.attempts == 16 * 8 * 2
    assert outcome.faults == []


@pytest.mark.parametrize(("meanwhile", "decided_by"), [("nothing", []), ("taken", []), ("decided", ["wren"])])
def test_who_was_stopped_past_their_lease_decides_nothing_when_they_go_on(
    rooms, robin, wren, meanwhile, decided_by
) -> None:
    (case,) = held_cases(1)
    seen: list[deciding.Verdict] = []

    def take_it() -> None:
        triage.claim(case=case, moderator=robin)
        seen.append(verdict_on(case, key="the stopped one"))

    def go_on() -> str:
        with pytest.raises(triage.Conflict):
            deciding.decide(case=case, moderator=robin, verdict=seen[0])
        return "a conflict"

    happens: dict[str, Callable[[], object]] = {
        "nothing": lambda: None,
        "taken": partial(triage.claim, case=case, moderator=wren),
        "decided": partial(take_and_decide, case, wren),
    }
    told = pause_past_lease(case=case, take=take_it, meanwhile=happens[meanwhile], go_on=go_on, lease_seconds=SHORT)

    assert told == "a conflict"
    assert list(Decision.objects.values_list("moderator__username", flat=True)) == decided_by


def test_who_was_stopped_past_their_lease_is_told_on_the_page_what_was_decided(rooms, robin, wren) -> None:
    (case,) = held_cases(1)
    browser, address = sit_down(robin), case.get_absolute_url()
    form: dict[str, str] = {}

    told = pause_past_lease(
        case=case,
        take=lambda: form.update(decision(take(browser, case))),
        meanwhile=partial(take_and_decide, case, wren),
        go_on=lambda: browser.post(f"{address}decide", form).status_code,
        lease_seconds=SHORT,
    )

    assert told == 409
    assert Decision.objects.get().moderator == wren
