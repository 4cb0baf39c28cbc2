"""What must be true of threads, and of the search index."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import Count, F, Q

from forum import search
from forum.models import Thread
from forum.models.posts import OPEN
from moderation.invariants.breaches import AT_ONCE, Breach, breach, breach_in

TABLE = "forum_search"
# Each database's index as rows. On SQLite the FTS5 table's own content: by its number a plain table, quick to walk.
_ROWS = {
    "sqlite": "(SELECT id AS post, c0 AS words, length(CAST(c0 AS BLOB)) AS bytes FROM forum_search_content)",
    "postgresql": "(SELECT post_id AS post, words, octet_length(words) AS bytes FROM forum_search)",
}
_FINDABLE = "p.thread_id IS NOT NULL AND p.visibility IN ('published', 'noted')"
_MISSING = (
    "SELECT p.public_id FROM forum_post p LEFT JOIN {rows} s ON s.post = p.id WHERE {findable} AND s.post IS NULL"
)
_MORE = (
    "SELECT p.public_id FROM {rows} s LEFT JOIN forum_post p ON p.id = s.post WHERE p.id IS NULL OR NOT ({findable})"
)
# Most words are plain paragraphs, which the database compares by itself; what is left over is compared one by one.
_NOT_PLAINLY_THE_SAME = """
SELECT p.public_id, p.shown_title, p.shown_html, s.words FROM {rows} s JOIN forum_post p ON p.id = s.post
WHERE {findable} AND NOT (s.bytes = length(s.words) AND s.words = lower(p.shown_title || '\n' || replace(replace(
    substr(p.shown_html, 4, length(p.shown_html) - 7), '</p>\n<p>', ' '), '<br>\n', ' ')))
"""


def threads_have_their_opening() -> Breach | None:
    """A thread is met by its opening post: without it nobody would find the answers."""
    away = Q(opening=None) | ~Q(opening__thread=F("pk"))
    return breach("without an opening post of its own", Thread.objects.filter(away))


def threads_count_visible_replies() -> Breach | None:
    """The number beside a thread, and whether it waits for an answer, are what readers can see."""
    replies = Q(posts__visibility__in=OPEN) & ~Q(posts=F("opening"))
    counted = Thread.objects.annotate(seen=Count("posts", filter=replies))
    return breach("with another number of replies than readers can see", counted.exclude(replies=F("seen")))


def search_finds_every_open_post() -> Breach | None:
    return breach_in("forum_post", "open post", "that search does not find", _first_of(_MISSING))


def search_finds_nothing_else() -> Breach | None:
    """What is held, gone or said in a live room is found by nobody."""
    return breach_in(TABLE, "row", "of words that are not open to everyone", _first_of(_MORE))


def search_holds_what_is_shown() -> Breach | None:
    """A post is found by what it shows, never by a part that is hidden."""
    other = (ref for ref, title, html, words in _rows(_NOT_PLAINLY_THE_SAME) if words != search.words_of(title, html))
    return breach_in(TABLE, "row", "with other words than its post shows", other)


def _first_of(question: str) -> Iterator[str | None]:
    return (row[0] for row in _rows(question))


def _rows(question: str) -> Iterator[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question.replace("{rows}", _ROWS[connection.vendor]).replace("{findable}", _FINDABLE))
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows
