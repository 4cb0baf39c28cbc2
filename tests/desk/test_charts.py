"""Charts: one image each, with a title and a sentence, nothing active in it, and a table of the same numbers."""

import re
import xml.etree.ElementTree as ET

import pytest
from django.utils import timezone

from moderation import board, charts
from moderation.charts import About, Bar, Reach
from tests.desk.counted import MIN, decide, review_of
from tests.desk.staff import sit_down

pytestmark = pytest.mark.django_db


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
