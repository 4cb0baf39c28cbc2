"""A judgement in words a moderator can check: what was found, where, by which rule, and why."""

from collections.abc import Iterator

from moderation.risk.findings import Assessment, Finding


def explained(text: str, assessment: Assessment) -> Iterator[str]:
    """One line for the judgement, then two for each finding. The level is the highest of the findings'."""
    yield f"{assessment.level.word} ({assessment.score:.2f}), judged by {assessment.version}"
    for finding in assessment.findings:
        yield f"  {finding.level.word:<6} {finding.category}: {finding.reason} [{finding.rule}, {finding.version}]"
        if finding.spans:
            yield f"         in: {', '.join(_quoted(text, finding))}"
    if not assessment.findings:
        yield "  nothing was found"


def _quoted(text: str, finding: Finding) -> Iterator[str]:
    return (f"“{' '.join(text[start:end].split())}” ({start}-{end})" for start, end in finding.spans)
