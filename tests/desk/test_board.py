"""The board: numbers of the desk as a whole, each defined in docs/board.md, and none of a person."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from moderation import board, charts, counting
from moderation.agreement import agreement, outcome
from moderation.charts import About, Bar, Reach
from moderation.counting import Span, nearest
from moderation.models import Case, Decision, Level, Moderator, Review
from tests.conftest import make_moderator
from tests.desk.staff import sit_down

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)  # a Wednesday
MIN = timedelta(minutes=1)
Made = Callable[..., Case]


@pytest.fixture
def kestrel(db) -> Moderator:
    return make_moderator("kestrel", "Kestrel", "lead")


@pytest.fixture
def case(room) -> Made:
    """case(level, opened=, given=, seen=): opened so long before NOW, with so long given, seen so long after."""

    def make(level: int = 1, *, now=NOW, opened=MIN, given=MIN * 15, seen=None, **more) -> Case:
        at = now - opened
        more.setdefault("subject", f"call:{Case.objects.count()}:0")
        return Case.objects.create(
            room=room,
            level=level,
            opened_at=at,
            due_at=at + given,
            first_human_at=None if seen is None else at + seen,
            categories=["distress"],
            **more,
        )

    return make


def decide(case: Case, moderator: Moderator, action: str = "leave", reason: str = "stands", **more) -> Decision:
    return Decision.objects.create(
        case=case,
        moderator=moderator,
        action=action,
        reason_code=reason,
        public_note="I have read this.",
        key=f"key-{Decision.objects.count()}",
        case_version=1,
        level_before=case.level,
        **more,
    )


def review_of(decision: Decision, reviewer: Moderator, action: str, reason: str, at: datetime) -> Review:
    return Review.objects.create(
        case=decision.case,
        decision=decision,
        decider=decision.moderator,
        revision=1,
        stood="published",
        drawn_at=at,
        reviewer=reviewer,
        action=action,
        reason_code=reason,
        at=at,
        agrees=outcome(action, "published") == outcome(decision.action, "published"),
    )


def by_level(rows) -> dict[Level, Any]:
    return {row.level: row for row in rows}


def main_part(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


# --- who may see it


@pytest.mark.parametrize("address", ["/desk/board", "/desk/board/breaches", "/desk/board/disagreements"])
@pytest.mark.parametrize("role", ["lead", "admin", "moderator", "host"])
def test_only_those_who_lead_see_the_board(address, role) -> None:
    someone = make_moderator("linnet", "Linnet", role)

    answer = sit_down(someone).get(address)

    assert answer.status_code == (200 if role in {"lead", "admin"} else 403)
    assert ("Get help now" in answer.content.decode()) is True


def test_the_desk_leads_those_who_lead_to_the_board_and_nobody_else(robin, kestrel) -> None:
    assert 'href="/desk/board"' in sit_down(kestrel).read("/desk/")
    assert 'href="/desk/board"' not in sit_down(robin).read("/desk/")


# --- what waits now


def test_what_waits_is_told_by_level_with_the_oldest_and_what_is_late(case) -> None:
    case(3, opened=MIN * 5, given=MIN * 2)
    case(1, opened=MIN * 20, given=MIN * 240)
    case(1, opened=MIN * 300, given=MIN * 240)
    case(1, opened=MIN * 400, given=MIN * 240, seen=MIN)  # in someone's care: open, and not waiting for a first look

    found = by_level(board.waiting_now(NOW))

    assert found[Level.CRISIS] == board.Waiting(Level.CRISIS, 1, 1, 1, NOW - MIN * 5)
    assert found[Level.RED] == board.Waiting(Level.RED)
    assert found[Level.AMBER] == board.Waiting(Level.AMBER, 3, 2, 1, NOW - MIN * 300)


def test_what_is_decided_does_not_wait(case) -> None:
    case(2, state="resolved", resolved_at=NOW)

    assert by_level(board.waiting_now(NOW))[Level.RED].open == 0


def test_the_targets_are_those_of_the_decision_table() -> None:
    assert board.targets() == {Level.CRISIS: (120, 120), Level.RED: (900, 3600), Level.AMBER: (3600, 14400)}


# --- time to the first human


def test_percentiles_are_waits_that_really_were() -> None:
    waits = [(seconds, 1) for seconds in range(1, 21)]

    assert (nearest(waits, 0.5), nearest(waits, 0.95), nearest(waits, 1)) == (10, 19, 20)
    assert nearest([(7, 1)], 0.5) == nearest([(7, 1)], 0.95) == 7
    assert nearest([(1, 99), (50, 1)], 0.95) == 1
    assert nearest([], 0.5) is None


def test_the_time_to_the_first_human_is_counted_by_level_in_the_period_alone(case) -> None:
    for minutes in range(1, 21):
        case(2, opened=MIN * 600, seen=MIN * minutes)
    case(2, opened=timedelta(days=8), seen=timedelta(days=3))  # before the period
    case(3, opened=MIN * 30, seen=timedelta(seconds=90), given=MIN * 2)

    found = by_level(board.first_humans(Span.before(NOW, timedelta(days=7)), NOW))

    assert found[Level.RED] == board.Seen(Level.RED, opened=20, unseen=0, late=5, p50=600, p95=1140)
    assert found[Level.CRISIS] == board.Seen(Level.CRISIS, opened=1, unseen=0, late=0, p50=90, p95=90)
    assert found[Level.AMBER] == board.Seen(Level.AMBER)


def test_a_case_nobody_looks_at_never_makes_the_figure_better(case) -> None:
    case(2, opened=MIN * 600, seen=MIN)
    case(2, opened=MIN * 500)

    found = by_level(board.first_humans(Span.before(NOW, timedelta(days=1)), NOW))[Level.RED]

    assert (found.p50, found.p95, found.unseen, found.late) == (60, 500 * 60, 1, 1)


def test_a_case_that_waits_within_its_target_is_not_late(case) -> None:
    case(2, opened=MIN * 10, given=MIN * 15)

    found = by_level(board.first_humans(Span.before(NOW, timedelta(days=1)), NOW))[Level.RED]

    assert (found.unseen, found.late) == (1, 0)


# --- breaches, one by one


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


@pytest.mark.parametrize("key", ["x", "1.x", "1.2.3", "9" * 40 + ".1", "-1.1", "٣.1", "99999999999999999.9"])
@pytest.mark.parametrize("address", ["/desk/board/breaches", "/desk/board/disagreements"])
def test_a_key_that_is_none_shows_a_page_all_the_same(kestrel, address, key) -> None:
    assert sit_down(kestrel).get(address, data={"after": key}).status_code == 200


# --- when cases come


def test_load_is_counted_per_hour_of_the_week_in_whole_hours(case) -> None:
    case(opened=timedelta(hours=1, minutes=10))  # Wednesday 13:20
    case(opened=timedelta(hours=1, minutes=30))  # Wednesday 13:00
    case(opened=timedelta(days=7, minutes=40))  # a week before, 13:50
    case(opened=MIN * 10)  # in the hour that is not over
    span = board.whole_hours(NOW, timedelta(days=30))

    slots = board.opened_by_hour(span)

    assert span.end == NOW.replace(minute=0)
    assert slots[2 * 24 + 13] == (3, 5)  # thirty days hold five Wednesdays here
    assert sum(opened for opened, _ in slots) == 3
    assert sum(times for _, times in slots) == 30 * 24


# --- decisions


def test_decisions_are_counted_by_action_and_reason_with_what_was_taken_back(case, robin) -> None:
    decide(case(), robin, "remove", "threat", at=NOW - MIN)
    decide(case(), robin, "remove", "threat", at=NOW - MIN, undone_at=NOW, undone_by=robin)
    decide(case(), robin, "leave", "stands", at=NOW - MIN)
    decide(case(), robin, "leave", "stands", at=NOW - timedelta(days=2))

    found = board.decided(Span.before(NOW, timedelta(days=1)))

    assert found == [board.Decided("leave", "stands", 1, 0), board.Decided("remove", "threat", 2, 1)]


# --- agreement


def pairs(table: list[list[int]]) -> list[tuple[str, str]]:
    return [(f"{i}", f"{j}") for i, row in enumerate(table) for j, times in enumerate(row) for _ in range(times)]


@pytest.mark.parametrize(
    ("table", "kappa", "low", "high"),
    [
        # Fleiss, Statistical methods for rates and proportions, table 13.1: 0.68, standard error 0.087.
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.6765, 0.5046, 0.8484),
        # Kappa by hand (0.70 observed, 0.50 by chance; 0.60 and 0.54), its error by numeric derivatives of kappa.
        ([[20, 5], [10, 15]], 0.4, 0.1511, 0.6489),
        ([[45, 15], [25, 15]], 0.1304, -0.0629, 0.3238),
    ],
)
def test_kappa_and_its_interval_are_those_of_the_books(table, kappa, low, high) -> None:
    found = agreement(pairs(table))

    assert found.kappa == pytest.approx(kappa, abs=1e-4)
    assert found.low == pytest.approx(low, abs=2e-4)
    assert found.high == pytest.approx(high, abs=2e-4)


@pytest.mark.parametrize(
    ("table", "same", "kappa"),
    [
        ([], 0, None),  # nobody answered
        ([[1]], 1, None),  # one and the same thing always: chance would agree as often
        ([[9]], 9, None),
        ([[5, 0], [0, 5]], 10, 1.0),
        ([[0, 5], [5, 0]], 0, -1.0),
        ([[5, 5], [0, 0]], 5, 0.0),  # one of the two never varies
        ([[0, 1], [0, 0]], 0, 0.0),
    ],
)
def test_where_kappa_or_its_interval_would_say_nothing_none_is_given(table, same, kappa) -> None:
    found = agreement(pairs(table))

    assert (found.same, found.kappa) == (same, kappa)
    assert (found.low, found.high) == (None, None)


def test_leaving_a_post_agrees_with_whatever_it_leaves() -> None:
    assert outcome("leave", "published") == outcome("publish", "published") == "publish"
    assert outcome("leave", "noted") == "fold"
    assert outcome("remove", "published") == "remove"
    assert outcome("leave", "removed") == "leave"


def test_second_looks_are_told_as_agreement_with_both_reasons_where_two_differ(case, robin, wren) -> None:
    at = NOW - MIN
    review_of(decide(case(), robin, "leave", "stands"), wren, "publish", "stands", at)
    review_of(decide(case(), robin, "remove", "threat"), wren, "remove", "unkind", at)
    apart = review_of(decide(case(), robin, "leave", "stands"), wren, "fold", "hard-to-read", at)

    looks = board.second_looks(Span.before(NOW, timedelta(days=1)))
    found, _ = board.disagreements(Span.before(NOW, timedelta(days=1)), most=9)

    assert (looks.drawn, looks.agreement.pairs, looks.agreement.same, looks.reasons_same) == (3, 3, 2, 1)
    assert looks.crossed == {("publish", "publish"): 1, ("remove", "remove"): 1, ("publish", "fold"): 1}
    assert found == [apart]


def test_a_desk_of_one_is_told_why_no_second_look_is_drawn(kestrel) -> None:
    browser = sit_down(kestrel)
    alone = browser.read("/desk/board")
    make_moderator("robin", "Robin", "moderator")
    together = browser.read("/desk/board")

    assert "There is one moderator at the desk, so none are drawn" in alone
    assert "There is one moderator" not in together


# --- never a figure of a person


def test_no_figure_of_the_board_is_of_a_person(kestrel, robin, wren, case) -> None:
    now = timezone.now()
    for moderator, other, times in ((robin, wren, 3), (wren, robin, 2)):
        for _ in range(times):
            made = case(2, now=now, opened=MIN * 90, seen=MIN * 40, state="resolved", resolved_at=now)
            decision = decide(made, moderator, "remove", "threat", at=now - MIN)
            review_of(decision, other, "fold", "hard-to-read", now - MIN)
    browser = sit_down(kestrel)

    for address in ("/desk/board?period=24h", "/desk/board/breaches", "/desk/board/disagreements"):
        shown = main_part(browser.read(address)).casefold()
        assert "remove it" in shown or "late" in shown
        for name in ("robin", "wren", "kestrel"):
            assert name not in shown, address


# --- charts


def drawn() -> list[str]:
    about = About("key", 'A <title> & "more"', "What it <says>.")
    return [
        charts.bars(about, [Bar("Crisis", 3, 1, "4 <b>"), Bar("Red", 0, 0, "none")]),
        charts.bars(about, []),
        charts.reaches(
            about, [Reach("Red", 60, 4000, (900, 3600), "x"), Reach("Amber", None, None, None, "none")], TICKS
        ),
        charts.columns(about, [0, 2, 1.5], ["0", "", "2"]),
        charts.columns(about, [], []),
        charts.heat(about, [("Mon", [0, 1, 9]), ("Tue", [0, 0, 0])], ["0", "", "2"]),
        charts.interval(about, low=-0.2, value=0.4, high=0.9),
    ]


TICKS = ((10.0, "10 s"), (86400.0, "1 day"))


@pytest.mark.parametrize("svg", drawn())
def test_a_chart_is_one_image_with_a_title_and_a_sentence_and_nothing_active_or_inline(svg) -> None:
    picture = ET.fromstring(svg)  # noqa: S314  (our own)
    kinds = {each.tag for each in picture.iter()}
    names = {name for each in picture.iter() for name in each.attrib}

    assert picture.attrib["role"] == "img"
    assert picture.attrib["aria-labelledby"] == "key-title key-says"
    assert (picture.findtext("title"), picture.findtext("desc")) == ('A <title> & "more"', "What it <says>.")
    assert kinds <= {"svg", "title", "desc", "text", "rect", "line", "circle"}
    assert not names & {"style", "fill", "stroke", "href"}
    assert not [name for name in names if name.startswith("on")]


@pytest.mark.parametrize("svg", drawn())
def test_nothing_of_a_chart_is_drawn_outside_of_it(svg) -> None:
    picture = ET.fromstring(svg)  # noqa: S314  (our own)
    _, _, wide, tall = (float(part) for part in picture.attrib["viewBox"].split())

    for each in picture.iter("rect"):
        x, y, width, height = (float(each.attrib[name]) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + width <= wide + 0.5
        assert 0 <= y <= y + height <= tall + 0.5


def test_every_chart_of_the_page_has_the_same_numbers_in_a_table(kestrel, robin, wren, case) -> None:
    now = timezone.now()
    for place in range(4):
        made = case(2, now=now, opened=MIN * (90 + place), seen=MIN * 40, state="resolved", resolved_at=now)
        review_of(
            decide(made, robin, ("leave", "remove")[place % 2], at=now - MIN), wren, "remove", "threat", now - MIN
        )
    case(3, now=now, opened=MIN * 12, given=MIN * 2)

    page = sit_down(kestrel).read("/desk/board?period=24h")
    sections = re.findall(r'<section class="board-figure".*?</section>', page, re.DOTALL)

    assert len(sections) == page.count('<svg class="chart"') == 7
    for section in sections:
        assert section.count("<svg ") == section.count("<table>") == 1
    waiting = sections[0]
    assert "1 waiting, 1 past" in waiting
    assert '<th scope="row">Crisis</th><td class="figure">2 min</td><td class="figure">1</td>' in waiting
    assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="[^"]+"', page))


@pytest.mark.parametrize("period", ["24h", "7d", "30d", "90d", "", "nothing", "7d' OR 1=1"])
def test_a_board_without_a_single_case_is_a_page_all_the_same(kestrel, period) -> None:
    page = sit_down(kestrel).get("/desk/board", data={"period": period}).content.decode()

    assert "Every case of this time was looked at within its target" in page
    assert f"The last {'7 days' if period not in board.PERIODS else ''}" in page


# --- what it costs


def test_the_board_costs_the_same_however_much_it_counts(kestrel, robin, wren, case, django_assert_num_queries) -> None:
    now, browser = timezone.now(), sit_down(kestrel)

    def fill(times: int) -> None:
        for place in range(times):
            made = case(place % 3 + 1, now=now, opened=MIN * (90 + place), seen=MIN * 40)
            review_of(decide(made, robin, "leave", at=now - MIN), wren, "remove", "threat", now - MIN)

    # Session, moderator, device; waiting, waits, breaches, load, decisions; drawn, answered, disagreements, staff.
    fill(3)
    with django_assert_num_queries(12):
        browser.read("/desk/board")
    fill(40)

    with django_assert_num_queries(12):
        browser.read("/desk/board?period=90d")
    for address in ("/desk/board/breaches", "/desk/board/disagreements"):
        with django_assert_num_queries(4):
            browser.read(address)


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (
            lambda span: counting.cases(span).values_list("level", "opened_at", "first_human_at", "due_at"),
            "case_opened",
        ),
        (
            lambda span: counting.cases(span).filter(board.late_at(NOW)).order_by("-opened_at", "-pk")[:51],
            "case_late",
        ),
        (
            lambda span: counting.decisions_in(span).values_list("action", "reason_code", "undone_at"),
            "decision_made",
        ),
        (
            lambda span: Review.objects.filter(agrees=False, at__lt=span.end).order_by("-at", "-pk")[:51],
            "review_answered",
        ),
        (
            lambda span: Review.objects.filter(drawn_at__gte=span.start, drawn_at__lt=span.end).values("drawn_at"),
            "review_drawn",
        ),
        (lambda _: Review.objects.waiting().order_by("waits_since", "pk")[:20], "review_waiting"),
    ],
)
def test_each_question_of_a_period_is_answered_by_the_index_made_for_it(asked, index) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("an empty table is read whole on Postgres, whatever its indexes")

    plan = asked(Span.before(NOW, timedelta(days=7))).explain()

    assert index in plan
    assert "TEMP B-TREE" not in plan
