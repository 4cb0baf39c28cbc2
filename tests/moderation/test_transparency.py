"""The report of a year: counts for everyone, in which nobody can be found."""

import csv
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from forum.models import Post
from forum.posting import submit_post
from moderation import counting, restrictions
from moderation.counting import Span
from moderation.models import Appeal, Case, Complaint, Decision, Report, Statement
from moderation.reporting import file_report
from moderation.risk import Level
from moderation.suppression import FEWER, WITHHELD
from moderation.tending import tend
from moderation.transparency import report_of
from tests.conftest import draft
from tests.moderation.judging import finding

IN_2025 = datetime(2025, 6, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 2, 1, tzinfo=UTC)

# --- what is counted


def rows(year: int = 2025, *, now: datetime = NOW) -> dict[tuple[str, str], str]:
    return {(table.title, name): count for table in report_of(year, now=now).tables for name, count in table.rows}


def cases_of(room, level: int, times: int, category: str = "distress", *, at=IN_2025, wait: int = 10) -> list[Case]:
    return [
        Case.objects.create(
            subject=f"call:{level}:{category}:{place}:{at.isoformat()}",
            room=room,
            level=level,
            categories=[category, "relapse"],
            opened_at=at,
            first_human_at=at + timedelta(minutes=wait),
            due_at=at + timedelta(minutes=15),
            state="resolved",
            resolved_at=at + timedelta(hours=1),
        )
        for place in range(times)
    ]


def decisions_on(cases: list[Case], moderator, action: str, reason: str, **more) -> None:
    for case in cases:
        Decision.objects.create(
            case=case,
            moderator=moderator,
            action=action,
            reason_code=reason,
            public_note="I have read this.",
            key=f"{case.pk}-{action}",
            case_version=1,
            level_before=case.level,
            at=IN_2025,
            **more,
        )


def test_cases_and_decisions_of_the_year_are_counted_and_no_others(room, robin) -> None:
    grave, calm = cases_of(room, 3, 6, "suicide", wait=2), cases_of(room, 1, 9, wait=90)
    cases_of(room, 2, 7, "threat")
    cases_of(room, 2, 5, at=datetime(2024, 12, 31, 23, 59, tzinfo=UTC))
    cases_of(room, 2, 5, at=datetime(2026, 1, 1, tzinfo=UTC))
    decisions_on(grave, robin, "leave", "pain-stands")
    decisions_on(calm, robin, "remove", "unkind")
    decisions_on(calm[:5], robin, "publish", "wrong-alarm", undone_at=NOW, undone_by=robin)
    decisions_on(grave[:5], robin, "fold", "hard-to-read")

    told = rows()

    by_level = {name: told["Cases by level", name] for name in ("Crisis", "Red", "Amber", "All")}
    assert by_level == {"Crisis": "6", "Red": "7", "Amber": "9", "All": "22"}
    assert told["Cases by what they were about", "All"] == "22"
    assert told["Decisions by what happened to the post", "All"] == "25"
    assert told["Decisions by what happened to the person", "All"] == "25"
    assert told["Decisions taken back", "Taken back by a moderator since"] == "5"
    assert told["Median time to the first human", "Crisis"] == "2 min"
    assert told["Median time to the first human", "Amber"] == "90 min"


def test_a_median_of_too_few_cases_is_not_told(room) -> None:
    cases_of(room, 3, 4)
    cases_of(room, 1, 60)
    cases_of(room, 2, 50)

    told = rows()

    assert told["Cases by level", "Crisis"] in {FEWER, WITHHELD}
    assert not [name for title, name in told if title.startswith("Median") and name == "Crisis"]


def test_reports_are_counted_by_their_reason(ash, blue, room, thread) -> None:
    post = submit_post(peer=blue, place=thread, draft=draft("Tea helped."))
    for reason in ("worried", "unkind", "other"):
        for _ in range(6):
            file_report(post=post, reason=reason, note="")
    Report.objects.update(at=IN_2025)
    Case.objects.update(opened_at=IN_2025)

    told = rows()

    assert told["Reports by reason", "All"] == "18"
    assert told["Reports by reason", "Something else"] in {"6", WITHHELD}


EVER = Span(datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("hold", finding("encouragement", Level.RED)),
        ("fold", finding("suicide", Level.RED)),
        ("redact", finding("method", Level.AMBER)),
    ],
)
def test_what_the_program_did_is_counted_with_how_it_ended(ash, thread, robin, judged, kind, found) -> None:
    judged(found)
    post = submit_post(peer=ash, place=thread, draft=draft("[placeholder] and more"))
    waits = restrictions.how_they_ended(EVER)
    decisions_on(list(Case.objects.all()), robin, "remove", "unkind")
    decided = restrictions.how_they_ended(EVER)
    Decision.objects.update(undone_at=NOW, undone_by=robin)
    Post.objects.filter(pk=post.pk).update(visibility="withdrawn", hold_until=None)
    withdrawn = restrictions.how_they_ended(EVER)

    assert [+ended[kind] for ended in (waits, decided, withdrawn)] == [{"waits": 1}, {"remove": 1}, {"gone": 1}]
    assert all(not +ended for name, ended in waits.items() if name != kind)


