"""Content notes: the closed set of topics a post can be about, in neutral words, kept as bits of one integer."""

from collections.abc import Iterable

# key -> what readers see. Only ever append: each note is the bit of its place.
NOTES: dict[str, str] = {
    "self-harm": "self-harm",
    "suicide": "suicide",
    "drugs": "drugs",
    "alcohol": "alcohol",
    "eating": "eating and weight",
    "abuse": "abuse",
    "sexual-violence": "sexual violence",
    "death": "death and grief",
    "medical": "medical things",
    "pregnancy": "pregnancy",
}
_BITS = {key: 1 << place for place, key in enumerate(NOTES)}
ALL = sum(_BITS.values())


def to_bits(keys: Iterable[str]) -> int:
    """The notes as one integer; unknown keys are left out."""
    return sum(_BITS[key] for key in set(keys) if key in _BITS)


def from_bits(bits: int) -> tuple[str, ...]:
    """The keys of the notes set in `bits`, in their fixed order."""
    return tuple(key for key, bit in _BITS.items() if bits & bit)


def labels(bits: int) -> tuple[str, ...]:
    return tuple(NOTES[key] for key in from_bits(bits))
