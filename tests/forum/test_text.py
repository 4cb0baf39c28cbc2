"""What people typed becomes harmless, calm and whole; hidden parts stay hidden."""

import html
import re
from html.parser import HTMLParser

import bleach
import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum import text

ACTIVE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:1)",
    "![x](https://example.org/x.png)",
    "<https://example.org>",
    "<svg/onload=alert(1)>",
    "<p onclick=x>",
    "<b",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "<!-- -->",
    "<style>*{}</style>",
    "<iframe srcdoc='x'>",
    "# head\n",
    "> quote\n",
    "- a\n",
    "```\n<b>\n```",
    "**bold**",
    "_soft_",
    "<math><mtext></form>",
    "[a]: http://example.org",
    "\ue000",
    "\x00",
    "&",
    "<",
    ">",
    '"',
    "\n",
    "`",
)
typed = st.lists(st.one_of(st.sampled_from(ACTIVE), st.text(max_size=20)), max_size=8).map("".join)


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(attrs)))


@given(typed)
def test_nothing_active_is_left_of_whatever_is_typed(words: str) -> None:
    shown = text.render(text.tidy(words))

    for tag, attributes in Tags(shown).found:
        assert tag in text.TAGS
        assert attributes == ()


@given(typed)
def test_both_cleaners_agree_that_nothing_is_left_to_clean(words: str) -> None:
    clean = text.clean(words)

    assert nh3.clean(clean, tags=set(text.TAGS), attributes={}, link_rel=None) == clean
    by_bleach = bleach.clean(clean, tags=text.TAGS, attributes={}, protocols=[])
    assert Tags(by_bleach).found == Tags(clean).found


@pytest.mark.parametrize("asleep", [bleach, nh3])
def test_each_cleaner_alone_leaves_nothing_active(monkeypatch, asleep) -> None:
    monkeypatch.setattr(asleep, "clean", lambda dirty, **_: dirty)

    left = [text.clean(f"<p>{piece}</p>") for piece in ACTIVE]

    assert {tag for piece in left for tag, _ in Tags(piece).found} <= text.TAGS
    assert [attrs for piece in left for _, attrs in Tags(piece).found if attrs] == []


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=200))
def test_no_words_are_lost_on_the_way_to_the_page(words: str) -> None:
    kept = text.tidy(words)

    shown = text.plain(text.render(kept))

    assert shown or not kept


@pytest.mark.parametrize("mark", [">", "---", "-", "#", "*", "1.", "```", "&", "<"])
def test_one_lone_mark_is_shown_as_it_was_typed(mark: str) -> None:
    assert text.plain(text.render(mark)) == mark


def test_a_mark_of_ours_typed_by_someone_hides_nothing() -> None:
    assert "redacted" not in text.render(text.tidy("a \ue000 b"))


@given(st.text(alphabet="abcdefgh \n", max_size=60), st.data())
def test_no_hidden_character_is_left_and_every_other_stays_in_its_place(words: str, data: st.DataObject) -> None:
    edge = st.integers(-3, len(words) + 3)
    spans = data.draw(st.lists(st.tuples(edge, edge), max_size=5))
    hidden = {place for start, end in spans for place in range(max(0, start), min(len(words), end))}

    left = text.redacted(words, spans)

    assert left.replace("\ue000", "") == "".join(letter for place, letter in enumerate(words) if place not in hidden)
    assert ("\ue000" in left) == bool(hidden)
    assert "\ue000\ue000" not in left


@given(st.text(alphabet="abc ", max_size=20), st.text(alphabet="abc \n", min_size=1, max_size=40), st.data())
def test_a_hidden_word_is_in_no_output_whether_in_title_or_body(title: str, body: str, data: st.DataObject) -> None:
    title, body = f"{title} zq" if data.draw(st.booleans()) else title, f"{body} zq"
    words = text.whole(title, body)
    spans = [found.span() for found in re.finditer("zq", words)]

    heading, shown = text.shown(title, body, spans)

    assert "zq" not in heading
    assert "zq" not in shown
    assert text.HIDDEN_PART in shown


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-2, 70), st.integers(-2, 70)), max_size=4))
def test_pieces_put_together_are_the_whole_text(words: str, spans: list[tuple[int, int]]) -> None:
    pieces = text.pieces(words, spans)

    assert "".join(piece for piece, _ in pieces) == words


def test_a_marked_piece_is_exactly_the_span() -> None:
    assert text.pieces("call 123 now", [(5, 8)]) == [("call ", False), ("123", True), (" now", False)]


def test_tidied_words_have_one_kind_of_line_end_and_no_controls() -> None:
    assert text.tidy("  a\r\nb\rc\u2028d\x00\x07\ud800\t \n") == "a\nb\nc\nd"


def test_a_tower_of_marks_is_cut_and_real_accents_stay() -> None:
    tower = "Z" + "\u0301" * 40

    shown = text.render(f"{tower} café \u0915\u094d\u0937")

    assert shown.count("\u0301") == text.MOST_MARKS
    assert "café \u0915\u094d\u0937" in shown


def test_an_excerpt_ends_at_a_word_and_is_plain() -> None:
    words = text.excerpt("", text.render("**One** two three " * 20))

    assert words.startswith("One two three")
    assert len(words) <= 80
    assert words.endswith("…")
    assert "<" not in words


@pytest.mark.parametrize(
    "typed_so",
    ["I <3 you & me", "<b>loud</b>", "Look: ![x](https://example.org/x.png)", "[x](/y)", "<https://example.org>"],
)
def test_what_looks_like_a_tag_a_link_or_a_picture_is_kept_as_words(typed_so) -> None:
    assert html.unescape(text.render(typed_so)) == f"<p>{typed_so}</p>"
