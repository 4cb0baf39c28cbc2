"""The country is chosen, or hinted at by a language, and no header can break that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.help.country import country_from_accept_language, valid_country
from moderation.help.register import register


@pytest.mark.parametrize(
    ("header", "country"),
    [
        ("en-GB", "GB"),
        ("en-gb,en;q=0.9", "GB"),
        ("zh-Hant-TW,zh;q=0.9", "TW"),
        ("de;q=0.9, de-AT;q=0.8", "AT"),
        ("fr-CA;q=0.3, en-US;q=0.7", "US"),
        ("en-ZZ, nl-NL;q=0.5", "NL"),
        ("en-UK", "GB"),
        ("de-AT;q=0, de-CH;q=0.1", "CH"),
        ("ca-ES-valencia", "ES"),
    ],
)
def test_the_region_of_the_preferred_language_is_the_hint(header: str, country: str) -> None:
    assert country_from_accept_language(header) == country


@pytest.mark.parametrize(
    "header",
    [
        "",
        "en",
        "de,fr;q=0.5",
        "es-419",
        "*",
        "en-GB;q=0",
        "en_GB",
        "en-",
        ";;;,,,",
        "en-GB;q=x",
        "en-GB\x00",
        "GB",
    ],
)
def test_a_header_without_a_region_hints_at_no_country(header: str) -> None:
    assert country_from_accept_language(header) is None


@given(st.text())
def test_junk_never_breaks_the_page(header: str) -> None:
    found = country_from_accept_language(header)

    assert found is None or found in register().countries


@given(
    st.lists(st.sampled_from(["en", "-", "GB", ";", "q=", "0.5", ",", " ", "\u0131", "9", "*", "x-US"])).map("".join)
)
def test_headers_that_look_almost_right_never_break_the_page(header: str) -> None:
    found = country_from_accept_language(header)

    assert found is None or found in register().countries


def test_a_very_long_header_is_read_only_at_its_beginning() -> None:
    assert country_from_accept_language("en," * 100_000 + "en-GB") is None


@pytest.mark.parametrize(("code", "country"), [("gb", "GB"), (" GB ", "GB"), ("uk", "GB"), ("US", "US")])
def test_a_chosen_code_is_tidied(code: str, country: str) -> None:
    assert valid_country(code) == country


@pytest.mark.parametrize("code", ["", "ZZ", "GBR", "<b>", "g\u0432", "\u0131\u0131", "G B"])
def test_a_code_the_register_does_not_know_is_no_country(code: str) -> None:
    assert valid_country(code) is None
