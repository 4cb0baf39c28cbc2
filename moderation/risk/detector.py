"""The judge: every stage runs, in bounded time, and no text can make it fail unnoticed."""

import gc
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from moderation.risk import contact, conversation, hearing, language, minimal, rulebook
from moderation.risk.concepts import Thesaurus
from moderation.risk.contact import Contacts
from moderation.risk.ear import Ear
from moderation.risk.findings import Assessment, Category, Context, Finding, Level
from moderation.risk.fold import BREAKS
from moderation.risk.hearing import Heard
from moderation.risk.model import Model
from moderation.risk.normalise import Plain
from moderation.risk.spans import merged
from moderation.risk.vocabulary import RuleFiles, parsed, rule_files

WINDOW = 20_000  # characters judged at a time; longer texts are judged in windows that overlap
OVERLAP = 500
_BREAKS = "".join(f"\\u{ord(sign):04x}" for sign in BREAKS)
_QUOTED = re.compile(rf"(?<![^{_BREAKS}])[ \t]*>[^{_BREAKS}]*")  # whatever is read as the end of a line ends it
BUDGET = 1.0  # seconds of work a window may take; bench/risk_cost.py shows the worst. A pack read first takes up to 0.3


class OverBudgetError(Exception):
    """Judging took longer than it may."""


@dataclass(frozen=True, slots=True)
class Judge:
    """An ear, what counts as a contact detail, the hosts that are this site's own, and the time a window may take."""

    ear: Ear
    contacts: Contacts
    version: str
    own_hosts: frozenset[str] = frozenset()
    budget: float = BUDGET
    clock: Callable[[], float] = time.thread_time  # work done, so that a busy machine is not a failure

    def assess(self, text: str, context: Context | None = None) -> Assessment:
        """Judge a text. Never raises: what cannot be judged is a red finding of the detector."""
        try:
            heard = self._heard(text, context or Context())
        except Exception as error:  # noqa: BLE001 - any failure must become a finding, never silence
            heard = Heard(could_not_judge(text, type(error).__name__), None)
        score = self.ear.thresholds.score(heard.level, heard.urgency)
        return Assessment(heard.level, score, tuple(heard.findings), self.version)

    def _heard(self, text: str, context: Context) -> Heard:
        deadline = self.clock() + self.budget
        places = conversation.places_of(self.ear, context)
        found: list[Finding] = []
        urgency: float | None = None
        for offset in range(0, max(1, len(text) - OVERLAP), WINDOW - OVERLAP):
            for stage in self._stages(text[offset : offset + WINDOW], context, places):
                found.extend(_moved(finding, offset) for finding in stage.findings)
                urgency = max((each for each in (urgency, stage.urgency) if each is not None), default=None)
                if self.clock() > deadline:
                    raise OverBudgetError
            deadline = self.clock() + self.budget
        if any(finding.rule == language.UNKNOWN for finding in found):
            urgency = None  # what the model made of words of another language tells nothing
        found.extend(conversation.find_across(self.ear, text, context))
        found.extend(conversation.find_series(self.ear, found, context))
        if self.clock() > deadline:
            raise OverBudgetError
        return Heard(_unified(found), urgency)

    def _stages(self, text: str, context: Context, places: frozenset[str]) -> Iterator[Heard]:
        searching = context.place == "search"  # words looked for are no post: they give nothing away
        scene = self.ear.scene(text)
        yield Heard([] if searching else self.contacts.find(scene.plain.folded, self.own_hosts), None)
        yield from self.ear.stages(text, scene, places)
        for at, part in apart(text, scene.plain, self.ear.book.thesaurus):
            for stage in self.ear.stages(part, self.ear.scene(part), places):
                yield Heard([_moved(finding, at) for finding in stage.findings], stage.urgency)
        yield Heard([] if searching else language.unknown_language(text, scene.plain, self.ear.book.thesaurus), None)


def apart(text: str, plain: Plain, thesaurus: Thesaurus) -> Iterator[tuple[int, str]]:
    """What is judged once more by itself, with its place in the text, so that the rest of it drowns nothing.

    That is what is not quoted, and what is in another language than the rest.
    """
    own = own_words(text)
    if own != text:
        yield 0, own
    yield from ((start, text[start:end]) for start, end in language.parts_elsewhere(plain, thesaurus))


