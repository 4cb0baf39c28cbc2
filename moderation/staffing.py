"""Staff: taking someone on, who is here, and who is planned to be. A shift is a promise shown to peers, so it always
has an end."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from moderation import audit
from moderation.escalating import given_back
from moderation.models import Case, Moderator, Role, Rota
from moderation.models.cases import NO_LEASE
from moderation.rota import SEEN_LATELY, Planned
from moderation.signals import tell_desk
from peers.models import Kind, Peer
from peers.words import word_list

LONGEST_SHIFT_HOURS = 12
PASSWORD_WORDS = 6  # of 7,726: 77 bits, and typed without looking twice
SEEN_EVERY = timedelta(minutes=5)
NOT_A_NAME = frozenset({"worker", "rules"})  # the audit log's own actors
_USERNAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}")


class NotTakenOn(Exception):
    """This member of staff cannot be added; the message says why. Nothing was saved."""


class AlreadyPlanned(Exception):
    """This person has a duty that begins then: it has to be taken off first."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A new member of staff with what they need to sign in, known only at this moment."""

    moderator: Moderator
    password: str
    totp_uri: str


def add_moderator(*, username: str, staff_name: str, role: str, email: str = "") -> Newcomer:
    """Take someone on: their account, their public voice, their device for one-time codes. Raises NotTakenOn."""
    if not _USERNAME.fullmatch(username) or username in NOT_A_NAME:
        raise NotTakenOn("A username is 2 to 40 of a-z, 0-9, - and _, and not one the audit log uses.")
    if not staff_name.strip() or len(staff_name) > 60 or role not in Role.values:
        raise NotTakenOn("A public staff name has 1 to 60 characters, and the role is one of the known ones.")
    _check_address(email)
    password = "-".join(secrets.choice(word_list()) for _ in range(PASSWORD_WORDS))
    try:
        with transaction.atomic():
            peer = Peer.objects.create(kind=Kind.STAFF, staff_name=staff_name.strip())
            moderator = Moderator(username=username, role=role, peer=peer, alert_email=email)
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
    """They are no longer here, whatever was planned; the cases in their hands go back to the queue. How many?"""
    with transaction.atomic():
        Moderator.objects.filter(pk=moderator.pk).update(on_shift_until=None, seen_at=None)
        return _give_back(moderator)


def take_break(*, moderator: Moderator) -> int:
    """The shift goes on; the cases in their hands go back to the queue. How many?"""
    with transaction.atomic():
        return _give_back(moderator)


def be_on_call(*, moderator: Moderator, on_call: bool) -> None:
    """Whether alerts ring for this person."""
    Moderator.objects.filter(pk=moderator.pk).update(on_call=on_call)


def be_seen(*, moderator: Moderator) -> bool:
    """They did something at the desk: a planned shift of theirs counts as begun. Kept to five minutes; was it new?"""
    now = timezone.now()
    if moderator.seen_at and moderator.seen_at > now - SEEN_EVERY:
        return False
    return bool(Moderator.objects.filter(pk=moderator.pk).update(seen_at=now))


def forget_seen(*, now: datetime) -> int:
    """When someone was last at the desk is kept no longer than it says something about now. For how many?"""
    return Moderator.objects.filter(seen_at__lte=now - SEEN_LATELY).update(seen_at=None)


def set_alert_email(*, moderator: Moderator, address: str) -> None:
    """Where this person's alerts are written to; empty: nowhere. Raises NotTakenOn for what is no address."""
    _check_address(address)
    Moderator.objects.filter(pk=moderator.pk).update(alert_email=address)


def plan_duty(*, by: Moderator, duty: Planned) -> Rota:
    """Put a duty into the rota; sending the same one again changes nothing. Logged: nobody's week changes silently.

    Raises:
        AlreadyPlanned: another one of this person begins then, and ends at another time; nothing was saved.
    """
    with transaction.atomic():
        made, is_new = Rota.objects.get_or_create(
            moderator_id=duty.who,
            duty=duty.duty,
            weekday=duty.weekday,
            starts=duty.starts,
            valid_from=duty.valid_from,
            defaults={"ends": duty.ends, "valid_until": duty.valid_until},
        )
        if is_new:
            _log(by, "rota.planned", made)
        elif (made.ends, made.valid_until) != (duty.ends, duty.valid_until):
            raise AlreadyPlanned
        return made


def drop_duty(*, by: Moderator, pk: int) -> bool:
    """Take a duty off the rota. Was it there?"""
    with transaction.atomic():
        duty = Rota.objects.select_for_update(of=("self",)).select_related("moderator").filter(pk=pk).first()
        if duty is None:
            return False
        _log(by, "rota.dropped", duty)
        duty.delete()
        return True


def _log(by: Moderator, kind: str, duty: Rota) -> None:
    audit.write(
        actor=by.username,
        kind=kind,
        case_pk=0,
        whose=duty.moderator.username,
        duty=duty.duty,
        weekday=duty.weekday,
        starts=duty.starts,
        ends=duty.ends,
    )


def _check_address(address: str) -> None:
    try:
        if address:
            validate_email(address)
    except ValidationError:
        raise NotTakenOn("This is no e-mail address.") from None


def _give_back(moderator: Moderator) -> int:
    """Called inside a transaction. A case in danger rings again at once: nobody has it now."""
    now = timezone.now()
    held = list(Case.objects.filter(lease_by=moderator).locked())
    Case.objects.filter(pk__in=[case.pk for case in held]).update(**NO_LEASE)
    for case in held:
        given_back(case, now=now)
        tell_desk(case.public_id, case.level)
    return len(held)
