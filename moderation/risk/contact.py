"""Ways to reach someone outside this site: addresses, numbers, links, names elsewhere.

Spans cover exactly what would have to go, so that the rest of the words can stand.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moderation.risk.findings import Category, Finding, Level
from moderation.risk.fold import Folded
from moderation.risk.spans import merged
from moderation.risk.vocabulary import RuleFileError, RuleFiles, parsed

# What must stand in a text before the dearer patterns are tried on it.
_DIGITS = "0123456789"
_SIGNS_OF_AT = ("(at)", "[at]", "<at>", " at ")
_SPELLED_AT = re.compile(r"(?:\(at\)|\[at\]|<at>| at ) ?[\w-]{2,40} ?(?:\(dot\)|\[dot\]|<dot>| dot |\.)")
_DOT = re.compile(r"\.\w")
# Every repetition below is bounded: from each start at most a fixed number of steps.
_EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PHONE = re.compile(r"(?<![\w.,/])(?:\+|00)?\(?\d(?:[ ().-]{0,2}\d){8,14}(?![\w/])")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"']{1,300}")
_AT_HANDLE = re.compile(r"(?<![\w.@/])@[a-z_][\w.]{2,30}\w")
_ADDRESS = re.compile(
    r"\b(?:lives?|living|staying|works?)(?: right)? (?:at|on)(?: number| no\.?)? ?"
    r"(?P<s>\d{1,5}[a-z]? (?:\w{2,20} ){1,3}"
    r"(?:street|st|road|rd|avenue|ave|lane|drive|close|way|court|terrace|place|crescent|boulevard|blvd))\b"
)
_ASKING = ("add", "find", "message", "msg", "text", "dm", "follow", "reach", "hit", "hmu", "call", "pm")
# What can stand right before the name of a service, for it to be a name of someone there.
_LEADS = (
    "my ",
    *(f"{word}{gap}" for word in (*_ASKING, " me", " us", " up", " on", " at", " via") for gap in ("", " ")),
)
_KINDS = ("email", "phone", "helpline", "link", "handle", "doxxing")
_DATE = re.compile(r"^(?:19|20)\d\d[-. ]\d\d?[-. ]\d\d?|^\d\d?[-. ]\d\d?[-. ](?:19|20)\d\d$")


@dataclass(frozen=True, slots=True)
class Contacts:
    """What counts as a contact detail (`rules/contact.toml`), as patterns. Equal ones find the same."""

    version: str
    reasons: Mapping[str, str]
    no_names: frozenset[str]
    named: Mapping[str, tuple[str, ...]]  # each service with every way in which its name follows what leads to it
    spelled_email: re.Pattern[str]
    domain: re.Pattern[str]
    handle: re.Pattern[str]
    helpline: re.Pattern[str]
    theirs: re.Pattern[str]

    def find(self, folded: Folded, own_hosts: frozenset[str]) -> list[Finding]:
        """Contact details in a folded text; links to `own_hosts` are left alone."""
        kinds: dict[tuple[str, Level], list[tuple[int, int]]] = {}
        for name, start, end in self._all(folded.text, own_hosts):
            level = Level.RED if name == "doxxing" else Level.GREEN
            kinds.setdefault((name, level), []).append((folded.starts[start], folded.ends[end - 1]))
        return [
            Finding(Category.CONTACT, level, f"contact.{name}", self.version, merged(spans), self.reasons[name])
            for (name, level), spans in kinds.items()
        ]

    def _all(self, text: str, own_hosts: frozenset[str]) -> Iterator[tuple[str, int, int]]:
        yield from self._emails(text)
        if "@" in text:
            yield from _spans("handle", _AT_HANDLE.finditer(text))
        if _holds(text, _DIGITS):
            yield from self._phone(text)
            for match in _ADDRESS.finditer(text):
                yield "doxxing", *match.span("s")
        if _DOT.search(text) or "://" in text:
            yield from self._links(text, own_hosts)
        if any(_holds(text, self.named[app]) for app in self.named if app in text):
            yield from self._handles(text)

    def _handles(self, text: str) -> Iterator[tuple[str, int, int]]:
        for match in self.handle.finditer(text):
            if match.group("s").strip("@.-") not in self.no_names:
                yield "handle", *match.span("s")

    def _emails(self, text: str) -> Iterator[tuple[str, int, int]]:
        patterns = [_EMAIL] * ("@" in text) + [self.spelled_email] * bool(
            _holds(text, _SIGNS_OF_AT) and _SPELLED_AT.search(text)
        )
        for pattern in patterns:
            for match in pattern.finditer(text):
                yield self._whose(text, match.start(), "email"), *match.span()

    def _whose(self, text: str, start: int, name: str) -> str:
        return "doxxing" if self.theirs.search(text, max(0, start - 60), start) else name

    def _phone(self, text: str) -> Iterator[tuple[str, int, int]]:
        for match in _PHONE.finditer(text):
            if _DATE.match(match.group()) or len(set(re.sub(r"\D", "", match.group()))) < 3:
                continue
            around = text[max(0, match.start() - 60) : match.end() + 40]
            helpline = self.helpline.search(around)
            yield "helpline" if helpline else self._whose(text, match.start(), "phone"), *match.span()

    def _links(self, text: str, own_hosts: frozenset[str]) -> Iterator[tuple[str, int, int]]:
        for pattern in (_URL, self.domain):
            for match in pattern.finditer(text):
                host = re.sub(r"^https?://", "", match.group()).split("/")[0].split(":")[0].removeprefix("www.")
                end = match.end() - len(match.group()) + len(match.group().rstrip(".,;:!?)'"))
                if host not in own_hosts and "@" not in text[match.start() - 1 : match.start()]:
                    yield "link", match.start(), end


def load(files: RuleFiles) -> Contacts:
    """What `contact.toml` says.

    Raises:
        RuleFileError: it cannot be read, or a part or a reason is missing.
    """
    data = parsed(files, "contact.toml")
    try:
        return _contacts(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise RuleFileError(f"contact.toml: missing or misshapen part {error}") from error


def _contacts(data: Mapping[str, Any]) -> Contacts:
    apps, endings, helpline, theirs = (
        _one_of(data[part]) for part in ("apps", "domain_endings", "helpline_words", "someone_elses")
    )
    return Contacts(
        version=str(data["version"]),
        reasons={kind: str(data["reasons"][kind]) for kind in _KINDS},
        no_names=frozenset(data["not_names"]),
        named={app: tuple(f"{lead}{app}" for lead in _LEADS) for app in data["apps"]},
        spelled_email=re.compile(
            r"(?<![\w.-])[\w.-]{2,40} ?(?:\(at\)|\[at\]|<at>| at ) ?[\w-]{2,40} ?(?:\(dot\)|\[dot\]|<dot>| dot |\.) ?"
            rf"(?:{endings})(?!\w)"
        ),
        domain=re.compile(
            rf"(?<![\w.@/-])[a-z0-9-]{{2,40}}(?:\.[a-z0-9-]{{2,40}}){{0,3}}\.(?:{endings})(?![\w@-])(?:/[^\s<>\"']{{0,200}})?"
        ),
        handle=re.compile(
            rf"(?:(?:{'|'.join(_ASKING)})(?: me| us)?(?: up)?(?: on| at| via)? ?(?:my )?|my )"
            rf"(?:{apps})(?: ?(?:is|name|handle|username|id|user|tag|:|=|-|'s|@)){{0,3}} ?(?P<s>@?[\w.#-]{{3,40}})"
        ),
        helpline=re.compile(rf"\b(?:{helpline})\b"),
        theirs=re.compile(rf"\b(?:{theirs})\b[^.?!\n]{{0,40}}$"),
    )


def _holds(text: str, parts: Iterable[str]) -> bool:
    """Whether one of the parts stands in the text."""
    return any(part in text for part in parts)


def _one_of(words: Any) -> str:
    """A pattern of words as they stand: a sign in them that means something to a pattern could cost any time."""
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
        raise TypeError("a list of words")
    return "|".join(map(re.escape, words))


def _spans(name: str, matches: Iterable[re.Match[str]]) -> Iterator[tuple[str, int, int]]:
    return ((name, *match.span()) for match in matches)
