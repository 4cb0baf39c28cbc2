"""The forum's part of what time does: words of closed live sessions, old drafts, the search index."""

from datetime import datetime, timedelta

from django.db import connection

from forum.models import LiveEvent, Post, SavedDraft

LIVE_WORDS_STAY = timedelta(hours=24)  # after their session closes, unless they are in a case
DRAFTS_STAY = timedelta(days=30)
AT_ONCE = 500  # rows a transaction


def drop_live_words(*, now: datetime) -> int:
    """Delete what was said in sessions closed for a day. What a case is about stays with the case. How many?"""
    # Whom something was for alone (a raised hand, a message that waited) is forgotten then, too, case or no case.
    LiveEvent.objects.filter(peer__isnull=False, session__closed_at__lt=now - LIVE_WORDS_STAY).update(peer=None)
    closed = Post.objects.filter(session__closed_at__lt=now - LIVE_WORDS_STAY, cases=None)
    gone = 0
    while ids := list(closed.values_list("pk", flat=True)[:AT_ONCE]):
        # Asked again in the deleting statement: a report may have arrived in between.
        _, by_model = Post.objects.filter(pk__in=ids, cases=None).delete()
        deleted = by_model.get("forum.Post", 0)
        gone += deleted
        if deleted < len(ids):
            break  # some joined a case meanwhile; the next round sees the rest
    return gone


def drop_old_drafts(*, now: datetime) -> int:
    """Delete drafts nobody has touched for thirty days. How many?"""
    return SavedDraft.objects.filter(saved_at__lt=now - DRAFTS_STAY).delete()[0]


def purge_files() -> bool:
    """Drop what deletions leave behind in the database's own files: segments of the search index, and the WAL.

    On Postgres the server's autovacuum does this. Was it done?
    """
    if connection.vendor != "sqlite":
        return False
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO forum_search (forum_search) VALUES ('rebuild')")
        cursor.execute("INSERT INTO forum_search (forum_search) VALUES ('optimize')")
        if not connection.in_atomic_block:  # inside a transaction SQLite refuses it
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.fetchall()
    return True
