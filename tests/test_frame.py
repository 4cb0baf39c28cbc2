"""The frame of every page: it stands without a request, a session or a database."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
CODES = (400, 403, 404, 405, 409, 413, 422, 429, 500, 503)
ORDER = (
    'class="skip-link"',
    'class="exit-early"',
    'class="exit"',
    'class="help-now"',
    'class="shift-line"',
    "<main",
)


@pytest.mark.parametrize("code", CODES)
def test_an_error_page_needs_nothing_and_still_offers_help(code: int) -> None:
    page = render_to_string(f"errors/{code}.html")

    assert page.count("<h1>") == 1
    assert 'class="help-now" href="/help"' in page
    assert " · Lamplight</title>" in page


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "500.html"])
def test_django_finds_the_error_pages_where_it_looks(name: str) -> None:
    assert render_to_string(name).strip() == render_to_string(f"errors/{name}").strip()


def test_a_sentence_of_the_moment_replaces_the_usual_one() -> None:
    page = render_to_string("errors/429.html", {"sentence": "You can send again in 20 s."})

    assert "You can send again in 20 s." in page
    assert "Many requests" not in page


def test_the_ways_out_and_to_help_come_first_in_the_document() -> None:
    page = render_to_string("base.html")

    places = [page.index(mark) for mark in ORDER]

    assert places == sorted(places)


def test_a_neutral_name_can_stand_in_the_tab() -> None:
    page = render_to_string("errors/404.html", {"look": {"tab": "Notes"}})

    assert "<title>Notes</title>" in page
    assert "Lamplight</title>" not in page


def test_the_chosen_look_is_named_on_the_root() -> None:
    chosen = render_to_string("base.html", {"look": {"theme": "dark", "text": "large"}})
    automatic = render_to_string("base.html", {"look": {"theme": "auto", "text": ""}})

    assert '<html lang="en" data-theme="dark" data-text="large">' in chosen
    assert '<html lang="en">' in automatic


def test_the_exit_can_be_switched_off_and_help_cannot() -> None:
    page = render_to_string("base.html", {"look": {"exit": "off"}})

    assert 'href="/exit"' not in page
    assert 'href="/help"' in page


@pytest.mark.parametrize(("hue", "shape"), [(0, 0), (14, 1), (15, 2), (180, 3), (345, 4), (359, 5), (0, 6), (359, 7)])
def test_a_pattern_is_drawn_for_every_name_and_hidden_from_screen_readers(hue: int, shape: int) -> None:
    pattern = render_to_string("_pattern.html", {"hue": hue, "shape": shape})

    bucket = re.search(r"hue-(\d+)\"", pattern)
    assert bucket is not None
    assert 0 <= int(bucket[1]) <= 12
    assert 'aria-hidden="true"' in pattern
    assert len(re.findall("<(?:circle|path|ellipse)", pattern)) >= 1


def test_no_template_holds_inline_code_or_another_host() -> None:
    paths = sorted(TEMPLATES.rglob("*.html"))

    assert len(paths) > 100
    for path in paths:
        text, name = path.read_text(encoding="utf-8"), path.relative_to(TEMPLATES)
        assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<style|javascript:", text), name
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), name
        assert not re.search(r"\ssrc=[\"'](?:https?:)?//|<link[^>]+href=[\"'](?:https?:)?//", text), name
