"""What a person sees: emergency first, open only when a person here knows it, honest words for the rest."""

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.help.cards import CATEGORIES
from moderation.help.checks import Check
from moderation.help.listing import LINES_FOR, Hours, ListedLine, Listing, lines_due, listing
from moderation.help.register import countries, register, shown_lines

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday
ALL_DAY = "gb-samaritans"
EVENING = "gb-calm-helpline"  # 17:00 to 24:00 every day, London
UNKNOWN = "gb-galop"  # nobody has written down its hours


def checked(line_id: str, *, days_ago: int = 10, hours: bool = True, now: datetime = NOON) -> dict[str, Check]:
    """One check by Robin."""
    return {line_id: Check(line_id, now.date() - timedelta(days=days_ago), "Robin", hours)}


def shown(found: Listing) -> dict[str, ListedLine]:
    """The lines of a listing by id."""
    return {each.line.id: each for each in found.open_now + found.others}


def list_gb(checks: Mapping[str, Check], *, now: datetime = NOON, about: tuple[str, ...] = ()) -> Listing:
    """The listing of the United Kingdom."""
    return listing("GB", about, checks=checks, now=now)


def test_without_a_check_nothing_is_called_open() -> None:
    for country in countries():
        found = listing(country.code, CATEGORIES, checks={}, now=NOON)

        assert found.open_now == ()
        assert all("Open now" not in each.hours_words for each in found.others)


def test_a_line_listed_day_and_night_says_that_nobody_here_checked_it() -> None:
    line = shown(list_gb({}))[ALL_DAY]

    assert line.hours_words == "Listed as 24/7, not yet checked by this site"
    assert line.checked_words == "Not yet checked by this site"


def test_a_line_of_unknown_hours_says_so() -> None:
    assert shown(list_gb({}))[UNKNOWN].hours_words == "Hours not confirmed"


def test_a_fresh_check_of_the_hours_makes_a_line_open() -> None:
    found = list_gb(checked(ALL_DAY))

    assert [each.line.id for each in found.open_now] == [ALL_DAY]
    assert found.open_now[0].hours_words == "Open now, 24 hours a day"
    assert found.open_now[0].checked_words == "Checked on 13 November 2026 by Robin"


def test_a_check_of_180_days_still_counts() -> None:
    found = list_gb(checked(ALL_DAY, days_ago=180))

    assert [each.line.id for each in found.open_now] == [ALL_DAY]


def test_a_check_of_181_days_counts_no_more_and_the_page_says_it_is_due() -> None:
    found = list_gb(checked(ALL_DAY, days_ago=181))

    line = shown(found)[ALL_DAY]
    assert found.open_now == ()
    assert line.hours_words == "Listed as 24/7, hours not confirmed"
    assert line.checked_words == "Last checked on 26 May 2026 by Robin; due to be checked again"


def test_a_check_that_left_the_hours_open_claims_nothing_about_them() -> None:
    found = list_gb(checked(ALL_DAY, hours=False))

    assert found.open_now == ()
    assert shown(found)[ALL_DAY].hours_words == "Listed as 24/7, hours not confirmed"


def test_confirmed_hours_that_nobody_wrote_down_are_not_called_open() -> None:
    found = list_gb(checked(UNKNOWN))

    assert found.open_now == ()
    assert shown(found)[UNKNOWN].hours is Hours.UNCONFIRMED


def test_a_confirmed_line_outside_its_hours_says_when_it_opens() -> None:
    line = shown(list_gb(checked(EVENING)))[EVENING]

    assert line.hours is Hours.CLOSED
    assert line.hours_words == "Confirmed open 17:00 to 24:00 every day; closed now, opens today at 17:00"


def test_a_confirmed_line_is_open_to_its_last_minute_and_not_at_midnight() -> None:
    last_minute = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)
    midnight = last_minute + timedelta(minutes=1)

    before = list_gb(checked(EVENING), now=last_minute)
    after = list_gb(checked(EVENING), now=midnight)

    assert before.open_now[0].hours_words == "Open now, until midnight"
    assert after.open_now == ()


def test_where_a_country_has_several_zones_the_page_says_whose_clock_it_is() -> None:
    anna = "ru-anna"  # 07:00 to 21:00 in Moscow
    evening_in_moscow = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    night_in_moscow = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)

    still_open = listing("RU", ["abuse"], checks=checked(anna), now=evening_in_moscow)
    closed = listing("RU", ["abuse"], checks=checked(anna), now=night_in_moscow)

    assert still_open.open_now[0].hours_words == "Open now, until 21:00 (Moscow time)"
    assert shown(closed)[anna].hours_words.endswith("(Moscow time); closed now, opens tomorrow at 07:00")


