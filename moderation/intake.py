"""The forum's intake: every text is judged before anyone reads it, and what follows is written with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from forum import intake as seam
from forum import notes
from forum.models import Post, Shown, Visibility
from forum.pausing import is_newcomer
from moderation import risk, rules_in_force, statements
from moderation.at_crisis import at_crisis
from moderation.casework import Need, note_edit, open_or_join, subject_of
from moderation.models import Case, ResourceAttachment, Signal, Source
from moderation.planning import Plan, plan_for
from moderation.standing import hidden_again, hides_still, is_folded

WAITS_FOR_HUMAN = frozenset({"encouragement", "threat", "minor", "harassment"})  # no edit lifts these holds
_VISIBILITY = {"publish": Visibility.PUBLISHED, "note": Visibility.NOTED, "hold": Visibility.HELD}
_SHOWN = {"none": Shown.NOBODY, "me": Shown.AUTHOR, "all": Shown.EVERYONE}
AFTER_REMOVAL = Need(level=risk.Level.AMBER, categories=(), within=4 * 3600)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules found and what the table makes of it."""

    assessment: risk.Assessment
    plan: Plan

    @property
    def version(self) -> str:
        return self.assessment.version

    @property
    def urgent(self) -> bool:
        return self.plan.level >= risk.Level.RED

    @property
    def refusal(self) -> seam.Refusal | None:
        if self.plan.do != "block":
            return None
        return seam.Refusal(reason_key=self.plan.reason, spans=self.plan.redactions)


class RiskIntake:
    """Judges by `moderation.risk`, records signals, case, resources, outbox and audit."""

    def judge(self, draft: seam.Draft, context: seam.Context) -> Judgement:
        """Judge the words. Never raises: a detector that fails is itself a finding."""
        around = risk.Context(
            place=context.place,
            earlier=tuple(context.earlier),
            parent=context.parent,
            around=tuple(context.around),
            cry=context.cry,
            room=context.room,
        )
        return judge_text(draft.words, around, new_identity=is_newcomer(context.peer))

    def record(self, post: Post, assessment: seam.Assessment, treat: seam.Treat) -> seam.Decision:
        """Write everything that follows from the judgement, inside the post's transaction."""
        if not isinstance(assessment, Judgement):
            raise TypeError("this intake records its own judgements only")
        plan = assessment.plan
        decision = treat(_decision(post, plan))
        case = None
        if plan.level > risk.Level.GREEN and plan.within:
            need = Need(plan.level, plan.categories, plan.within, alert=plan.alert, lead=plan.lead)
            case = open_or_join(subject_of(post), need, decision)
        elif post.visibility == Visibility.REMOVED or hides_still(post):
            case = open_or_join(subject_of(post), AFTER_REMOVAL, decision)
        elif post.revision > 1:
            note_edit(post, decision)  # calm words, too: nobody decides on words they have not seen
        keep_signals(f"post:{post.pk}", post.revision, assessment.assessment, case)
        _attach(post, plan)
        if case and plan.level == risk.Level.CRISIS:
            at_crisis(post, case, assessment.assessment)
        _state(post, decision, case)
        return decision


INTAKE = RiskIntake()


def judge_text(text: str, around: risk.Context, *, new_identity: bool = False) -> Judgement:
    """Judge any text one person sends for another to read."""
    rules_in_force.keep_up()
    assessment = risk.assess(text, around)
    plan = plan_for(assessment, text, place=around.place, new_identity=new_identity)
    return Judgement(assessment, plan)


def keep_signals(subject: str, revision: int, assessment: risk.Assessment, case: Case | None) -> None:
    """Keep each finding of amber or above, with its rule, spans and reason; the same one twice is one."""
    Signal.objects.bulk_create(_signals(subject, revision, assessment, case), ignore_conflicts=True)


def _signals(subject: str, revision: int, assessment: risk.Assessment, case: Case | None) -> Iterable[Signal]:
    for finding in assessment.findings:
        if finding.level > risk.Level.GREEN:
            yield Signal(
                case=case,
                subject=subject,
                revision=revision,
                source=Source.RULES,
                rule=finding.rule,
                version=finding.version,
                category=finding.category,
                level=finding.level,
                score=assessment.score,
                spans=[list(span) for span in finding.spans],
                reason=finding.reason[:300],
            )


def _state(post: Post, decision: seam.Decision, case: Case | None) -> None:
    """Of words just written nothing was stated before, and without a case nothing is: then nothing is asked."""
    if case or post.revision > 1:
        statements.of_post(post=post, shown=decision, case=case)


def _attach(post: Post, plan: Plan) -> None:
    if plan.cards:
        ResourceAttachment.objects.get_or_create(
            post=post, revision=post.revision, defaults={"keys": list(plan.cards), "shown_to": plan.card}
        )


def _decision(post: Post, plan: Plan) -> seam.Decision:
    """The plan in the forum's words, except where an earlier hold waits for a human."""
    now = timezone.now()
    visibility = _VISIBILITY[plan.do]
    waits = _waits_for_human(post)
    if waits:
        visibility = Visibility.HELD
    elif visibility == Visibility.PUBLISHED and is_folded(post):
        visibility = Visibility.NOTED
    hold_seconds = plan.within or AFTER_REMOVAL.within
    answer_by = now + timedelta(seconds=plan.within) if plan.within else post.answer_by
    return seam.Decision(
        visibility=visibility,
        redactions=sorted({*plan.redactions, *hidden_again(post)}),
        notes=notes.to_bits(plan.notes),
        help_keys=plan.cards or post.help_keys,
        help_for=_SHOWN[plan.card] if plan.cards else Shown(post.help_for),
        reason_key=post.reason_key if waits else plan.reason,
        hold_until=now + timedelta(seconds=hold_seconds) if visibility == Visibility.HELD else None,
        answer_by=answer_by,
    )


def _waits_for_human(post: Post) -> bool:
    """An edit lifts no hold that a person must decide, and no removal."""
    if post.revision == 1:
        return False
    if post.visibility == Visibility.REMOVED:
        return True
    if post.visibility != Visibility.HELD:
        return False
    open_case = Case.objects.open().filter(post=post).first()
    return bool(open_case and WAITS_FOR_HUMAN & set(open_case.categories))