def own_words(text: str) -> str:
    """The text with the lines it quotes (`> ...`) blanked out, everything else at its place."""
    return _QUOTED.sub(lambda line: " " * len(line.group()), text)


def could_not_judge(text: str, kind: str) -> list[Finding]:
    """What is said of a text the judge failed on: a red finding, and what the last net caught."""
    try:
        caught = minimal.minimal_level(text)
    except Exception:  # noqa: BLE001 - the last net must not tear either
        caught = 0
    failed = _detector(Level.RED, "detector.failed", f"This could not be judged ({kind}); please read it.")
    if not caught:
        return [failed]
    phrase = "It holds words that are grave in themselves; it could not be judged in full."
    return [failed, replace(_detector(Level(caught), "detector.minimal", phrase), category=Category.SUICIDE)]


def _detector(level: Level, rule: str, reason: str) -> Finding:
    return Finding(Category.DETECTOR, level, rule, "1", (), reason, certain=False)


def _moved(finding: Finding, offset: int) -> Finding:
    if not offset:
        return finding
    return replace(finding, spans=tuple((start + offset, end + offset) for start, end in finding.spans))


def _unified(findings: Iterable[Finding]) -> list[Finding]:
    """One finding per rule and category: its highest level, all its spans."""
    kept: dict[tuple[str, Category], Finding] = {}
    for finding in findings:
        before = kept.setdefault((finding.rule, finding.category), finding)
        gravest = finding if finding.level > before.level else before
        kept[finding.rule, finding.category] = replace(gravest, spans=merged((*before.spans, *finding.spans)))
    return sorted(kept.values(), key=lambda finding: (-finding.level, finding.spans, finding.rule))


def load(files: RuleFiles | None = None) -> Judge:
    """A judge with the rules of these files, or with those the program ships.

    Several stand side by side in one process and share nothing that judging changes. The model, the thesaurus and
    the word lists are those of the program.

    Raises:
        RuleFileError, ModelFileError: a file cannot be used; nothing is loaded in part.
    """
    ours = files is None
    files = rule_files() if files is None else files
    with _uncollected():
        book = rulebook.read(files, keep=ours)
        model = Model.load(book.thesaurus)
    thresholds = hearing.thresholds_of("model.toml", parsed(files, "model.toml"))
    return Judge(Ear(book, model, thresholds), contact.load(files), f"{book.version}-{model.version}")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage: nothing made here is any, and to walk through it again and again takes long."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


_shipped = _judge = load()
gc.freeze()  # it stays as long as the process; the collector would be busy with it for tenths of a second at a time
RULES_VERSION = _shipped.version  # of the rules that the program ships


def prepare(judge: Judge | None = None) -> None:
    """Translate the packs of all languages now, so that a broken one stops the start and no first text pays for it; nor
    for what else only some texts need.

    Raises:
        RuleFileError: an entry of a pack cannot be used.
    """
    with _uncollected():
        book = (judge or _judge).ear.book
        book.reader.prepare()
        for pack in book.packs.values():
            pack()
        if judge is None:
            gc.freeze()


def configure(own_hosts: Iterable[str]) -> None:
    """Say which hosts are this site's own, so that links to them are no contact details.

    Each is a host name as it stands in a link, without scheme, `www.` and port; case does not matter. Call it
    once, before the first `assess`; a later call replaces what was said before.
    """
    use(_judge, own_hosts=frozenset(host.lower().removeprefix("www.") for host in own_hosts))


def use(judge: Judge | None, *, own_hosts: frozenset[str] | None = None) -> None:
    """From now on this judge is the site's own; none: the shipped one. It learns which hosts are the site's."""
    global _judge  # noqa: PLW0603 - one judge for the process, which every text is judged by
    hosts = _judge.own_hosts if own_hosts is None else own_hosts
    _judge = replace(judge or _shipped, own_hosts=hosts)


def in_use() -> Judge:
    """The judge of the site at this moment."""
    return _judge


def shipped() -> Judge:
    """The judge with the rules that the program ships, with the site's own hosts."""
    return replace(_shipped, own_hosts=_judge.own_hosts)


def assess(text: str, context: Context | None = None) -> Assessment:
    """Judge a text with the site's own rules. Never raises; failure is a detector finding."""
    return _judge.assess(text, context)
