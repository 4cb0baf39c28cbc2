"""Turns what a person typed into what others may see: tidied, redacted, rendered, cleaned twice. Pure.

Rendering happens once, when words are saved; pages show the stored result.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import bleach
import nh3
from markdown_it import MarkdownIt

TAGS = frozenset({"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "code", "pre", "hr"})
HIDDEN_PART = "[part hidden]"
_MARK = "\ue000"  # stands for a hidden part while rendering; taken out of what people type
_HIDDEN_HTML = f'<span class="redacted">{HIDDEN_PART}</span>'
# Controls that no keyboard sends and databases refuse; tabs and line ends stay.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000]")
MOST_MARKS = 4  # combining marks kept on one letter when shown: every language needs fewer

# No links and no images: an address is judged as contact details, and a picture can hurt.
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["link", "image", "autolink", "html_inline", "html_block", "heading", "lheading", "reference", "entity"]
)

Spans = Sequence[Sequence[int]]


def tidy(typed: str) -> str:
    """The words as kept: line ends made one kind, control characters out, nothing else touched."""
    unix = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROLS.sub("", unix).strip()


def whole(title: str, body: str) -> str:
    """Title and body as the one text that is judged; redactions count code points of this."""
    return f"{title}\n\n{body}" if title else body


def redacted(text: str, spans: Spans) -> str:
    """The text with every span replaced by one mark; spans may overlap, touch or reach past the end."""
    out: list[str] = []
    place = 0
    for start, end in sorted((max(0, start), min(len(text), end)) for start, end in spans):
        if end <= max(start, place):
            continue
        if start > place or not out or out[-1] != _MARK:
            out += [text[place:start], _MARK] if start > place else [_MARK]
        place = end
    return "".join([*out, text[place:]])


def shown(title: str, body: str, spans: Spans = ()) -> tuple[str, str]:
    """(title as plain text, body as clean HTML) with the spans of `whole(title, body)` hidden in both."""
    offset = len(title) + 2 if title else 0
    in_title = [(start, min(end, len(title))) for start, end in spans if start < len(title)] if title else []
    in_body = [(max(0, start - offset), end - offset) for start, end in spans if end > offset]
    heading = _calm(redacted(title, in_title))
    return heading.replace(_MARK, HIDDEN_PART), render(redacted(body, in_body))


def render(marked: str) -> str:
    """Markdown to HTML of a few plain tags, no attributes; cleaned by two independent libraries."""
    calm = _calm(marked)
    clean_html = clean(_markdown.render(calm))
    if calm.strip() and not plain(clean_html):
        clean_html = clean(f"<p>{html.escape(calm)}</p>")  # a lone ">" or "---" was meant as it stands
    return clean_html.replace(_MARK, _HIDDEN_HTML)


def clean(dirty: str) -> str:
    """What two cleaners agree is harmless. bleach no longer gets security fixes, so it never stands alone."""
    first = bleach.clean(dirty, tags=TAGS, attributes={}, protocols=[], strip=True, strip_comments=True)
    return nh3.clean(first, tags=set(TAGS), attributes={}, url_schemes=set(), link_rel=None).strip()


def _calm(text: str) -> str:
    """At most a few combining marks on a letter, so that nobody's words spill over another's."""
    if text.isascii():
        return text
    out, run = [], 0
    for letter in text:
        run = run + 1 if unicodedata.combining(letter) else 0
        if run <= MOST_MARKS:
            out.append(letter)
    return "".join(out)


def plain(shown_html: str) -> str:
    """What is shown, without its tags."""
    return " ".join(html.unescape(nh3.clean(shown_html.replace("<", " <"), tags=set())).split())


def pieces(text: str, spans: Spans) -> list[tuple[str, bool]]:
    """The whole text in order, cut where the spans begin and end; each piece says whether a span covers it."""
    cuts = sorted({0, len(text), *(min(max(0, edge), len(text)) for span in spans for edge in span)})
    return [
        (text[start:end], any(first <= start and end <= last for first, last in spans)) for start, end in pairwise(cuts)
    ]


def excerpt(shown_title: str, shown_html: str, length: int = 80) -> str:
    """The title, or the first words of what is shown."""
    words = shown_title or plain(shown_html)
    return words if len(words) <= length else words[: length - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"
