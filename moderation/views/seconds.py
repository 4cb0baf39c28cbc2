"""What waits for a second person; and the first thing that does: seeing one person's names together."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from moderation import linking, seconding
from moderation.capabilities import Capability
from moderation.linking import NotLinked
from moderation.models import Case, Decision, Linking, Moderator
from moderation.role_forms import ReasonForm
from moderation.seconds import Wait
from moderation.views.staff import at_desk_with

PAGE = "/desk/seconds"
# Everything that may wait for a second person. Each gives what waits, as far as this moderator may know of it.
SOURCES: Sequence[Callable[[Moderator, datetime], list[Wait]]] = (linking.waits, seconding.waits)


@require_safe
@at_desk_with(Capability.SECOND)
def page(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """All that waits for a second person, the longest wait first. Reading it changes nothing."""
    return _page(request, moderator)


@require_POST
@at_desk_with(Capability.LINK_NAMES)
def ask_linking(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    """Ask, from a case, to see its author's names together."""
    case = get_object_or_404(Case.objects.for_moderator(moderator), public_id=ref)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _linking_page(request, moderator, case, form=form, status=422)
    try:
        linking.ask(case=case, moderator=moderator, reason=form.cleaned_data["body"])
    except NotLinked as problem:
        return _linking_page(request, moderator, case, form=form, problem=str(problem), status=409)
    return redirect(f"{case.get_absolute_url()}#linking")


@require_POST
@at_desk_with(Capability.SECOND)
def confirm_linking(request: HttpRequest, moderator: Moderator, link: str) -> HttpResponse:
    found = _linking(link, moderator)
    try:
        linking.confirm(linking=found, moderator=moderator)
    except NotLinked as problem:
        return _page(request, moderator, problem=str(problem), status=409)
    return redirect(f"{found.case.get_absolute_url()}#linking")


@require_POST
@at_desk_with(Capability.SECOND)
def refuse_linking(request: HttpRequest, moderator: Moderator, link: str) -> HttpResponse:
    """Say no, or take back what one asked for."""
    try:
        linking.refuse(linking=_linking(link, moderator), moderator=moderator)
    except NotLinked as problem:
        return _page(request, moderator, problem=str(problem), status=409)
    return redirect(PAGE)


@require_POST
@at_desk_with(Capability.SECOND)
def withdraw(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    """Take back what one proposed about a case, while nobody has agreed."""
    own = Decision.objects.filter(case__public_id=ref, moderator=moderator, needs_second=True)
    proposal = own.select_related("case__peer").order_by("-pk").first()
    if proposal is None:
        raise Http404
    if not seconding.withdraw(decision=proposal, moderator=moderator):
        return _page(request, moderator, problem="Somebody has decided about it already.", status=409)
    return redirect(PAGE)


@require_POST
@at_desk_with(Capability.LINK_NAMES)
def show_linking(request: HttpRequest, moderator: Moderator, link: str) -> HttpResponse:
    """The names, in the answer to this press of a button alone: each look is in the log, and no address shows them."""
    found = _linking(link, moderator)
    try:
        names = linking.show(linking=found, moderator=moderator)
    except NotLinked as problem:
        return _linking_page(request, moderator, found.case, problem=str(problem), status=409)
    context = {"moderator": moderator, "case": found.case, "link": found, "names": names}
    return render(request, "desk/linked.html", context)


def _linking(link: str, moderator: Moderator) -> Linking:
    found = Linking.objects.with_people().filter(public_id=link).first()
    if found is None or not Case.objects.for_moderator(moderator).filter(pk=found.case_id).exists():
        raise Http404
    return found


def _linking_page(
    request: HttpRequest,
    moderator: Moderator,
    case: Case,
    *,
    form: ReasonForm | None = None,
    problem: str = "",
    status: int,
) -> HttpResponse:
    """The form on a page of its own, with every word and the reason why it was not taken."""
    context = {"moderator": moderator, "case": case, "form": form, "problem": problem}
    return render(request, "desk/link.html", context, status=status)


def _page(request: HttpRequest, moderator: Moderator, *, problem: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    waits = sorted((each for source in SOURCES for each in source(moderator, now)), key=lambda each: each.asked_at)
    found = {"moderator": moderator, "waits": waits, "problem": problem, "place": "seconds"}
    return render(request, "desk/seconds.html", found, status=status)
