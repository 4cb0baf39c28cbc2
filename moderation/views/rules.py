"""The rules lab: which rules judge, what others would have made of it, and putting others in force. For leads."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from moderation import rules_changing, rules_kept, rules_page, rules_replay, rules_shadow
from moderation.capabilities import Capability
from moderation.models import Moderator, Replay, RuleChange, RuleSet, Shadow
from moderation.models.rules import REF
from moderation.rules_forms import RuleFileForm
from moderation.views.desk import bar_of
from moderation.views.staff import at_desk_with

for_leads = at_desk_with(Capability.RULES)


@require_safe
@for_leads
def index(request: HttpRequest, moderator: Moderator) -> HttpResponse:
    """Reading it changes nothing."""
    found = rules_page.index(moderator, timezone.now())
    return render(request, "desk/rules.html", {**found, **bar_of(moderator)})


@require_safe
@for_leads
def rule_set(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    return _set_page(request, moderator, _set(ref))


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def change_file(request: HttpRequest, moderator: Moderator, ref: str, file: str) -> HttpResponse:
    """One file of a set, to be changed; what is sent is checked and kept as a new candidate."""
    onto = _set(ref)
    if file not in onto.files:
        raise Http404
    if request.method != "POST":
        form = RuleFileForm(onto=onto, initial={"file": file, "body": rules_kept.files_of(onto)[file]})
        return _file_page(request, moderator, onto, form)
    form = RuleFileForm(request.POST, onto=onto)
    if not form.is_valid():
        return _file_page(request, moderator, onto, form, status=422)
    typed = form.cleaned_data
    try:
        kept = rules_kept.keep_changed(
            onto=onto, file=typed["file"], text=typed["body"], note=typed["note"], made_by=moderator
        )
    except rules_kept.NotUsable as problem:
        form.add_error("body", str(problem))
        return _file_page(request, moderator, onto, form, status=422)
    return redirect(kept)


@require_POST
@for_leads
def replay_set(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    candidate = _set(ref)
    try:
        rules_replay.ask(candidate=candidate, moderator=moderator)
    except rules_replay.NotReplayed as why:
        return _set_page(request, moderator, candidate, problem=str(why))
    return redirect(candidate)


@require_POST
@for_leads
def ask(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    candidate = _set(ref)
    return _stepped(request, moderator, candidate, lambda: rules_changing.ask(rule_set=candidate, moderator=moderator))


@require_POST
@for_leads
def roll_back(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    earlier = _set(ref)
    return _stepped(request, moderator, earlier, lambda: rules_changing.roll_back(to=earlier, moderator=moderator))


@require_POST
@for_leads
def begin_shadow(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    candidate = _set(ref)
    return _stepped(request, moderator, candidate, lambda: rules_shadow.begin(rule_set=candidate, moderator=moderator))


@require_POST
@for_leads
def end_shadow(_request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    candidate = _set(ref)
    for shadow in Shadow.objects.filter(rule_set=candidate, ended_at=None):
        rules_shadow.end(shadow=shadow, moderator=moderator)
    return redirect(candidate)


@require_POST
@for_leads
def step(request: HttpRequest, moderator: Moderator, number: int) -> HttpResponse:
    """Approve a change, take it back, or say that a rollback was seen."""
    change = get_object_or_404(RuleChange.objects.select_related("rule_set"), pk=number)
    do = _STEPS.get(request.POST.get("act", ""))
    if do is None:
        raise Http404
    return _stepped(request, moderator, change.rule_set, lambda: do(change=change, moderator=moderator))


_STEPS: dict[str, Callable[..., object]] = {
    "approve": rules_changing.approve,
    "drop": rules_changing.drop,
    "confirm": rules_changing.confirm,
}


@require_safe
@for_leads
def replay(request: HttpRequest, moderator: Moderator, number: int) -> HttpResponse:
    return _replay_page(request, moderator, _replay(number))


@require_POST
@for_leads
def reveal(request: HttpRequest, moderator: Moderator, number: int) -> HttpResponse:
    """The words of one post of the sample, in this answer and in no other."""
    found = _replay(number)
    place = request.POST.get("place", "")
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 6 else -1
    if not rules_replay.reveal(replay=found, place=at, moderator=moderator):
        raise Http404
    return _replay_page(request, moderator, found, revealed=at)


def _set(ref: str) -> RuleSet:
    if len(ref) != REF:
        raise Http404
    return get_object_or_404(RuleSet.objects.select_related("made_by__peer"), hash__startswith=ref)


def _replay(number: int) -> Replay:
    return get_object_or_404(Replay.objects.select_related("candidate", "active"), pk=number)


def _stepped(request: HttpRequest, moderator: Moderator, about: RuleSet, do: Callable[[], object]) -> HttpResponse:
    """Do the step; where it is refused, the page of the set says why."""
    try:
        do()
    except (rules_changing.NotChanged, rules_shadow.NotShadowed) as why:
        return _set_page(request, moderator, about, problem=str(why))
    return redirect(about)


def _set_page(request: HttpRequest, moderator: Moderator, about: RuleSet, *, problem: str = "") -> HttpResponse:
    found = rules_page.set_page(about, moderator, timezone.now())
    status = 409 if problem else 200
    return render(request, "desk/rules_set.html", {**found, "problem": problem, **bar_of(moderator)}, status=status)


def _file_page(
    request: HttpRequest, moderator: Moderator, onto: RuleSet, form: RuleFileForm, *, status: int = 200
) -> HttpResponse:
    file = str(form["file"].value() or "")
    found: dict[str, Any] = {"onto": onto, "file": file, "form": form, **bar_of(moderator)}
    return render(request, "desk/rules_file.html", found, status=status)


def _replay_page(
    request: HttpRequest, moderator: Moderator, found: Replay, *, revealed: int | None = None
) -> HttpResponse:
    shown = rules_page.replay_page(found, revealed)
    return render(request, "desk/rules_replay.html", {**shown, **bar_of(moderator)})
