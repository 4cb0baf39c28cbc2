"""What must be true of the words a case keeps: an edit hides nothing, and what must go is gone."""

import hashlib
import hmac
from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q

from moderation.invariants.breaches import AT_ONCE, Breach, breach, breach_in
from moderation.models import Case, Signal, Snapshot


def what_was_noticed_is_kept() -> Breach | None:
    """For each revision in which something was noticed, its case keeps the words as they were."""
    kept = Snapshot.objects.filter(case=OuterRef("case"), revision=OuterRef("revision"))
    noticed = Signal.objects.filter(subject__startswith="post:", case__isnull=False)
    return breach("in words its case did not keep", noticed.filter(~Exists(kept)), ref="case__public_id")


def cases_about_posts_keep_their_words() -> Breach | None:
    kept = Snapshot.objects.filter(case=OuterRef("pk"))
    return breach("about a post of which it keeps no words", Case.objects.filter(~Exists(kept), post__isnull=False))


def kept_words_are_unchanged() -> Breach | None:
    """The words under a salt are those that were written: their keyed digest says so."""
    return breach_in("moderation_snapshot", "snapshot", "whose words are not those of its digest", _changed())


def erased_words_are_gone() -> Breach | None:
    """Where the salt is gone, so are the words: nobody can tell any more what they were."""
    return breach(
        "erased, and still with words", Snapshot.objects.filter(~Q(words=""), salt=None), ref="case__public_id"
    )


def _changed() -> Iterator[str]:
    # Neither database has this function, so the rows pass through here; only where a salt is left.
    salted = Snapshot.objects.filter(salt__isnull=False).values_list("case__public_id", "salt", "words", "digest")
    for ref, salt, words, digest in salted.iterator(chunk_size=AT_ONCE):
        if salt and hmac.new(salt.bytes, words.encode(), hashlib.sha256).hexdigest() != digest:
            yield ref
