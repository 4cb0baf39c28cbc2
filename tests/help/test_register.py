"""The register refuses what could hurt, and hides what no source names."""

import json
from pathlib import Path
from typing import Any

import pytest

from moderation.help.faults import HelpDataError
from moderation.help.numbers import digits
from moderation.help.register import DATA, countries, read_register, register, shown_lines
from tests.help.data import country, helplines, line


@pytest.mark.parametrize(
    "dead",
    [
        {"phone": ["0999 8765 4321"]},
        {"phone": ["+44 999 8765 4321"]},
        {"phone": ["(0999) 8765-4321"]},
        {"numbers_without_source": ["09998765 4321"]},
        {"note": "Do not call 0999 8765 4321 any more."},
        {"text": [{"by": "sms", "number": "0999 87654321", "word": ""}]},
        {"name": "Listeners 1393"},
        {"phone": ["1393"]},
        {"note": "Once it was 1393 24/7."},
    ],
)
def test_a_denied_number_fails_the_load_however_it_is_written(dead: dict[str, Any]) -> None:
    with pytest.raises(HelpDataError, match=r"gb-listeners.*denied"):
        read_register(helplines(line(**dead)))


def test_a_long_denied_number_is_refused_in_every_country() -> None:
    elsewhere = line(id="us-listeners", country="US", phone=["+44 999 8765 4321"])

    with pytest.raises(HelpDataError, match="denied"):
        read_register(helplines(elsewhere))


@pytest.mark.parametrize("number", ["800 555 0199", "+1 (800) 555-0199", "1 800-5550199"])
def test_a_number_denied_with_its_calling_code_is_refused_without_it_too(number: str) -> None:
    row = line(id="us-listeners", country="US", phone=[number])

    with pytest.raises(HelpDataError, match="denied"):
        read_register(helplines(row))


def test_a_short_denied_number_may_mean_something_good_in_another_country() -> None:
    elsewhere = line(id="us-listeners", country="US", phone=["1393"])

    found = read_register(helplines(elsewhere))

    assert found.by_country["US"][0].call_links[0].href == "tel:1393"


def test_a_short_denied_number_does_not_refuse_a_longer_one_that_holds_it() -> None:
    found = read_register(helplines(line(phone=["01632 961 393"])))

    assert found.by_country["GB"][0].call_links[0].href == "tel:01632961393"


@pytest.mark.parametrize(
    "wrong",
    [
        {"confidence": "no_source"},
        {"confidence": "trust me"},
        {"source": []},
        {"source": ["/home/someone/list.json"]},
        {"source": ["see file:///list.json"]},
        {"source": ["C:\\list.json"]},
        {"phone": ["javascript:alert(1)"]},
        {"phone": ["999;ext=1"]},
        {"text": [{"by": "sms", "number": "85258", "word": "x&body=y"}]},
        {"text": [{"by": "whatsapp", "number": "0600 000", "word": ""}]},
        {"url": "http://listeners.example"},
        {"chat": "javascript:alert(1)"},
        {"timezone": "Europe/Nowhere"},
        {"timezone": "../../etc/passwd"},
        {"country": "ZZ"},
        {"categories": ["anything"]},
        {"categories": []},
        {"languages": ["xx"]},
        {"opens": [[7, "09:00", "17:00"]]},
        {"surprise": True},
    ],
)
def test_a_line_that_breaks_a_rule_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(HelpDataError, match="gb-listeners"):
        read_register(helplines(line(**wrong)))


def test_a_line_that_lacks_a_field_or_stands_twice_is_refused() -> None:
    short = line()
    del short["source_date"]

    with pytest.raises(HelpDataError, match="source_date"):
        read_register(helplines(short))
    with pytest.raises(HelpDataError, match="twice"):
        read_register(helplines(line(), line()))


@pytest.mark.parametrize("wrong", [{"emergency": []}, {"emergency": ["call us"]}, {"timezone": "Mars/Base"}])
def test_a_country_without_a_sound_emergency_number_or_zone_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(HelpDataError, match="country GB"):
        read_register(helplines(countries={"GB": country(**wrong)}))


def test_a_number_without_a_source_is_hidden_while_the_others_of_the_line_stay() -> None:
    row = line(phone=["01632 960 001", "01632 960 002"], numbers_without_source=["01632-960-002"])

    found = read_register(helplines(row))

    assert [link.label for link in found.by_country["GB"][0].call_links] == ["01632 960 001"]


def test_a_line_left_without_any_sourced_number_is_withheld() -> None:
    row = line(numbers_without_source=["01632 960 001"])

    found = read_register(helplines(row))

    assert found.by_country["GB"] == ()
    assert [each.id for each in found.withheld] == ["gb-listeners"]


def test_a_text_number_beside_a_phone_waits_for_a_check_unless_a_source_names_it() -> None:
    text = [{"by": "sms", "number": "85258", "word": "HELLO"}]
    unsourced = read_register(helplines(line(text=text))).lines["gb-listeners"]
    sourced = read_register(helplines(line(text=text, fields_without_source=[]))).lines["gb-listeners"]

    assert unsourced.text_links == ()
    assert unsourced.unchecked_text_links == (("HELLO to 85258", "sms:85258?body=HELLO"),)
    assert sourced.text_links == (("HELLO to 85258", "sms:85258?body=HELLO"),)


def test_no_unsourced_number_reaches_a_link_of_the_reviewed_file() -> None:
    for each in shown_lines():
        dialled = {digits(link.label) for link in each.call_links + each.text_links}
        hidden = {digits(number) for number in each.numbers_without_source}

        assert not dialled & hidden, each.id


def test_the_reviewed_file_loads_and_each_link_is_safe_to_press() -> None:
    links = [link for each in shown_lines() for link in each.call_links + each.text_links]
    links += [link for each in countries() for link in each.emergency_links]

    assert len(links) > 250
    assert all(link.href.startswith(("tel:", "sms:", "https://wa.me/")) for link in links)


def test_the_reviewed_file_holds_no_row_without_a_source() -> None:
    rows = json.loads(Path(DATA).read_text(encoding="utf-8"))["lines"]

    assert len(rows) > 250
    assert not [row["id"] for row in rows if row["confidence"] == "no_source" or not row["source"]]


def test_a_path_on_one_machine_is_refused_among_the_sources_of_the_file() -> None:
    with pytest.raises(HelpDataError, match="public place"):
        read_register(helplines(line(), sources={"mine": "copied from ~/lists/old.json"}))


def test_every_country_is_named_and_has_an_emergency_number() -> None:
    names = [each.name for each in countries()]

    assert names == sorted(names, key=str.casefold)
    assert len(names) == len(register().countries) > 80
    assert all(each.emergency_links for each in countries())