def test_a_text_number_no_source_names_appears_once_a_person_checked_the_line() -> None:
    before = shown(listing("US", [], checks={}, now=NOON))["us-988-suicide-crisis-lifeline"]
    check = checked("us-988-suicide-crisis-lifeline", hours=False)
    stale = checked("us-988-suicide-crisis-lifeline", days_ago=181)

    after = shown(listing("US", [], checks=check, now=NOON))["us-988-suicide-crisis-lifeline"]
    long_after = shown(listing("US", [], checks=stale, now=NOON))["us-988-suicide-crisis-lifeline"]

    assert before.text_links == ()
    assert after.text_links == (("988", "sms:988"),)
    assert long_after.text_links == ()


def test_the_emergency_numbers_come_with_every_country() -> None:
    found = list_gb({})

    assert found.country_name == "United Kingdom"
    assert [link.href for link in found.emergency] == ["tel:999", "tel:112"]
    assert found.emergency_words == "If a life may be in danger right now, call 999 or 112."


@pytest.mark.parametrize("code", [None, "", "ZZ", "<script>", "\u0131\u0131"])
def test_an_unknown_country_gets_worldwide_advice_and_the_directory(code: str | None) -> None:
    found = listing(code, ["suicide"], checks={}, now=NOON)

    assert found.country is None
    assert "local emergency number" in found.emergency_words
    assert "112 works in many countries" in found.emergency_words
    assert [link.href for link in found.directory] == [
        "https://findahelpline.com/",
        "https://befrienders.org/",
    ]
    assert found.open_now + found.others == ()


def test_a_country_whose_lines_are_all_withheld_still_has_emergency_and_directory() -> None:
    empty = [code for code, lines in register().by_country.items() if not lines]

    assert empty
    for code in empty:
        found = listing(code, [], checks={}, now=NOON)
        assert found.emergency
        assert found.directory


def test_lines_for_what_someone_writes_about_come_first_then_general_ones() -> None:
    found = [each.line for each in listing("US", ["abuse"], checks={}, now=NOON).others]

    kinds = [
        "asked" if line.categories & LINES_FOR["abuse"] else "general" if "emotional" in line.categories else "other"
        for line in found
    ]
    assert kinds.index("asked") == 0
    assert kinds.index("general") > max(place for place, kind in enumerate(kinds) if kind == "asked")


def test_an_adult_is_not_sent_to_a_line_for_children_first() -> None:
    adult = [each.line.id for each in listing("DE", ["self_harm"], checks={}, now=NOON).others]
    young = [each.line.id for each in listing("DE", ["minor"], checks={}, now=NOON).others]

    assert adult[0] == "de-telefonseelsorge"
    assert young[0] == "de-krisenchat"


def test_every_category_of_a_finding_is_answered_by_lines() -> None:
    for category in CATEGORIES:
        assert LINES_FOR[category]
        assert listing("GB", [category], checks={}, now=NOON).others


@given(
    code=st.none() | st.text(max_size=4),
    about=st.lists(st.text(max_size=8) | st.sampled_from(sorted(CATEGORIES)), max_size=4),
    day=st.dates(),
    line_id=st.sampled_from([ALL_DAY, EVENING, UNKNOWN]),
    now=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - its bounds
)
def test_help_is_found_for_any_wish_at_any_moment(
    code: str | None, about: list[str], day: date, line_id: str, now: datetime
) -> None:
    checks = {line_id: Check(line_id, day, "Robin", hours_confirmed=True)}

    found = listing(code, about, checks=checks, now=now)

    assert found.emergency_words
    assert len(found.directory) == 2
    assert not found.open_now or checks[line_id].is_fresh(now)


def test_a_moment_without_a_time_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="time zone"):
        list_gb({}, now=NOON.replace(tzinfo=None))


def test_staff_see_first_what_nobody_ever_checked_and_last_what_has_just_run_out() -> None:
    checks = checked(ALL_DAY) | checked(EVENING, days_ago=181) | checked(UNKNOWN, days_ago=400)

    due = [line.id for line in lines_due(checks=checks, now=NOON)]

    assert len(due) == len(shown_lines()) - 1
    assert ALL_DAY not in due
    assert due[-2:] == [UNKNOWN, EVENING]


def test_languages_are_named_in_their_own_words() -> None:
    found = shown(listing("DE", [], checks={}, now=NOON))

    assert found["de-muslimisches-seelsorgetelefon"].languages == "Deutsch, Türkçe, العربية"
    assert found["de-hilfetelefon-gewalt-gegen-frauen"].languages == "Deutsch, 17 more with an interpreter"


def test_a_listing_takes_less_than_a_millisecond() -> None:
    list_gb({})
    fastest = 1.0
    for _ in range(20):
        begun = time.perf_counter()
        list_gb(checked(EVENING))
        fastest = min(fastest, time.perf_counter() - begun)

    assert fastest < 0.001
