"""What the surroundings say: environment variables, secrets, the database address. Read once, by settings."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    return os.environ.get(f"LAMPLIGHT_{name}", default).strip()


def flag(name: str) -> bool:
    return text(name).lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated variable as a list, empty parts left out."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def secret(name: str, *, beside: Path, may_create: bool) -> str:
    """The secret from the environment, or from a file beside the database, made on first use.

    With a database server several machines may serve the site, and each would make its own:
    recovery words would open on one and fail on the next. There the secret must be given.
    """
    if given := text(name):
        return given
    path = beside / "secrets" / name.lower()
    if not path.exists():
        if not may_create:
            raise ImproperlyConfigured(f"Set LAMPLIGHT_{name} (50 random characters or more), the same everywhere.")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_secret(path)
    value = path.read_text().strip()
    if len(value) < 50:
        raise ImproperlyConfigured(f"The file of LAMPLIGHT_{name} is damaged: fewer than 50 characters.")
    return value


def _make_secret(path: Path) -> None:
    """The file gets its name once it is whole: no other process of this machine reads half of it."""
    handle, unnamed = tempfile.mkstemp(dir=path.parent)  # for its owner alone
    try:
        with os.fdopen(handle, "w") as made:
            made.write(secrets.token_urlsafe(48))
            made.flush()
            os.fsync(made.fileno())
        with suppress(FileExistsError):  # another process was quicker; its value counts
            os.link(unnamed, path)
    finally:
        Path(unnamed).unlink()


def database(url: str, *, beside: Path) -> dict[str, Any]:
    """Django's database settings from a `postgresql://` address, or SQLite in the data folder."""
    if not url:
        return _sqlite(beside / "lamplight.sqlite3")
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("LAMPLIGHT_DATABASE_URL must start with postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or dict(parse_qsl(parts.query)).get("host", ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": _pool(int(text("DATABASE_POOL", "8"))),
    }


def _pool(size: int) -> dict[str, Any]:
    """A pool, because under ASGI every thread would keep a connection of its own. 0: none, for tests."""
    return {"pool": {"min_size": 1, "max_size": size, "timeout": 3}} if size else {}


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # IMMEDIATE: a writer waits its turn at BEGIN instead of failing in the middle.
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            # FULL: an acknowledged post survives a power cut, not only a killed process.
            # secure_delete: removed words are overwritten in the file, not only unlinked.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
            " PRAGMA foreign_keys=ON;",
        },
        "TEST": {"NAME": path.with_name("test.sqlite3")},
    }
