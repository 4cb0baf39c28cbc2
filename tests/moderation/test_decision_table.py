"""The decision table of the design, cell by cell, and how its rows combine. Written out again here, so that a change of
the data file is noticed by someone who has to read it."""

from itertools import product

import pytest

from moderation import risk
from moderation.planning import Plan, plan_for
from moderation.risk import Category, Level
from moderation.table import TABLE, TableFault, load, table
from tests.moderation.judging import assessment, finding

TEXT = "First words here. Then a second sentence. And a third one."
MIN, HOUR = 60, 3600
LEVELS = ("amber", "red", "crisis")
# Category: for amber, red and crisis what happens, who sees cards, seconds to the first human. Crisis alerts.
CELLS = {
    "distress": (("publish", "me", 4 * HOUR), ("publish", "all", 30 * MIN), ("note", "all", 2 * MIN)),
    "suicide": (("publish", "me", 4 * HOUR), ("note", "all", 15 * MIN), ("note", "all", 2 * MIN)),
    "self_harm": (("note", "me", 4 * HOUR), ("note", "all", 30 * MIN), ("note", "all", 2 * MIN)),
    "method": (("redact", "me", 4 * HOUR), ("redact", "me", 15 * MIN), ("redact", "all", 2 * MIN)),
    "encouragement": (("hold", "me", HOUR), ("hold", "me", 15 * MIN), ("hold", "me", 2 * MIN)),
    "relapse": (("publish", "me", 4 * HOUR), ("publish", "all", 30 * MIN), ("note", "all", 2 * MIN)),
    "overdose": (("publish", "me", HOUR), ("note", "all", 15 * MIN), ("note", "all", 2 * MIN)),
    "sourcing": (("redact", "me", HOUR), ("hold", "me", 30 * MIN), ("hold", "me", 2 * MIN)),
    "abuse": (("publish", "me", 4 * HOUR), ("note", "me", 15 * MIN), ("note", "all", 2 * MIN)),
    "threat": (("hold", "none", HOUR), ("hold", "none", 15 * MIN), ("hold", "none", 2 * MIN)),
    "minor": (("hold", "me", HOUR), ("hold", "me", 15 * MIN), ("hold", "me", 2 * MIN)),
    "harassment": (("publish", "none", 4 * HOUR), ("hold", "none", HOUR), ("hold", "none", 2 * MIN)),
    "concern": (("publish", "me", 4 * HOUR), ("publish", "me", 30 * MIN), ("publish", "all", 2 * MIN)),
    "eating": (("publish", "me", 4 * HOUR), ("note", "me", 30 * MIN), ("note", "all", 2 * MIN)),
    "contact": (("hold", "none", 4 * HOUR), ("hold", "none", HOUR), ("hold", "none", 2 * MIN)),
    "detector": (("publish", "me", 4 * HOUR), ("hold", "all", 15 * MIN), ("hold", "all", 2 * MIN)),
}
MATRIX = [
    (category, Level[level.upper()], *cells[place])
    for category, cells in CELLS.items()
    for place, level in enumerate(LEVELS)
]
PLEAS = ("distress", "suicide", "self_harm", "relapse", "overdose", "abuse", "concern", "eating")
HARMFUL = ("method", "encouragement", "sourcing", "threat", "minor", "harassment", "contact", "detector")


def plan(*findings: risk.Finding, place: str = "thread", new: bool = False) -> Plan:
    return plan_for(assessment(*findings), TEXT, place=place, new_identity=new)


@pytest.mark.parametrize(("category", "level", "do", "card", "within"), MATRIX)
def test_every_cell_does_what_the_design_says(category, level, do, card, within) -> None:
    found = plan(finding(category, level))

    # A redaction publishes the rest.
    assert found.do == ("publish" if do == "redact" else do)
    assert found.redactions == (((0, 5),) if do == "redact" else ())
    assert (found.card, found.within) == (card, within)
    assert found.alert == (level == Level.CRISIS)


@pytest.mark.parametrize("category", [each.value for each in Category])
def test_green_is_published_alone_or_refused_for_contact_details(category) -> None:
    found = plan(finding(category, Level.GREEN))

    assert found.do == ("block" if category == "contact" else "publish")
    assert (found.card, found.within, found.alert) == ("none", None, False)


@pytest.mark.parametrize(("category", "level", "do", "card", "within"), MATRIX)
@pytest.mark.parametrize("new", [False, True])
def test_in_a_live_room_a_person_in_danger_is_never_held(category, level, do, card, within, new) -> None:
    found = plan(finding(category, level), place="live", new=new)

    if category in (*PLEAS, "detector"):
        assert found.do in {"publish", "note"}


@pytest.mark.parametrize(("category", "level", "do", "card", "within"), MATRIX)
def test_a_new_identity_meets_stricter_rows_for_harassment_and_contact_only(category, level, do, card, within) -> None:
    known, new = plan(finding(category, level)), plan(finding(category, level), new=True)

    if category in {"harassment", "contact"} and level < Level.CRISIS:
        assert new.level == known.level + 1
        assert (new.within or 0) < (known.within or 0)
    else:
        assert new == known


@pytest.mark.parametrize("level", [Level.AMBER, Level.RED, Level.CRISIS])
def test_a_young_person_who_tells_it_is_not_silenced(level) -> None:
    assert plan(finding("minor", level, speaker="young")).do == "note"
    assert plan(finding("minor", level, speaker="other")).do == "hold"


