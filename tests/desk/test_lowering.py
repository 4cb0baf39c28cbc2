"""Only a human lowers a level, with a reason that stays with the case; what was typed is never lost."""

import pytest

from moderation.invariants import breaches
from moderation.models import Case, Signal
from peers.leaving import Way, leave
from tests.desk.staff import Browser, cry, field, resolve, sit_down, take

pytestmark = pytest.mark.django_db
WHY = "They wrote since that a friend is with them."


def lower(browser: Browser, case: Case, level: str = "2", body: str = WHY):
    page = take(browser, case)
    seen = {name: field(page, name) for name in ("token", "version")}
    return browser.post(f"{case.get_absolute_url()}lower", {**seen, "draft_of": "lower", "level": level, "body": body})


def test_a_level_is_lowered_with_its_reason_and_every_invariant_holds(robin, ash, thread) -> None:
    _, case = cry(ash, thread)

    assert lower(sit_down(robin), case).status_code == 302

    case.refresh_from_db()
    assert case.level == 2
    assert WHY in Signal.objects.get(case=case, rule="human.lowered").reason
    assert list(breaches()) == []


def test_a_later_case_about_the_same_post_is_lowered_at_the_same_version(robin, ash, thread) -> None:
    post, first = cry(ash, thread)
    desk = sit_down(robin)
    lower(desk, first)
    first.refresh_from_db()
    reached = first.version
    resolve(desk, first)
    other = Case.objects.create(
        subject=first.subject,
        level=3,
        room=first.room,
        due_at=first.due_at,
        categories=["suicide"],
        version=reached - 1,
    )

    assert lower(desk, other).status_code == 302

    assert Signal.objects.filter(subject=first.subject, rule="human.lowered").count() == 2
    assert post.cases.exists()


@pytest.mark.parametrize("way", list(Way))
def test_the_free_words_of_a_reason_go_when_its_author_leaves(robin, ash, thread, way) -> None:
    _, case = cry(ash, thread)
    lower(sit_down(robin), case)

    leave(peer=ash, way=way)

    kept = Signal.objects.get(case=case, rule="human.lowered")
    assert (kept.level, kept.reason) == (2, "The reason was erased.")


def test_the_reason_survives_that_the_case_changed_meanwhile(robin, ash, thread) -> None:
    _, case = cry(ash, thread)
    desk = sit_down(robin)
    page = take(desk, case)
    seen = {name: field(page, name) for name in ("token", "version")}
    Case.objects.filter(pk=case.pk).update(version=50)
    half = {**seen, "draft_of": "lower", "level": "1", "body": WHY}

    conflict = desk.post(f"{case.get_absolute_url()}lower", half)
    again = desk.post(f"{case.get_absolute_url()}claim", half).content.decode()

    assert (conflict.status_code, WHY in conflict.content.decode()) == (409, True)
    assert f'value="{WHY}"' in again
