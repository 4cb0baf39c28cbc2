"""Recovery words: nine of the EFF's large list, 116 bits. The only key to an identity; kept nowhere but with its owner.

The list is the EFF's, CC BY 3.0, without the words of `left_out_words.txt`; see NOTICE.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
from functools import lru_cache
from pathlib import Path

from django.conf import settings

HOW_MANY = 9
_PART = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")  # letters, and the hyphens of "yo-yo"
_UNSEEN = str.maketrans({"\u00ad": "", "\u200b": "", "\u200c": "", "\u200d": "", "\ufeff": "", "\u2010": "-"})


DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def word_list() -> tuple[str, ...]:
    """The list without the words that could hurt someone who is given them as theirs to keep."""
    left_out = set((DATA / "left_out_words.txt").read_text().split())
    return tuple(word for word in (DATA / "eff_large_wordlist.txt").read_text().split() if word not in left_out)


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(word_list())


def new_words() -> str:
    """Nine fresh words, separated by single spaces."""
    return " ".join(secrets.choice(word_list()) for _ in range(HOW_MANY))


def tidied(pasted: str) -> str | None:
    """What was pasted as nine known words, or None.

    Forgives capitals, line breaks, numbering, any mark between words, unseen characters and the wide forms of
    some keyboards. A word that is not on the list is not forgiven: guessing would open doors.
    """
    plain = unicodedata.normalize("NFKC", pasted[:2000]).casefold().translate(_UNSEEN)
    found = [word for part in _PART.findall(plain) for word in ([part] if part in _known() else part.split("-"))]
    return " ".join(found) if len(found) == HOW_MANY and _known().issuperset(found) else None


def lookup_of(words: str) -> str:
    """The keyed hash under which an identity is found: with 116 random bits a slow hash would protect nothing more."""
    return hmac.new(settings.PEPPER.encode(), words.encode(), hashlib.sha256).hexdigest()
