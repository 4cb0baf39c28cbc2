"""Logs that hold no person: no words, addresses, user agents or keys, whichever library speaks."""

import logging
import traceback


class NoWords(logging.Filter):
    """Drops what Django attaches to a record about a request; the path of a page may name a thread."""

    def filter(self, record: logging.LogRecord) -> bool:
        if hasattr(record, "request"):
            code = getattr(record, "status_code", "")
            record.msg, record.args = f"an answer with status {code}", ()
            del record.request
        return True


class Line(logging.Formatter):
    """One line a record. Of an exception only its kind and the places in our code are kept: messages quote values."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatException(self, ei: object) -> str:  # noqa: N802  (the name is logging's)
        kind, _, trace = ei if isinstance(ei, tuple) else (None, None, None)
        places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in traceback.extract_tb(trace)]
        return f"{getattr(kind, '__name__', 'error')} at {' > '.join(places[-8:])}"
