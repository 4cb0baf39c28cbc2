"""One case: its page, and every step of work on it. Opening and reading change nothing; each step is a form."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from forum.tokens import new_token
from moderation import caring, deciding, desk_words, linking, lowering, outreach, reporting, triage
from moderation.case_asks import asks_of, parts_of, preview_of
from moderation.case_page import page_of
from moderation.conflicts import what_changed
from moderation.decision_forms import AnswerForm, AppealAnswerForm, DecisionForm
from moderation.desk_forms import FollowUpForm, LowerForm, OutreachForm
from moderation.effects import NotPossible
from moderation.models import Action, Case, Moderator, Reveal
from moderation.queue import queue_for
from moderation.views.desk import bar_of
from moderation.views.staff import at_desk

BESIDE = 12  # rows of the queue that stand beside a case
AS_IT_STANDS = "These are still the first words we offer. Make them yours: a person answers a person"
NOBODY = "There is nobody to write to any more: the author has left, or called without an identity"
_KEPT = ("action", "measure", "hours", "reason_code", "body", "more_parts", "follow_up", "outcome", "level")


@require_safe
@at_desk
def case_page(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    return page(request, moderator, case_for(ref, moderator))


@require_POST
@at_desk
def claim(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    """Take the case, or stay with it. Words already written for it come back in its page."""
    case = case_for(ref, moderator)
    if not triage.claim(case=case, moderator=moderator):
        return conflict(request, moderator, case)
    case = case_for(ref, moderator)
    if "application/json" in request.headers.get("Accept", ""):
        left = int((case.lease_until - timezone.now()).total_seconds()) if case.lease_until else 0
        wanted = case.wanted_by.public_name if case.wanted_by else ""
        return JsonResponse({"left": left, "version": case.version, "token": str(case.lease_token), "wanted": wanted})
    if any(request.POST.get(name) for name in _KEPT):
        return page(request, moderator, case, **_kept_forms(request, case))
    seen = request.POST.get("version", "")
    return redirect(f"{case.get_absolute_url()}?seen={seen}" if seen.isdigit() else case.get_absolute_url())


@require_POST
@at_desk
def offer(_request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    """Offer to take the case over from whoever has it."""
    case = case_for(ref, moderator)
    triage.offer(case=case, moderator=moderator)
    return redirect(case)


@require_POST
@at_desk
def hand_over(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    """Give it to whoever offered."""
    case = case_for(ref, moderator)
    if not triage.hand_over(case=case, moderator=moderator):
        return conflict(request, moderator, case)
    return redirect("/desk/")


@require_POST
@at_desk
def let_go(_request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    triage.let_go(case=case_for(ref, moderator), moderator=moderator)
    return redirect("/desk/")


@require_POST
@at_desk
def reveal(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    """The next step of the words, or the one asked for. What was being written stays in its form."""
    case = case_for(ref, moderator)
    try:
        triage.reveal(case=case, moderator=moderator, step=_step(request, case, moderator))
    except triage.Conflict:
        return conflict(request, moderator, case)
    return _words_again(request, moderator, case)


@require_POST
@at_desk
def cover(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    """The words leave the page; the case stays in hand."""
    case = case_for(ref, moderator)
    try:
        triage.cover(case=case, moderator=moderator)
    except triage.Conflict:
        return conflict(request, moderator, case)
    return _words_again(request, moderator, case)


@require_POST
@at_desk
def decide(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    case = case_for(ref, moderator)
    form = sent_decision(request, moderator, case)
    if not form.is_valid():
        return page(request, moderator, case, decision_form=form, status=422)
    try:
        deciding.decide(case=case, moderator=moderator, verdict=form.verdict)
    except triage.Conflict:
        return conflict(request, moderator, case)
    except NotPossible as problem:
        form.add_error("action", str(problem))
        return page(request, moderator, case, decision_form=form, status=422)
    return redirect(case)


@require_POST
@at_desk
def preview(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    """What readers would get with the chosen parts hidden; nothing is changed, every choice stays in its form."""
    case = case_for(ref, moderator)
    form = sent_decision(request, moderator, case)
    return page(request, moderator, case, decision_form=form, preview=form.chosen_spans())


@require_POST
@at_desk
def close(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    """The answer was read; the earlier decision stands."""
    case = case_for(ref, moderator)
    form = FollowUpForm(request.POST)
    if not form.is_valid():
        return conflict(request, moderator, case)
    try:
        deciding.close_follow_up(case=case, moderator=moderator, **form.cleaned_data)
    except triage.Conflict:
        return conflict(request, moderator, case)
    return redirect("/desk/")


@require_POST
@at_desk
def lower(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    """A human lowers the level, with a reason."""
    case = case_for(ref, moderator)
    form = LowerForm(request.POST)
    if not form.is_valid():
        return page(request, moderator, case, lower_form=form, status=422)
    given = dict(form.cleaned_data)
    try:
        lowering.lower(case=case, moderator=moderator, reason=given.pop("body"), **given)
    except triage.Conflict:
        return conflict(request, moderator, case)
    except lowering.NotLower:
        form.add_error("level", "Choose a level below the one it has")
        return page(request, moderator, case, lower_form=form, status=422)
    return redirect(case)


@require_POST
@at_desk
def undo(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    case = case_for(ref, moderator)
    number = request.POST.get("decision", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 18
    decision = case.decisions.filter(pk=number).first() if is_number else None
    if decision is None:
        raise Http404
    try:
        deciding.undo(decision=decision, moderator=moderator)
    except triage.Conflict:
        return conflict(request, moderator, case)
    return redirect(case)


@require_POST
@at_desk
def message(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    """Write to the author, privately. A template sent as it stands is not sent."""
    case = case_for(ref, moderator)
    form = OutreachForm(request.POST)
    if not form.is_valid():
        return page(request, moderator, case, message_form=form, status=422)
    words, sent_as = form.cleaned_data["body"], form.sent_as
    try:
        outreach.write_to_author(case=case, moderator=moderator, body=words, client_id=sent_as)
    except triage.Conflict:
        return conflict(request, moderator, case)
    except (outreach.Unedited, outreach.NobodyToWriteTo) as problem:
        form.add_error("body", AS_IT_STANDS if isinstance(problem, outreach.Unedited) else NOBODY)
        return page(request, moderator, case, message_form=form, status=422)
    return redirect(f"{case.get_absolute_url()}#outreach")


def sent_decision(request: HttpRequest, moderator: Moderator, case: Case) -> DecisionForm:
    shows_words = case.is_revealed_to(moderator, timezone.now())
    return DecisionForm(request.POST, case=case, found=parts_of(case), shows_words=shows_words)


def case_for(ref: str, moderator: Moderator) -> Case:
    """The case of this address, for whoever may work on it. Raises Http404."""
    found = Case.objects.for_moderator(moderator).filter(public_id=ref)
    case = found.select_related("room", "lease_by__peer", "wanted_by__peer", "post__persona").first()
    if case is None:
        raise Http404
    return case


def page(request: HttpRequest, moderator: Moderator, case: Case, *, status: int = 200, **given: Any) -> HttpResponse:
    """The case's page; `given` are forms that were sent and are shown again, and a preview of hidden parts."""
    now = timezone.now()
    start = desk_words.openings().get(request.GET.get("start", ""))
    reason = desk_words.reasons().get(request.GET.get("reason", ""))
    seen = request.GET.get("seen", "")
    revealed = case.is_revealed_to(moderator, now)
    kept: dict[str, Any] = {"reason_code": reason.code, "body": reason.sentence} if reason else {}
    lease = {"token": case.lease_token, "version": case.version}
    found_parts = parts_of(case)
    bar = bar_of(moderator)
    found = {
        **page_of(case, moderator, now),
        **asks_of(case, moderator, now, revealed=revealed),
        "linking": linking.beside_case(case, moderator, now),
        **bar,
        "notices": caring.notices_on(case, moderator, bar["care"], now),
        "queue": queue_for(moderator, most=BESIDE),
        "here": case.public_id,
        "changed": seen.isdigit() and seen != str(case.version),
        "openings": desk_words.openings().values(),
        "reasons": desk_words.reasons().values(),
        "report_reasons": {each.key: each.label for each in reporting.reasons().values()},
        "usual": {action: desk_words.usual_reason(action, case.categories) for action in Action.values},
        "decision_form": given.get("decision_form")
        or DecisionForm.for_case(case, found_parts, shows_words=revealed, **kept),
        "message_form": OutreachForm(initial={"client_id": new_token(), "body": start.words if start else ""}),
        "appeal_form": AppealAnswerForm(initial=lease),
        "answer_form": AnswerForm(initial=lease),
        "lower_form": LowerForm(initial=lease),
        "can_hide": bool(found_parts),
        **given,
    }
    if "preview" in given:
        found["preview"] = preview_of(case, given["preview"]) if revealed else []
    return render(request, "desk/case.html", found, status=status)


