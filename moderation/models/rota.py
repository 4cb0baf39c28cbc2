"""Who is planned to be here, and who can be rung: one row a weekday and person. Times are UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from moderation.models.people import DESK_ROLES, Moderator
from peers.models import today

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_MINUTES = 24 * 60
WEEK = timedelta(days=7)


class Duty(models.TextChoices):
    SHIFT = "shift", "on shift"
    ON_CALL = "on_call", "on call"


class RotaQuerySet(models.QuerySet["Rota"]):
    def around(self, now: datetime) -> RotaQuerySet:
        """Rows that say something about this moment or the week after it, of people who have a desk today."""
        day, roles = now.date(), [role.value for role in DESK_ROLES]
        ongoing = Q(valid_until=None) | Q(valid_until__gte=day - timedelta(days=1))  # a night begins the day before
        people = Q(moderator__is_active=True, moderator__role__in=roles)
        return self.filter(ongoing, people, valid_from__lte=day + WEEK)

    def in_order(self) -> RotaQuerySet:
        """As the page shows them: through the week."""
        return self.select_related("moderator__peer").order_by("weekday", "starts", "pk")


class Rota(models.Model):
    """One person's duty on one weekday, every week it is valid. `ends` before `starts` is on the next day.

    A row is valid by the day its duty begins: a night that begins on the last valid day is still done.
    """

    moderator = models.ForeignKey(Moderator, models.CASCADE, related_name="rota")
    duty = models.CharField(max_length=7, choices=Duty)
    weekday = models.PositiveSmallIntegerField(choices=list(enumerate(WEEKDAYS)))  # Monday is 0
    starts = models.PositiveSmallIntegerField()  # minutes after midnight UTC
    ends = models.PositiveSmallIntegerField()  # minutes after midnight UTC, 1440: the end of the day
    valid_from = models.DateField(default=today)
    valid_until = models.DateField(null=True, blank=True)  # the last day it begins on; none: until further notice

    objects = RotaQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(duty__in=Duty.values), name="rota_duty_known"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="rota_weekday_known"),
            models.CheckConstraint(
                condition=Q(starts__lt=DAY_MINUTES, ends__gte=1, ends__lte=DAY_MINUTES), name="rota_within_a_day"
            ),
            models.CheckConstraint(condition=~Q(starts=F("ends")), name="rota_has_length"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")), name="rota_valid_forwards"
            ),
            models.UniqueConstraint(
                fields=["moderator", "duty", "weekday", "starts", "valid_from"], name="rota_planned_once"
            ),
        ]
        indexes = [
            models.Index(fields=["weekday", "starts"], name="rota_week"),  # the page: through the week
        ]

    def __str__(self) -> str:
        return f"{self.get_duty_display()}, {WEEKDAYS[self.weekday]}"

    @property
    def starts_at(self) -> str:
        return _clock(self.starts)

    @property
    def ends_at(self) -> str:
        return _clock(self.ends)

    @property
    def crosses_midnight(self) -> bool:
        return self.ends < self.starts


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
