"""What may follow a change, told after commit. Nothing that must happen hangs on these."""

from typing import Any

from django.db import transaction
from django.dispatch import Signal

live_moved = Signal()  # session: public id, event: LiveEvent; a live session has a new event


def tell_live(public_id: str, event: Any) -> None:
    """Tell listeners once the transaction is durable; a failure to tell loses nothing, they also ask."""
    transaction.on_commit(lambda: live_moved.send_robust(None, session=public_id, event=event))
