"""Numbers: what may be dialled, the link made of it, and how a dead number is known however it is written."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from moderation.help.faults import HelpDataError

# What a phone, text or code word of the data file may consist of; everything else is refused at load.
_PHONE = re.compile(r"([+*#]?[0-9(][0-9 ().-]*[0-9])(?: \(press [0-9]\))?", re.ASCII)
_TEXT = re.compile(r"\+?[0-9][0-9 -]*[0-9]", re.ASCII)
_WORD = re.compile(r"[A-Z]{1,20}", re.ASCII)
_RUN = re.compile(r"\d(?:[\d\s().,-]|\b(?:press|option|ext)\b)*")

# Shorter numbers mean different things in different countries (113, 116): only their own refuses them.
_LONG = 7


class Link(NamedTuple):
    """A place to press: the words on it and where it leads."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Denied:
    """A number that is dead or does harm, the country it belonged to, and why."""

    country: str
    number: str
    why: str


def call_link(number: str) -> Link:
    """The `tel:` link of a number; its label is the number as people write it.

    Raises:
        HelpDataError: anything but digits, spaces, brackets, dashes, a leading + * or #, and "(press 1)".
    """
    match = _PHONE.fullmatch(number)
    if match is None:
        raise HelpDataError(f"not a phone number: {number!r}")
    dialled = re.sub(r"[ ().-]", "", match[1]).replace("#", "%23")
    return Link(number, f"tel:{dialled}")


def sms_link(number: str, word: str) -> Link:
    """The `sms:` link of a text number (RFC 5724), with the word to send, if any.

    Raises:
        HelpDataError: a number or word of other characters.
    """
    if not _TEXT.fullmatch(number) or (word and not _WORD.fullmatch(word)):
        raise HelpDataError(f"not a text number: {word!r} to {number!r}")
    href = "sms:" + re.sub(r"[ -]", "", number)
    return Link(f"{word} to {number}", f"{href}?body={word}") if word else Link(number, href)


def whatsapp_link(number: str) -> Link:
    """The WhatsApp link of a number in its international form.

    Raises:
        HelpDataError: a number without its leading +.
    """
    if not number.startswith("+") or not _TEXT.fullmatch(number):
        raise HelpDataError(f"a WhatsApp number is written with + and the calling code, not {number!r}")
    return Link(f"WhatsApp {number}", f"https://wa.me/{digits(number)}")


def https_or_empty(url: str) -> str:
    """The address itself.

    Raises:
        HelpDataError: it is neither empty nor https, or holds what an address does not.
    """
    if url and not re.fullmatch(r"https://[a-z0-9.-]+(/[A-Za-z0-9._~/%-]*)?", url):
        raise HelpDataError(f"an address starts with https:// and is plain, not {url!r}")
    return url


def digits(text: str) -> str:
    """The digits of a text in any script, as 0 to 9."""
    return "".join(str(unicodedata.digit(char)) for char in text if char.isdigit())


def holds_denied(text: str, country: str, calling_code: str, denied: Denied) -> bool:
    """True if `text` holds the denied number, with or without calling code, leading zeros, spaces, words."""
    dead = digits(denied.number)
    if len(dead) < _LONG:
        return country == denied.country and dead in _short_numbers(text, calling_code)
    core = dead.lstrip("0")
    if country == denied.country and len(core) > _LONG + len(calling_code):
        core = core.removeprefix(calling_code)
    return core in digits(text)


def _short_numbers(text: str, calling_code: str) -> set[str]:
    """Every way to read a short number in a text; in prose each group of digits may be one by itself."""
    found = {digits(run) for run in _RUN.findall(text)}
    if any(char.isalpha() for char in text):
        found |= {digits(group) for group in re.findall(r"\d+", text)}
    return found | {number.removeprefix(calling_code) for number in found}