def _step(request: HttpRequest, case: Case, moderator: Moderator) -> Reveal:
    """The step that was asked for; without one, the least that shows more than before."""
    asked = request.POST.get("step", "")
    if asked in {"1", "2"}:
        return Reveal(int(asked))
    covered = case.revealed_to(moderator, timezone.now()) == Reveal.COVERED
    return Reveal.SENTENCE if covered and not moderator.whole_at_once else Reveal.WHOLE


def _words_again(request: HttpRequest, moderator: Moderator, case: Case) -> HttpResponse:
    if any(request.POST.get(name) for name in _KEPT):
        case = case_for(case.public_id, moderator)
        return page(request, moderator, case, **_kept_forms(request, case))
    return redirect(f"{case.get_absolute_url()}#words")


def _kept_forms(request: HttpRequest, case: Case) -> dict[str, Any]:
    """What was being written when the lease was renewed, back in its form."""
    lease = {"token": case.lease_token, "version": case.version}
    words = {name: request.POST.get(name, "") for name in ("body", "client_id", "level", "outcome")}
    if request.POST.get("draft_of") == "message":
        return {"message_form": OutreachForm(initial=words)}
    if request.POST.get("draft_of") == "lower":
        return {"lower_form": LowerForm(initial={**words, **lease}), "lowering": True}
    kept: dict[str, Any] = {name: request.POST.get(name, "") for name in _KEPT}
    kept["parts"] = request.POST.getlist("parts")
    shows_words = case.is_whole_open
    return {
        "decision_form": DecisionForm.for_case(case, parts_of(case), shows_words=shows_words, **kept),
        "appeal_form": AppealAnswerForm(initial={**words, **lease}),
        "answer_form": AnswerForm(initial={**words, **lease}),
    }


def conflict(request: HttpRequest, moderator: Moderator, case: Case) -> HttpResponse:
    """409: what changed meanwhile, every word kept, a way back."""
    case = case_for(case.public_id, moderator)
    limited = caring.kept_from(case=case, moderator=moderator, now=timezone.now())
    changed = limited or what_changed(case, moderator, seen_version=request.POST.get("version", ""))
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"changed": changed.sentences}, status=409)
    kept = {name: request.POST.get(name, "") for name in (*_KEPT, "draft_of", "client_id")}
    parts = request.POST.getlist("parts")
    found = {"case": case, "changed": changed, "kept": kept, "parts": parts, **bar_of(moderator)}
    return render(request, "desk/conflict.html", found, status=409)
