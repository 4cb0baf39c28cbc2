"""Who works here: the list, another role, letting someone go. No figures about anyone's work stand here."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from moderation import staff_changes
from moderation.capabilities import Capability
from moderation.models import Moderator, Role
from moderation.staff_changes import NotDone
from moderation.views.staff import at_desk_with

PAGE = "/desk/staff"
_ACTS = {"let_go": staff_changes.deactivate, "take_back": staff_changes.reactivate}


@require_safe
@at_desk_with(Capability.STAFF)
def page(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    return _page(request, moderator)


@require_POST
@at_desk_with(Capability.STAFF)
def role(request: HttpRequest, moderator: Moderator, username: str) -> HttpResponse:
    """Give someone another role."""
    wanted = request.POST.get("role", "")
    return _do(
        request, moderator, username, lambda: staff_changes.change_role(by=moderator, username=username, role=wanted)
    )


@require_POST
@at_desk_with(Capability.STAFF)
def active(request: HttpRequest, moderator: Moderator, username: str) -> HttpResponse:
    """Let someone go, or take them back."""
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        return _page(request, moderator, problem="Press one of the buttons of the list.", status=422)
    return _do(request, moderator, username, lambda: act(by=moderator, username=username))


def _do(request: HttpRequest, moderator: Moderator, username: str, change: Callable[[], Moderator]) -> HttpResponse:
    get_object_or_404(Moderator, username=username)
    try:
        change()
    except NotDone as problem:
        return _page(request, moderator, problem=str(problem), status=409)
    return redirect(PAGE)


def _page(request: HttpRequest, moderator: Moderator, *, problem: str = "", status: int = 200) -> HttpResponse:
    people = Moderator.objects.select_related("peer").order_by("-is_active", "peer__staff_name")
    found = {"moderator": moderator, "people": people, "roles": Role.choices, "problem": problem, "place": "staff"}
    return render(request, "desk/staff.html", found, status=status)
