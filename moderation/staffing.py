"""Staff: taking someone on, and who is here. A shift is a promise shown to peers, so it always has an end."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from moderation.models import Case, Moderator, Role
from moderation.models.cases import NO_LEASE
from moderation.signals import tell_desk
from peers.models import Kind, Peer
from peers.words import word_list

LONGEST_SHIFT_HOURS = 12
PASSWORD_WORDS = 6  # of 7,726: 77 bits, and typed without looking twice
NOT_A_NAME = frozenset({"worker", "rules"})  # the audit log's own actors
_USERNAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}")


class NotTakenOn(Exception):
    """This member of staff cannot be added; the message says why. Nothing was saved."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A new member of staff with what they need to sign in, known only at this moment."""

    moderator: Moderator
    password: str
    totp_uri: str


def add_moderator(*, username: str, staff_name: str, role: str) -> Newcomer:
    """Take someone on: their account, their public voice, their device for one-time codes. Raises NotTakenOn."""
    if not _USERNAME.fullmatch(username) or username in NOT_A_NAME:
        raise NotTakenOn("A username is 2 to 40 of a-z, 0-9, - and _, and not one the audit log uses.")
    if not staff_name.strip() or len(staff_name) > 60 or role not in Role.values:
        raise NotTakenOn("A public staff name has 1 to 60 characters, and the role is one of the known ones.")
    password = "-".join(secrets.choice(word_list()) for _ in range(PASSWORD_WORDS))
    try:
        with transaction.atomic():
            peer = Peer.objects.create(kind=Kind.STAFF, staff_name=staff_name.strip())
            moderator = Moderator(username=username, role=role, peer=peer)
            moderator.set_password(password)
            moderator.save()
            device = TOTPDevice.objects.create(user=moderator, name="authenticator", confirmed=True)
    except IntegrityError:
        raise NotTakenOn("This username or staff name is taken.") from None
    return Newcomer(moderator, password, device.config_url)


def start_shift(*, moderator: Moderator, hours: int) -> datetime:
    """Say that this moderator is here, for at most twelve hours from now."""
    until = timezone.now() + timedelta(hours=min(max(hours, 1), LONGEST_SHIFT_HOURS))
    Moderator.objects.filter(pk=moderator.pk).update(on_shift_until=until)
    return until


def end_shift(*, moderator: Moderator) -> int:
    """They are no longer here; the cases in their hands go back to the queue. How many?"""
    with transaction.atomic():
        Moderator.objects.filter(pk=moderator.pk).update(on_shift_until=None)
        return _give_back(moderator)


def take_break(*, moderator: Moderator) -> int:
    """The shift goes on; the cases in their hands go back to the queue. How many?"""
    with transaction.atomic():
        return _give_back(moderator)


def be_on_call(*, moderator: Moderator, on_call: bool) -> None:
    """Whether alerts ring for this person."""
    Moderator.objects.filter(pk=moderator.pk).update(on_call=on_call)


def _give_back(moderator: Moderator) -> int:
    held = list(Case.objects.filter(lease_by=moderator).locked())
    Case.objects.filter(pk__in=[case.pk for case in held]).update(**NO_LEASE)
    for case in held:
        tell_desk(case.public_id, case.level)
    return len(held)
