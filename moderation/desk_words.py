"""The words of the desk: reasons, first lines of messages, what categories and log entries are called. For staff."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"

CATEGORIES: Mapping[str, str] = {
    "distress": "distress",
    "suicide": "suicide",
    "self_harm": "self-harm",
    "method": "means or methods",
    "encouragement": "encourages harm",
    "relapse": "relapse or use",
    "overdose": "overdose",
    "sourcing": "sourcing or dosing",
    "abuse": "abuse told",
    "threat": "threat to someone",
    "minor": "young person at risk",
    "harassment": "harassment",
    "concern": "worried about someone",
    "eating": "eating distress",
    "contact": "contact details or spam",
    "detector": "could not be judged",
    "complaint": "about a moderator",
    "asked": "a host asks for a moderator",
    "live": "done in a live room",
}
LOG: Mapping[str, str] = {
    "case.opened": "opened the case",
    "case.joined": "added something to the case",
    "case.reopened": "opened the case again",
    "case.claimed": "took the case",
    "case.revealed": "revealed the words",
    "case.lapsed": "saw the time of whoever had it run out; it rings again",
    "case.escalated": "called more people",
    "case.handed_over": "handed the case over",
    "case.covered": "covered the words",
    "case.decided": "decided",
    "case.proposed": "proposed what cannot be undone",
    "case.answer_read": "read the answer, nothing more to do",
    "case.lowered": "lowered the level",
    "case.edited": "the author changed the words",
    "hold.released": "ended the hold",
    "decision.undone": "took the decision back",
    "decision.confirmed": "agreed, as the second person",
    "decision.declined": "did not agree, as the second person",
    "appeal.answered": "answered the appeal",
    "complaint.answered": "answered the complaint",
    "follow_up.told": "the author said how it is now",
    "audit.archived": "archived the oldest part of the log",
    "outreach.written": "wrote to the author",
    "review.answered": "answered a second look",
    "review.drawn": "drew a decision for a second look",
    "review.revealed": "revealed the words for a second look",
    "outreach.answered": "the author answered",
    "rota.dropped": "took a duty off the rota",
    "rota.planned": "put a duty into the rota",
    "rules.approved": "put rules in force, as the second person",
    "rules.asked": "asked to put rules in force",
    "rules.confirmed": "saw that the rules went back",
    "rules.dropped": "took back what was asked about the rules",
    "rules.kept": "kept a set of rules",
    "rules.replay_asked": "asked what other rules would have flagged",
    "rules.rolled_back": "went back to earlier rules",
    "rules.shadow_began": "let rules judge unseen",
    "rules.shadow_ended": "ended rules that judged unseen",
    "rules.shipped": "kept the rules that came with the program",
    "rules.words_revealed": "revealed words of a sample",
    "mode.changed": "changed the mode of the site",
    "mode.unattended": "chose the mode for when nobody is here",
    "staff.deactivated": "closed a colleague's account",
    "staff.reactivated": "opened a colleague's account again",
    "staff.role": "changed a colleague's role",
    "thread.kept": "closed, opened or kept a thread",
    "thread.moved": "moved a thread",
    "live.asked": "asked a moderator into a live room",
    "live.noted": "left a note about a live room",
    "linking.requested": "asked to see the author's names together",
    "linking.confirmed": "confirmed that the names may be seen",
    "linking.refused": "said no to seeing the names together",
    "linking.shown": "looked at the author's other names",
    "words.erased": "erased the words of cases closed long ago",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the closed set of reasons, with a sentence to begin from."""

    code: str
    label: str
    sentence: str
    actions: tuple[str, ...] = ()  # for which this is usual
    categories: tuple[str, ...] = ()  # of which cases; none: of any
    mute: str = ""  # the sentence where someone's writing rests in a live room


NO_REASON = Reason("", "", "")


@dataclass(frozen=True, slots=True)
class Opening:
    """First words of a message, to be changed before it is sent."""

    key: str
    label: str
    words: str


@lru_cache(maxsize=1)
def reasons() -> Mapping[str, Reason]:
    """Every reason by its code, in the order of the file. Raises TypeError or KeyError for a broken file."""
    data = tomllib.loads((DATA / "reasons.toml").read_text())
    return {row["code"]: Reason(**{**row, **_several(row)}) for row in data["reason"]}


def _several(row: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(row.get(name, ())) for name in ("actions", "categories")}


def usual_reason(action: str, categories: Iterable[str]) -> Reason:
    """What one would most often say for this action about a case of these categories.

    Where nothing fits, it is empty: what was done to someone's words is never explained by what they did not write.
    """
    about = set(categories)
    fitting = [each for each in reasons().values() if action in each.actions]
    closest = [each for each in fitting if about & set(each.categories)]
    anyway = [each for each in fitting if not each.categories]
    return next(iter([*closest, *anyway]), NO_REASON)


@lru_cache(maxsize=1)
def openings() -> Mapping[str, Opening]:
    data = tomllib.loads((DATA / "outreach.toml").read_text())
    return {row["key"]: Opening(row["key"], row["label"], row["words"].strip()) for row in data["template"]}


def is_unedited(body: str) -> bool:
    """Whether this is one of the openings as it stands in the file, or still has a place to fill in."""
    plain = " ".join(body.split())
    blanks = ("[name]", "[Say ")
    return any(plain == " ".join(each.words.split()) for each in openings().values()) or any(
        blank.casefold() in plain.casefold() for blank in blanks
    )


def category_words(categories: Iterable[str]) -> str:
    """The categories of a case in plain words, most urgent first."""
    return ", ".join(CATEGORIES.get(category, category.replace("_", " ")) for category in categories)
