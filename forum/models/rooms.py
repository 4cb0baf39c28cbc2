"""Topic rooms."""

from django.db import models
from django.db.models import Q

from forum import notes


class Room(models.Model):
    """A place for one kind of talk, with its purpose and two rules of its own."""

    slug = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    purpose = models.CharField(max_length=200)
    rule_one = models.CharField(max_length=200)
    rule_two = models.CharField(max_length=200)
    typical_notes = models.PositiveIntegerField(default=0)  # bits of forum.notes
    host_hours = models.CharField(max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_arrivals = models.BooleanField(default=False)  # takes posts whose author is "not sure where"

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["is_arrivals"], condition=Q(is_arrivals=True), name="room_one_arrivals"),
            models.CheckConstraint(condition=~Q(rule_one="") & ~Q(rule_two=""), name="room_has_two_rules"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/rooms/{self.slug}/"

    @property
    def scope(self) -> str:
        return f"room:{self.slug}"

    @property
    def typical_labels(self) -> tuple[str, ...]:
        return notes.labels(self.typical_notes)
