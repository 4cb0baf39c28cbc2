"""Plain search over what a stranger may see. One function writes, one forgets, one finds; the database differs."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import connection

from forum.text import plain

if TYPE_CHECKING:
    from forum.models import Post

MOST_WORDS = 8
_SQL: dict[str, dict[str, str]] = {
    "sqlite": {
        "add": "INSERT INTO forum_search (rowid, words) VALUES (%s, %s)",
        "drop": "DELETE FROM forum_search WHERE rowid = %s",
        "find": "SELECT rowid FROM forum_search WHERE forum_search MATCH %s AND rowid < %s"
        " ORDER BY rowid DESC LIMIT %s",
    },
    "postgresql": {
        "add": "INSERT INTO forum_search (post_id, words) VALUES (%s, %s)",
        "drop": "DELETE FROM forum_search WHERE post_id = %s",
        "find": "SELECT post_id FROM forum_search WHERE to_tsvector('simple', words) @@ to_tsquery('simple', %s)"
        " AND post_id < %s ORDER BY post_id DESC LIMIT %s",
    },
}


def index(post: Post) -> None:
    """Make the post findable by exactly what is shown of it, or by nothing when it is not open. Same transaction."""
    forget(post.pk)
    if post.is_open and post.thread_id:
        _run("add", [post.pk, words_of(post.shown_title, post.shown_html)])


def words_of(shown_title: str, shown_html: str) -> str:
    """The words under which a post is found: those it shows, and no other."""
    return _folded(f"{shown_title}\n{plain(shown_html)}")


def forget(post_id: int) -> None:
    _run("drop", [post_id])


def find(query: str, *, before: int, limit: int) -> list[int]:
    """Ids of posts holding every word of the query (its beginning suffices), newest first, below `before`."""
    words = re.findall(r"\w+", _folded(query[:200]))[:MOST_WORDS]
    if not words:
        return []
    match = " ".join(f'"{word}"*' for word in words)
    if connection.vendor == "postgresql":
        match = " & ".join(f"{word}:*" for word in words)
    return [row[0] for row in _run("find", [match, before, limit])]


def _folded(text: str) -> str:
    """Small letters without their marks, so that both databases find the same in every language and locale."""
    apart = unicodedata.normalize("NFKD", text.lower())
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if unicodedata.category(sign)[0] != "M"))


def _run(what: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_SQL[connection.vendor][what], values)
        return cursor.fetchall() if what == "find" else []
