"""Ways to reach someone outside this site: addresses, numbers, links, names elsewhere.

Spans cover exactly what would have to go, so that the rest of the words can stand.
"""

import re
from collections.abc import Iterable, Iterator

from moderation.risk.findings import Category, Finding, Level
from moderation.risk.fold import Folded
from moderation.risk.spans import merged
from moderation.risk.vocabulary import RULES, read_toml

_DATA = read_toml(RULES / "contact.toml")
_APPS = "|".join(map(re.escape, _DATA["apps"]))
_ENDINGS = "|".join(map(re.escape, _DATA["domain_endings"]))
_REASONS: dict[str, str] = _DATA["reasons"]
_HELPLINE_WORDS = re.compile(rf"\b(?:{'|'.join(_DATA['helpline_words'])})\b")
_THEIRS = re.compile(rf"\b(?:{'|'.join(_DATA['someone_elses'])})\b[^.?!\n]{{0,40}}$")
_VERSION = str(_DATA["version"])

# What must stand in a text before the dearer patterns are tried on it.
_DIGIT, _APP = re.compile("[0-9]"), re.compile(rf"(?:{_APPS})")
_SPELLED_AT = re.compile(r"(?:\(at\)|\[at\]|<at>| at ) ?[\w-]{2,40} ?(?:\(dot\)|\[dot\]|<dot>| dot |\.)")
_DOT = re.compile(r"\.\w|://")
# Every repetition below is bounded: from each start at most a fixed number of steps.
_EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_SPELLED_EMAIL = re.compile(
    r"(?<![\w.-])[\w.-]{2,40} ?(?:\(at\)|\[at\]|<at>| at ) ?[\w-]{2,40} ?(?:\(dot\)|\[dot\]|<dot>| dot |\.) ?"
    rf"(?:{_ENDINGS})(?!\w)"
)
_PHONE = re.compile(r"(?<![\w.,/])(?:\+|00)?\(?\d(?:[ ().-]{0,2}\d){8,14}(?![\w/])")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"']{1,300}")
_DOMAIN = re.compile(
    rf"(?<![\w.@/-])[a-z0-9-]{{2,40}}(?:\.[a-z0-9-]{{2,40}}){{0,3}}\.(?:{_ENDINGS})(?![\w@-])(?:/[^\s<>\"']{{0,200}})?"
)
_HANDLE = re.compile(
    r"(?:(?:add|find|message|msg|text|dm|follow|reach|hit|hmu|call|pm)(?: me| us)?(?: up)?(?: on| at| via)?"
    r" ?(?:my )?|my )"
    rf"(?:{_APPS})(?: ?(?:is|name|handle|username|id|user|tag|:|=|-|'s|@)){{0,3}} ?(?P<s>@?[\w.#-]{{3,40}})"
)
_AT_HANDLE = re.compile(r"(?<![\w.@/])@[a-z_][\w.]{2,30}\w")
_ADDRESS = re.compile(
    r"\b(?:lives?|living|staying|works?)(?: right)? (?:at|on)(?: number| no\.?)? ?"
    r"(?P<s>\d{1,5}[a-z]? (?:\w{2,20} ){1,3}"
    r"(?:street|st|road|rd|avenue|ave|lane|drive|close|way|court|terrace|place|crescent|boulevard|blvd))\b"
)
_DATE = re.compile(r"^(?:19|20)\d\d[-. ]\d\d?[-. ]\d\d?|^\d\d?[-. ]\d\d?[-. ](?:19|20)\d\d$")
_NO_NAMES = frozenset(_DATA["not_names"])


def find_contacts(folded: Folded, own_hosts: frozenset[str]) -> list[Finding]:
    """Contact details in a folded text; links to `own_hosts` are left alone."""
    text = folded.text
    kinds: dict[tuple[str, Level], list[tuple[int, int]]] = {}
    for name, start, end in _all(text, own_hosts):
        level = Level.RED if name == "doxxing" else Level.GREEN
        kinds.setdefault((name, level), []).append((folded.starts[start], folded.ends[end - 1]))
    return [
        Finding(Category.CONTACT, level, f"contact.{name}", _VERSION, merged(spans), _REASONS[name])
        for (name, level), spans in kinds.items()
    ]


def _all(text: str, own_hosts: frozenset[str]) -> Iterator[tuple[str, int, int]]:
    yield from _emails(text)
    if "@" in text:
        yield from _spans("handle", _AT_HANDLE.finditer(text))
    if _DIGIT.search(text):
        yield from _phone(text)
        for match in _ADDRESS.finditer(text):
            yield "doxxing", *match.span("s")
    if _DOT.search(text):
        yield from _links(text, own_hosts)
    if _APP.search(text):
        yield from _handles(text)


def _handles(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _HANDLE.finditer(text):
        if match.group("s").strip("@.-") not in _NO_NAMES:
            yield "handle", *match.span("s")


def _spans(name: str, matches: Iterable[re.Match[str]]) -> Iterator[tuple[str, int, int]]:
    return ((name, *match.span()) for match in matches)


def _emails(text: str) -> Iterator[tuple[str, int, int]]:
    patterns = [_EMAIL] * ("@" in text) + [_SPELLED_EMAIL] * bool(_SPELLED_AT.search(text))
    for pattern in patterns:
        for match in pattern.finditer(text):
            yield _whose(text, match.start(), "email"), *match.span()


def _whose(text: str, start: int, name: str) -> str:
    return "doxxing" if _THEIRS.search(text, max(0, start - 60), start) else name


def _phone(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _PHONE.finditer(text):
        if _DATE.match(match.group()) or len(set(re.sub(r"\D", "", match.group()))) < 3:
            continue
        around = text[max(0, match.start() - 60) : match.end() + 40]
        helpline = _HELPLINE_WORDS.search(around)
        yield "helpline" if helpline else _whose(text, match.start(), "phone"), *match.span()


def _links(text: str, own_hosts: frozenset[str]) -> Iterator[tuple[str, int, int]]:
    for pattern in (_URL, _DOMAIN):
        for match in pattern.finditer(text):
            host = re.sub(r"^https?://", "", match.group()).split("/")[0].split(":")[0].removeprefix("www.")
            end = match.end() - len(match.group()) + len(match.group().rstrip(".,;:!?)'"))
            if host not in own_hosts and "@" not in text[match.start() - 1 : match.start()]:
                yield "link", match.start(), end
