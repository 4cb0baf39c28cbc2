"""Recovery words: nine of the EFF's large list, 116 bits. The only key to an identity; kept nowhere but with its owner.

The list (7,776 words) is the EFF's, CC BY 3.0; see NOTICE.
"""

import hashlib
import hmac
import secrets
import unicodedata
from functools import lru_cache
from pathlib import Path

from django.conf import settings

HOW_MANY = 9


@lru_cache(maxsize=1)
def word_list() -> tuple[str, ...]:
    return tuple((Path(__file__).parent / "data" / "eff_large_wordlist.txt").read_text().split())


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(word_list())


def new_words() -> str:
    """Nine fresh words, separated by single spaces."""
    return " ".join(secrets.choice(word_list()) for _ in range(HOW_MANY))


def tidied(pasted: str) -> str | None:
    """What was pasted as nine known words, or None.

    Forgives capitals, commas, line breaks, numbering and the wide forms of some keyboards.
    """
    plain = unicodedata.normalize("NFKC", pasted[:2000]).casefold()
    parts = [part.strip(".,;:)\"'") for part in plain.replace(",", " ").split()]
    found = [part for part in parts if part in _known()]
    strange = [part for part in parts if part not in _known() and not part.isdigit() and part]
    return " ".join(found) if len(found) == HOW_MANY and not strange else None


def lookup_of(words: str) -> str:
    """The keyed hash under which an identity is found: with 116 random bits a slow hash would protect nothing more."""
    return hmac.new(settings.PEPPER.encode(), words.encode(), hashlib.sha256).hexdigest()
