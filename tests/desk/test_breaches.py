"""Breaches, one by one: none is missed, none told twice, and none goes when a deadline is moved."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from moderation import board
from moderation.claiming import claim
from moderation.counting import Span
from moderation.lowering import lower
from moderation.models import Case, Level
from moderation.reopening import need_again, reopen
from tests.desk.counted import MIN, NOW
from tests.desk.staff import sit_down

pytestmark = pytest.mark.django_db


def by_level(rows) -> dict[Level, Any]:
    return {row.level: row for row in rows}


def test_breaches_are_listed_one_by_one_each_on_exactly_one_page(case) -> None:
    late = [case(2, opened=MIN * (100 + place // 3), seen=MIN * 20) for place in range(11)]
    late += [case(3, opened=MIN * 50, given=MIN * 2)]
    case(2, opened=MIN * 100, seen=MIN * 5)
    case(1, opened=MIN * 5, given=MIN * 240)
    span, found, after = Span.before(NOW, timedelta(days=1)), [], ""

    while True:
        page, after = board.breaches(span, NOW, after=after, most=4)
        found += page
        if not after:
            break

    assert sorted(each.pk for each in found) == sorted(each.pk for each in late)
    assert len(found) == 12
    order = [(each.opened_at, each.pk) for each in found]
    assert order == sorted(order, reverse=True)


def test_a_breach_tells_its_case_its_target_and_how_late_it_was(kestrel, case) -> None:
    now = timezone.now()
    seen = case(2, now=now, opened=MIN * 60, given=MIN * 15, seen=MIN * 35)
    unseen = case(3, now=now, opened=MIN * 12, given=MIN * 2)

    page = sit_down(kestrel).read("/desk/board/breaches?period=24h")

    assert f'href="{seen.get_absolute_url()}"' in page
    assert f'href="{unseen.get_absolute_url()}"' in page
    assert "20 min late" in page
    assert "10 min so far, nobody has looked" in page
    assert "target 15 min" in page


def test_a_deadline_that_is_moved_later_hides_no_breach(kestrel, room) -> None:
    now = timezone.now()
    made = Case.objects.create(
        subject="call:1:0", room=room, level=3, categories=["suicide"], opened_at=now - MIN * 20, due_at=now - MIN * 18
    )
    assert claim(case=made, moderator=kestrel)
    made.refresh_from_db()

    lower(case=made, moderator=kestrel, level=1, reason="A song.", token=made.lease_token, version=made.version)  # type: ignore[arg-type]  # claimed just now

    found, _ = board.breaches(Span.before(now + MIN, timedelta(days=1)), now + MIN, most=9)
    assert found == [made]
    assert by_level(board.first_humans(Span.before(now + MIN, timedelta(days=1)), now + MIN))[Level.AMBER].late == 1


def test_a_case_that_is_opened_again_waits_by_its_new_deadline(kestrel, room) -> None:
    late = timezone.now() - MIN * 60
    made = Case.objects.create(
        subject="call:1:0",
        room=room,
        level=2,
        categories=["suicide"],
        opened_at=late,
        due_at=late + MIN,
        first_human_at=late + MIN * 5,
        human_due_at=late + MIN,
        state="resolved",
        resolved_at=late + MIN * 6,
    )

    assert reopen(made, need_again(made))

    made.refresh_from_db()
    assert (made.first_human_at, made.human_due_at) == (None, None)
    assert board.breaches(Span.before(timezone.now(), timedelta(days=1)), timezone.now(), most=9) == ([], "")


@pytest.mark.parametrize("key", ["x", "1.x", "1.2.3", "9" * 40 + ".1", "-1.1", "٣.1", "99999999999999999.9"])
@pytest.mark.parametrize("address", ["/desk/board/breaches", "/desk/board/disagreements"])
def test_a_key_that_is_none_shows_a_page_all_the_same(kestrel, address, key) -> None:
    assert sit_down(kestrel).get(address, data={"after": key}).status_code == 200
