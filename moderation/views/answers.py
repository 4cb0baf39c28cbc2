"""What needs another person: agreeing to what cannot be undone, answering an appeal, answering a complaint."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from moderation import appealing, complaining, seconding
from moderation.decision_forms import AnswerForm, AppealAnswerForm, SecondForm
from moderation.effects import NotPossible
from moderation.models import Moderator
from moderation.triage import Conflict
from moderation.views.cases import case_for, conflict, page
from moderation.views.staff import at_desk


@require_POST
@at_desk
def second(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    """Agree to a proposal, or not."""
    case = case_for(ref, moderator)
    form = SecondForm(request.POST)
    if not form.is_valid():
        return conflict(request, moderator, case)
    seen = {"token": form.cleaned_data["token"], "version": form.cleaned_data["version"]}
    act = seconding.confirm if form.cleaned_data["agrees"] == "yes" else seconding.decline
    try:
        act(case=case, moderator=moderator, **seen)
    except Conflict:
        return conflict(request, moderator, case)
    return redirect(case)


@require_POST
@at_desk
def appeal(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    """Uphold what was decided, or take it back exactly."""
    case = case_for(ref, moderator)
    form = AppealAnswerForm(request.POST)
    if not form.is_valid():
        return page(request, moderator, case, appeal_form=form, status=422)
    given = form.cleaned_data
    seen = {"token": given["token"], "version": given["version"]}
    try:
        appealing.answer_appeal(case=case, moderator=moderator, outcome=given["outcome"], words=given["body"], **seen)
    except NotPossible as refused:
        form.add_error(None, str(refused))
        return page(request, moderator, case, appeal_form=form, status=422)
    except Conflict:
        return conflict(request, moderator, case)
    return redirect(case)


@require_POST
@at_desk
def complaint(request: HttpRequest, moderator: Moderator, ref: str) -> HttpResponse:
    """Answer a complaint about a moderator."""
    case = case_for(ref, moderator)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return page(request, moderator, case, answer_form=form, status=422)
    given = form.cleaned_data
    try:
        complaining.answer_complaint(
            case=case, moderator=moderator, words=given["body"], token=given["token"], version=given["version"]
        )
    except Conflict:
        return conflict(request, moderator, case)
    return redirect(case)
