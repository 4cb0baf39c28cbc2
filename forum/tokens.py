"""Public ids: random, so that nobody counts posts or guesses a held one's address."""

import secrets

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without the look-alikes i l o 0 1


def new_token() -> str:
    """12 characters, 59 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))
