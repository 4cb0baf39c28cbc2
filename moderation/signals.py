"""What may follow at the desk, told after commit. Nothing that must happen hangs on these."""

from django.db import transaction
from django.dispatch import Signal

queue_moved = Signal()  # case: public id, level: int, call: bool; an open desk looks again
outreach_moved = Signal()  # peer: id; words came for them


def tell_desk(case_ref: str, level: int) -> None:
    transaction.on_commit(lambda: queue_moved.send_robust(None, case=case_ref, level=level))
