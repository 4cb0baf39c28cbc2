"""Logs that hold no person: no words, addresses, user agents or keys, whichever library speaks."""

import logging
import traceback

FAILED = 500  # from here on an answer says that something of ours is broken


class NoWords(logging.Filter):
    """Drops what Django attaches to a record about a request; the path of a page may name a thread."""

    def filter(self, record: logging.LogRecord) -> bool:
        if hasattr(record, "request"):
            code = getattr(record, "status_code", "")
            record.msg, record.args = f"an answer with status {code}", ()
            if isinstance(code, int) and code < FAILED:
                _quieten(record)
            del record.request
        return True


def _quieten(record: logging.LogRecord) -> None:
    """What a browser sent wrongly is one line: its kind, and no chain of places, for nothing of ours failed."""
    if record.exc_info and record.exc_info[0]:
        record.msg = f"{record.msg}: {record.exc_info[0].__name__}"
    record.exc_info = record.exc_text = None
    if record.levelno > logging.WARNING:
        record.levelno, record.levelname = logging.WARNING, "WARNING"


class Line(logging.Formatter):
    """One line a record. Of an exception only its kind and the places in our code are kept: messages quote values."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatException(self, ei: object) -> str:  # noqa: N802  (the name is logging's)
        kind, _, trace = ei if isinstance(ei, tuple) else (None, None, None)
        places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in traceback.extract_tb(trace)]
        return f"{getattr(kind, '__name__', 'error')} at {' > '.join(places[-8:])}"
