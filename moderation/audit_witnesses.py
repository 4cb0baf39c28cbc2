"""Two people for what cannot be taken back: who they may be, and how each shows that it is them."""

from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from moderation.models import Moderator, Role

LEADS = (Role.LEAD, Role.ADMIN)


class NotBoth(Exception):
    """These are not two people who may do this; the message says why."""


def two_people(*, by: str, second: str) -> tuple[Moderator, Moderator]:
    """An active lead or admin, and another one, by their usernames. Raises NotBoth."""
    leads = Moderator.objects.filter(is_active=True, role__in=LEADS)
    if leads.count() < 2:
        raise NotBoth(
            "This needs two leads or admins, and there are not two here. The log stays as it is until there are."
        )
    if by == second:
        raise NotBoth("The second person must be someone else than the first.")
    people = {each.username: each for each in leads.filter(username__in=[by, second])}
    for name in (by, second):
        if name not in people:
            raise NotBoth(f"{name} is not an active lead or admin here.")
    return people[by], people[second]


def prove(person: Moderator, code: str) -> None:
    """That the code is this person's, of this moment. A code counts once, and wrong ones slow the next try down.

    Raises NotBoth.
    """
    with transaction.atomic():
        for device in TOTPDevice.objects.select_for_update().filter(user=person, confirmed=True):
            if device.verify_is_allowed()[0] and device.verify_token(code):
                return
    raise NotBoth(f"That was not {person.username}'s code. Wait for a fresh one, then begin anew.")