def test_what_a_moderator_folded_before_was_not_the_programs_doing(ash, blue, thread, robin) -> None:
    post = submit_post(peer=blue, place=thread, draft=draft("Tea helped."))
    first = file_report(post=post, reason="other", note="").case
    decisions_on([first], robin, "fold", "hard-to-read")
    Case.objects.update(state="resolved", resolved_at=IN_2025, opened_at=IN_2025)
    Post.objects.filter(pk=post.pk).update(visibility="noted")
    file_report(post=post, reason="unkind", note="")

    ended = restrictions.how_they_ended(EVER)

    assert not +ended["fold"]


def test_appeals_are_counted_with_how_they_ended(room, robin) -> None:
    for place, case in enumerate(cases_of(room, 2, 16)):
        statement = Statement.objects.create(
            case=case, restriction="removed", ground="unkind", noticed_by_rules=True, issued_at=IN_2025
        )
        outcome = ("upheld", "overturned")[place % 2]
        Appeal.objects.create(
            statement=statement, case=case, filed_at=IN_2025, outcome=outcome, answered_at=NOW, answered_by=robin
        )

    told = rows()

    assert told["Appeals, and how they ended", "All"] == "16"
    assert told["Appeals, and how they ended", "It was changed back"] in {"8", WITHHELD}


def test_complaints_are_told_once_so_that_nothing_is_computed_from_the_second_number(room) -> None:
    for case in cases_of(room, 1, 5, "complaint"):
        Complaint.objects.create(case=case, filed_at=IN_2025, words="Words of someone.")
    cases_of(room, 1, 3, "threat")  # told as "fewer than 5": so the five beside it are withheld

    told = rows()

    about = {name: count for (title, name), count in told.items() if title == "Cases by what they were about"}
    assert about["About a moderator"] == WITHHELD
    assert "5" not in told.values()


def test_a_hold_that_ended_by_itself_is_told_as_that(ash, thread, judged) -> None:
    judged(finding("sourcing", Level.RED))
    post = submit_post(peer=ash, place=thread, draft=draft("[placeholder] and more"))
    assert post.hold_until is not None
    with time_machine.travel(post.hold_until + timedelta(seconds=1)):
        tend()

    ended = restrictions.how_they_ended(EVER)

    assert +ended["hold"] == {"released": 1}


# --- as files and as a page


@pytest.fixture
def published(settings, tmp_path) -> Path:
    settings.DATA_DIR = tmp_path
    return Path(tmp_path) / "transparency"


def test_the_command_writes_what_the_site_then_shows_without_asking_for_a_single_count(
    published, room, django_assert_num_queries
) -> None:
    cases_of(room, 3, 6)
    cases_of(room, 1, 9)
    with time_machine.travel(NOW, tick=False):
        call_command("transparency", year=2025)
    Case.objects.all().delete()

    with django_assert_num_queries(1):  # who is here now, in the frame of every page
        page = Client().get("/transparency/2025").content.decode()
    index = Client().get("/transparency/").content.decode()
    lines = list(csv.reader((published / "2025.csv").read_text().splitlines()))

    assert lines[0] == ["table", "row", "count"]
    assert ["Cases by level", "All", "15"] in lines
    written = (published / "2025.html").read_text()
    for text in (page, written):
        cells = re.findall(r'<th scope="row">([^<]*)</th><td class="figure nowrap">([^<]*)</td>', text)
        assert cells == [(row, count) for _, row, count in lines[3:]]
    assert 'href="/transparency/2025"' in index
    assert not re.search(r"<(script|link|img|style)|https?:", written)


def test_the_report_holds_no_words_ids_or_names(published, ash, thread, robin, capsys) -> None:
    post = submit_post(peer=ash, place=thread, draft=draft("I am going to end my life tonight"))
    case = Case.objects.get()
    decisions_on([case], robin, "leave", "pain-stands")

    call_command("transparency", year=post.created_at.year)

    told = "".join(path.read_text() for path in published.iterdir()) + capsys.readouterr().out
    name = post.persona.name if post.persona else "missing"
    for hidden in ("tonight", case.public_id, post.public_id, name, "Robin", "robin", case.room.slug, case.room.name):
        assert hidden not in told


@pytest.mark.django_db
def test_a_year_without_data_says_so(published, capsys) -> None:
    with time_machine.travel(NOW, tick=False):
        call_command("transparency", year=2024)

    assert "There is nothing to report for 2024" in capsys.readouterr().out
    assert "There is nothing to report for 2024." in (published / "2024.html").read_text()
    assert "There is nothing to report for 2024." in Client().get("/transparency/2024").content.decode()


@pytest.mark.django_db
def test_a_year_that_is_not_over_is_told_so_and_one_that_has_not_begun_is_refused(tmp_path, published, capsys) -> None:
    with time_machine.travel(NOW, tick=False):
        call_command("transparency", "--year", "2026", "--to", str(tmp_path / "elsewhere"))
        with pytest.raises(CommandError):
            call_command("transparency", year=2027)

    assert "The year is not over" in capsys.readouterr().out
    assert "until 1 February 2026" in (tmp_path / "elsewhere" / "2026.html").read_text()
    assert not published.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("year", ["2019", "0", "99999999999999999999", "x"])
def test_a_year_nobody_published_is_not_there(published, year) -> None:
    assert Client().get(f"/transparency/{year}").status_code == 404
    assert "No year has been published yet" in Client().get("/transparency/").content.decode()


def test_the_year_ends_where_the_next_begins() -> None:
    one, next_one = Span.of_year(2025), Span.of_year(2026)

    assert one.end == next_one.start
    assert one.end - one.start == timedelta(days=365)
    assert counting.nearest([(1, 2)], 0.5) == 1
