"""Who works here and as what: changing a role, letting someone go, taking them back. Every change is in the log.

Somebody always remains who looks after the staff, and takes the cases kept for leads: whoever makes a
change is an active admin at that moment, asked anew under the lock, and never changes themselves.
"""

from collections.abc import Callable

from django.db import transaction

from forum.live import scheduling
from moderation import audit, staffing
from moderation.capabilities import Capability
from moderation.models import Moderator, Role
from peers.again import once_more
from peers.arriving import end_every_session


class NotDone(Exception):
    """The change was not made; the message says why. Everything is as it was."""


@once_more
def change_role(*, by: Moderator, username: str, role: str) -> Moderator:
    """Give someone another role. What it no longer allows ends at once: they sign in anew, their cases go back.

    Raises NotDone for one's own role, for an unknown one, and when whoever asks is no longer an admin.
    """
    if role not in Role.values:
        raise NotDone("Choose one of the roles that exist.")

    def change(them: Moderator) -> dict[str, str]:
        before, them.role = them.role, role
        return {"before": before, "after": role}

    return _changed(by, username, change, kind="staff.role")


@once_more
def deactivate(*, by: Moderator, username: str) -> Moderator:
    """Let someone go: their sessions end everywhere at this moment, the cases in their hands go back, and no more
    live evenings are announced for them.

    What they decided and wrote stays as it is. Raises NotDone as `change_role` does.
    """

    def change(them: Moderator) -> dict[str, str]:
        them.is_active = them.on_call = False
        return {"role": them.role}

    return _changed(by, username, change, kind="staff.deactivated")


@once_more
def reactivate(*, by: Moderator, username: str) -> Moderator:
    """Take someone back, in the role they had. Raises NotDone."""

    def change(them: Moderator) -> dict[str, str]:
        them.is_active = True
        return {"role": them.role}

    return _changed(by, username, change, kind="staff.reactivated")


def _changed(by: Moderator, username: str, change: Callable[[Moderator], dict[str, str]], *, kind: str) -> Moderator:
    """Make the change under a lock on everyone who works here: of two admins at once, the second sees the first's."""
    with transaction.atomic():
        staff = {each.username: each for each in Moderator.objects.select_for_update(no_key=True).order_by("pk")}
        them = staff.get(username)
        asker = staff.get(by.username)
        if them is None or asker is None or not asker.can(Capability.STAFF):
            raise NotDone("This is no longer possible: someone changed the staff in the meantime.")
        if them.pk == by.pk:
            raise NotDone("Nobody changes their own role. Ask another admin.")
        held, state = _allowed(them), (them.role, them.is_active)
        told = change(them)
        if (them.role, them.is_active) == state:
            raise NotDone("It is so already.")
        them.save(update_fields=["role", "is_active", "on_call"])
        if not them.is_active or held - _allowed(them):
            staffing.end_shift(moderator=them)
            end_every_session(peer=them.peer)
        if not them.is_active:
            scheduling.end_every_series(host=them.peer)
        audit.write(actor=by.username, kind=kind, case_pk=them.pk, who=them.username, **told)
        return them


def _allowed(moderator: Moderator) -> set[Capability]:
    return {each for each in Capability if moderator.can(each)}
