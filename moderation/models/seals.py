"""What was taken out of the audit log, by whom, and what the log holds instead."""

from datetime import UTC

from django.db import models
from django.db.models import F, Q

from moderation.audit_chain import SHARDS, Seal


class AuditSeal(models.Model):
    """The oldest part of one chain, now in a file: the chain begins where its last seal ends. Append-only.

    An event of the chain itself tells of every column, so that a seal cannot be changed or forged alone.
    """

    shard = models.PositiveSmallIntegerField()
    first_seq = models.PositiveBigIntegerField()
    last_seq = models.PositiveBigIntegerField()
    last_hash = models.CharField(max_length=64)
    file_sha256 = models.CharField(max_length=64)  # of the whole file, which holds parts of other chains, too
    actor = models.CharField(max_length=40)  # usernames of the two people: staff may go, the seal stays
    second = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shard", "first_seq"], name="audit_seal_once"),
            models.CheckConstraint(condition=Q(shard__lt=SHARDS), name="audit_seal_shard_known"),
            models.CheckConstraint(
                condition=Q(first_seq__gte=1, last_seq__gte=F("first_seq")), name="audit_seal_whole"
            ),
            models.CheckConstraint(condition=~Q(actor=F("second")), name="audit_seal_two_people"),
        ]

    def __str__(self) -> str:
        return f"{self.shard}:{self.first_seq}-{self.last_seq}"

    def as_chain_says(self) -> Seal:
        """This row in the words of `audit_chain`."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return Seal(
            self.shard, self.first_seq, self.last_seq, self.last_hash, self.file_sha256, self.actor, self.second, at
        )
