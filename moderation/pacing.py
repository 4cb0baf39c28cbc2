"""What is done once every so often, however many workers run."""

from datetime import datetime, timedelta

from moderation.models import Heartbeat

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def its_time(name: str, every: timedelta, now: datetime) -> bool:
    """Whether this worker, and no other, does what is due every so often."""
    _, is_new = Heartbeat.objects.get_or_create(name=name, defaults={"at": now})
    return is_new or bool(Heartbeat.objects.filter(name=name, at__lte=now - every).update(at=now))
