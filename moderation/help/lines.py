"""Helplines and countries as values. What may be shown of a line is decided here, and nowhere else."""

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from moderation.help.hours import Week
from moderation.help.numbers import Link, call_link, digits, sms_link, whatsapp_link

CATEGORY_WORDS = {
    "suicide": "suicidal thoughts",
    "self_harm": "self-harm",
    "emotional": "any kind of distress",
    "domestic_abuse": "abuse at home",
    "sexual_violence": "sexual violence",
    "child_protection": "children who are being hurt",
    "drugs_alcohol": "alcohol and drugs",
    "eating_disorder": "eating distress",
    "bereavement": "loss",
    "youth": "young people",
    "women": "women",
    "men": "men",
    "lgbtq": "LGBTQ+ people",
    "veterans": "veterans",
    "indigenous": "Indigenous people",
}
"""What a line is about and for whom, in words."""

AUDIENCES = frozenset({"youth", "women", "men", "lgbtq", "veterans", "indigenous"})
"""The categories that name people rather than troubles: such a line comes after one that is for everyone."""

CONFIDENCES = ("number_seen_in_2_or_more_sources", "number_seen_in_1_source")
"""The grades that may be shown, surest first. `no_source` is refused."""


@dataclass(frozen=True, slots=True)
class TextNumber:
    """A number to write to: by `sms`, with a code word or none, or by `whatsapp`."""

    by: str
    number: str
    word: str

    @property
    def link(self) -> Link:
        """The link that opens a new message."""
        return whatsapp_link(self.number) if self.by == "whatsapp" else sms_link(self.number, self.word)


@dataclass(frozen=True, slots=True)
class Country:
    """One country of the register, with the emergency numbers a source names."""

    code: str
    name: str
    emergency: tuple[str, ...]
    calling_code: str
    timezone: ZoneInfo
    several_timezones: bool

    @property
    def emergency_links(self) -> tuple[Link, ...]:
        """The emergency numbers as links, first choice first."""
        return tuple(call_link(number) for number in self.emergency)


@dataclass(frozen=True)
class Helpline:
    """One line people can call, text or chat with; `numbers_without_source` never reach a link."""

    id: str
    country: str
    name: str
    phone: tuple[str, ...]
    text: tuple[TextNumber, ...]
    chat: str
    url: str
    timezone: ZoneInfo
    opens: Week | None
    languages: tuple[str, ...]
    more_languages: str
    categories: frozenset[str]
    note: str
    source: tuple[str, ...]
    source_date: str
    confidence: str
    third_party_checked: str
    fields_without_source: frozenset[str]
    numbers_without_source: tuple[str, ...]
    withheld: str

    @cached_property
    def call_links(self) -> tuple[Link, ...]:
        """The numbers to call: only those a source names."""
        return tuple(call_link(number) for number in self.phone if self._has_source(number))

    @cached_property
    def text_links(self) -> tuple[Link, ...]:
        """The numbers to write to that a source names."""
        return () if "text" in self.fields_without_source else self._writable

    @cached_property
    def unchecked_text_links(self) -> tuple[Link, ...]:
        """Numbers to write to that no source names: shown once a person here has checked the line."""
        return self._writable if "text" in self.fields_without_source else ()

    @cached_property
    def is_shown(self) -> bool:
        """False while nothing is left of the line that a source names, or its source asks to hold it back."""
        return not self.withheld and bool(self.call_links or self.text_links or self.chat)

    @cached_property
    def audience(self) -> str:
        """Whom the line is for ("women, young people"), or nothing if for everyone."""
        return ", ".join(words for key, words in CATEGORY_WORDS.items() if key in self.categories & AUDIENCES)

    @cached_property
    def about(self) -> str:
        """What the line is about, in words, or nothing."""
        return ", ".join(words for key, words in CATEGORY_WORDS.items() if key in self.categories - AUDIENCES)

    @property
    def _writable(self) -> tuple[Link, ...]:
        return tuple(text.link for text in self.text if self._has_source(text.number))

    def _has_source(self, number: str) -> bool:
        return digits(number) not in {digits(unsourced) for unsourced in self.numbers_without_source}
