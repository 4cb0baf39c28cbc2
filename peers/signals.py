"""What may follow when a session or a person goes. Nothing that must happen hangs on these."""

from django.dispatch import Signal

voice_ended = Signal()  # session: hashed key or None; peer: id or None; open sockets of either close
