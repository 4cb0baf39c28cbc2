"""The colours of the site, measured: every pair a reader may meet keeps its contrast in every theme."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parent.parent / "static" / "css"

DARK_SYSTEM = "@media (prefers-color-scheme: dark)"
MORE = "@media (prefers-contrast: more)"
MORE_DARK = "@media (prefers-contrast: more) and (prefers-color-scheme: dark)"
LIGHT_BLOCK = ("", ":root")
THEMES = {
    "light": [LIGHT_BLOCK],
    "dark": [("", ':root[data-theme="dark"]'), (DARK_SYSTEM, ":root:not([data-theme])")],
    "contrast": [("", ':root[data-theme="contrast"]'), (MORE, ':root:not([data-theme="dark"])')],
    "contrast in the dark": [
        (MORE, ':root[data-theme="dark"]'),
        (MORE_DARK, ':root:not([data-theme="light"]):not([data-theme="contrast"])'),
    ],
}
PLAIN_GROUNDS = ("paper", "surface", "sunken")
WORDS = [
    *((word, ground) for word in ("ink", "ink-soft", "accent", "accent-deep") for ground in PLAIN_GROUNDS),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("on-lit", "lit"),
    ("accent", "lit"),
    ("paper", "ink"),
    ("error", "paper"),
    ("error", "surface"),
    ("error", "error-paper"),
    ("ink", "error-paper"),
    ("surface", "error"),
]
EDGES = [
    *((edge, ground) for edge in ("edge", "focus") for ground in (*PLAIN_GROUNDS, "lit")),
    ("focus", "glow"),
    ("accent", "paper"),
    ("accent", "surface"),
    ("error", "error-paper"),
]

Blocks = dict[tuple[str, str], dict[str, str]]


def read_blocks(css: str) -> Blocks:
    """Return {(media, selector): {token: value}} of a style sheet with at most one level of @media."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    blocks: Blocks = {}
    media = ""
    for head, end in re.findall(r"([^{}]*)([{}])", css):
        text = head.strip()
        if end == "{" and text.startswith("@media"):
            media = text
        elif end == "{":
            selector = text
        elif text:
            found = dict(re.findall(r"--([\w-]+):\s*([^;]+);", text))
            blocks.setdefault((media, selector), {}).update(found)
        else:
            media = ""
    return blocks


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`, as WCAG 2.2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio of two `#rrggbb` colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


BLOCKS = read_blocks((CSS / "tokens.css").read_text(encoding="utf-8"))


def tokens(theme: str) -> dict[str, str]:
    return BLOCKS[LIGHT_BLOCK] | BLOCKS[THEMES[theme][0]]


def test_the_measure_agrees_with_the_known_ends_of_the_scale() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read_on_every_ground(theme: str) -> None:
    needed = 7.0 if theme.startswith("contrast") else 4.5

    ratios = {(word, ground): contrast(tokens(theme)[word], tokens(theme)[ground]) for word, ground in WORDS}

    assert not {pair: ratio for pair, ratio in ratios.items() if ratio < needed}


@pytest.mark.parametrize("theme", THEMES)
def test_edges_and_focus_can_be_seen_on_every_ground(theme: str) -> None:
    ratios = {(edge, ground): contrast(tokens(theme)[edge], tokens(theme)[ground]) for edge, ground in EDGES}

    assert not {pair: ratio for pair, ratio in ratios.items() if ratio < 3.0}


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_is_the_same_by_choice_and_by_system_setting(theme: str) -> None:
    first, *others = (BLOCKS[key] for key in THEMES[theme])

    assert all(other == first for other in others)


def test_every_theme_sets_every_colour() -> None:
    colours = {name for name, value in BLOCKS[LIGHT_BLOCK].items() if value.startswith("#")}

    missing = {theme: colours - BLOCKS[keys[0]].keys() for theme, keys in THEMES.items()}

    assert not any(missing.values()), missing


def test_every_token_that_is_used_exists() -> None:
    known = BLOCKS[LIGHT_BLOCK].keys() | {"hue"}
    used = {name for sheet in CSS.glob("*.css") for name in re.findall(r"var\(--([\w-]+)", sheet.read_text())}

    assert used <= known


@pytest.mark.parametrize("sheet", ["lamplight", "parts", "forms", "live", "desk"])
def test_colours_are_named_only_among_the_tokens(sheet: str) -> None:
    css = re.sub(r"/\*.*?\*/", "", (CSS / f"{sheet}.css").read_text(encoding="utf-8"), flags=re.DOTALL)

    literals = re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\([^)]*\)|hsl\((?!var)[^)]*\)", css)

    assert literals in ([], ["#fff"] if sheet == "lamplight" else [])  # the blank page of leaving
