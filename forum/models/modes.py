"""Whether people can write at this moment: open, careful or paused. One row, read with every word that is sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from peers.prepared import Prepared

THE_ROW = 1


class Mode(models.TextChoices):
    OPEN = "open"
    CAREFUL = "careful", "careful: threads of new people begin in the room for arrivals"
    PAUSED = "paused", "paused: reading, help and one's own space stay open"


_ROW = Prepared(lambda: SiteMode.objects.filter(pk=THE_ROW))


class SiteModeManager(models.Manager["SiteMode"]):
    def now(self) -> Mode:
        """The mode of this moment; open where nobody ever chose one. Never remembered: a pause acts at once."""
        return next((Mode(row.mode) for row in _ROW()), Mode.OPEN)


class SiteMode(models.Model):
    """The one row. A mode set by hand stands until its end; otherwise it follows whether somebody is on shift."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ROW)
    mode = models.CharField(max_length=7, choices=Mode, default=Mode.OPEN)
    by_hand = models.BooleanField(default=False)
    until = models.DateTimeField(null=True)  # when a mode set by hand ends; none: when someone changes it
    reason = models.TextField(blank=True)  # of the mode set by hand, for staff
    unattended = models.CharField(max_length=7, choices=Mode, default=Mode.OPEN)  # while nobody is on shift
    changed_at = models.DateTimeField(default=timezone.now)

    objects = SiteModeManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=THE_ROW), name="site_mode_one_row"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="site_mode_known"),
            models.CheckConstraint(condition=Q(unattended__in=Mode.values), name="site_mode_unattended_known"),
            models.CheckConstraint(
                condition=Q(by_hand=True) & ~Q(reason="") | Q(by_hand=False, until=None), name="site_mode_by_hand_whole"
            ),
        ]

    def __str__(self) -> str:
        return self.mode
