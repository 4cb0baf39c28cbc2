"""The closed sets every case is described by."""

from django.db import models


class Level(models.IntegerChoices):
    """Urgency of a moderator's attention."""

    GREEN = 0, "green"
    AMBER = 1, "amber"
    RED = 2, "red"
    CRISIS = 3, "crisis"


class CaseState(models.TextChoices):
    OPEN = "open"
    PENDING_SECOND = "pending_second", "waiting for a second person"
    FOLLOW_UP = "follow_up", "follow-up"
    RESOLVED = "resolved"