def test_aimed_harassment_waits_and_other_amber_does_not() -> None:
    assert plan(finding("harassment", Level.AMBER, targeted=True)).do == "hold"
    assert plan(finding("harassment", Level.AMBER)).do == "publish"


def test_uncertain_spans_of_a_method_hold_the_post() -> None:
    assert plan(finding("method", Level.RED, certain=False)).do == "hold"
    assert plan(finding("method", Level.RED)).redactions == ((0, 5),)


@pytest.mark.parametrize("plea", PLEAS)
@pytest.mark.parametrize("level", [Level.RED, Level.CRISIS])
def test_the_plea_always_stands(plea, level) -> None:
    """Whatever stands beside it, a person in danger is heard: only the harmful part is hidden."""
    for harm, harm_level in product(HARMFUL, (Level.AMBER, Level.RED, Level.CRISIS)):
        found = plan(finding(plea, level, spans=((20, 25),)), finding(harm, harm_level, targeted=True))

        assert found.do in {"publish", "note"}, (harm, harm_level)
        assert found.redactions in {(), ((0, 5),)}, (harm, harm_level)


@pytest.mark.parametrize("harm", ["encouragement", "sourcing", "threat", "harassment", "contact"])
def test_the_harm_beside_a_plea_is_hidden(harm) -> None:
    found = plan(finding("suicide", Level.CRISIS, spans=((20, 25),)), finding(harm, Level.RED, targeted=True))

    assert found.redactions == ((0, 5),)


def test_beside_a_plea_an_uncertain_span_takes_its_whole_sentence() -> None:
    found = plan(
        finding("suicide", Level.RED, spans=((0, 5),)), finding("method", Level.RED, spans=((23, 29),), certain=False)
    )

    ((start, end),) = found.redactions
    assert TEXT[start:end].strip() == "Then a second sentence."


def test_a_plea_caught_while_the_judge_failed_is_folded_not_hidden() -> None:
    found = plan(finding("detector", Level.RED, spans=(), certain=False), finding("suicide", Level.CRISIS, spans=()))

    assert (found.do, found.redactions) == ("note", ())
    assert found.within == 2 * MIN


def test_a_harm_without_a_span_hides_everything_rather_than_nothing() -> None:
    found = plan(finding("suicide", Level.RED), finding("threat", Level.RED, spans=()))

    assert found.redactions == ((0, len(TEXT)),)


@pytest.mark.parametrize("category", [each.value for each in Category if each != Category.CONTACT])
def test_refusing_at_submit_needs_everything_else_to_be_green(category) -> None:
    alone = plan(finding("contact", Level.GREEN))
    beside = plan(finding("contact", Level.GREEN), finding(category, Level.AMBER, spans=((20, 25),)))

    assert alone.do == "block"
    assert beside.do != "block"
    assert beside.within is not None


def test_the_highest_level_the_shortest_time_and_every_card_count() -> None:
    found = plan(finding("relapse", Level.AMBER), finding("overdose", Level.AMBER), finding("eating", Level.RED))

    assert found.level == Level.RED
    assert found.within == 30 * MIN
    assert set(found.cards) == {"relapse", "overdose", "eating"}
    assert found.categories[0] == "eating"


@pytest.mark.parametrize("category", ["method", "sourcing", "detector"])
def test_a_hold_of_rows_4_8_and_16_ends_by_itself(category) -> None:
    assert plan(finding(category, Level.RED, certain=False)).releases


@pytest.mark.parametrize("category", ["encouragement", "threat", "minor", "harassment", "contact"])
def test_a_hold_of_rows_5_10_11_12_and_15_waits_for_a_human(category) -> None:
    assert not plan(finding(category, Level.RED)).releases
    assert not plan(finding(category, Level.RED), finding("method", Level.RED, certain=False)).releases


@pytest.mark.parametrize("category", ["threat", "minor"])
def test_the_gravest_cases_are_for_a_lead(category) -> None:
    assert plan(finding(category, Level.CRISIS)).lead


def test_nothing_found_is_published() -> None:
    assert plan() == Plan()


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ('green = { do = "block" }', ""),
        ('red = { do = "hold", within = 3600 }', 'red = { do = "hold" }'),
        (
            'crisis = { do = "hold", within = 120, alert = true }',
            'crisis = { do = "hold", within = 600, alert = true }',
        ),
        ('crisis = { do = "hold", within = 120, alert = true }', 'crisis = { do = "hold", within = 120 }'),
        ('amber = { do = "hold", within = 14400 }', 'amber = { do = "vanish", within = 14400 }'),
        ('amber = { do = "hold", within = 14400 }', 'amber = { do = "block", within = 14400 }'),
        ("[detector]", "[detectors]"),
        ('crisis = { as = "overdose" }', 'crisis = { as = "relapse" }'),
    ],
)
def test_a_table_that_leaves_something_open_is_refused(tmp_path, line, instead) -> None:
    broken = TABLE.read_text().replace(line, instead)
    (tmp_path / "table.toml").write_text(broken)
    assert broken != TABLE.read_text()

    with pytest.raises(TableFault):
        load(tmp_path / "table.toml")


def test_every_category_has_its_row() -> None:
    assert set(table()) == set(Category)
