"""What someone wants of a live room for this visit: kept in the address of their page and nowhere else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from forum import notes


@dataclass(frozen=True, slots=True)
class Wishes:
    """Topics to fold or not to meet (bits of forum.notes), and whether to listen only."""

    fold: int = 0
    hide: int = 0
    listens: bool = False

    @property
    def query(self) -> str:
        """As it stands in addresses: "?fold=drugs,alcohol&listen=1", or nothing."""
        given = {"fold": ",".join(notes.from_bits(self.fold)), "hide": ",".join(notes.from_bits(self.hide))}
        given["listen"] = "1" if self.listens else ""
        said = urlencode({name: value for name, value in given.items() if value}, safe=",")
        return f"?{said}" if said else ""

    @property
    def to_write(self) -> "Wishes":
        """The same topics, for whoever would like to write after all."""
        return replace(self, listens=False)

    def at(self, address: str) -> str:
        """An address of the live room, with these wishes in it."""
        page, mark, place = address.partition("#")
        return f"{page}{self.query}{mark}{place}"


NO_WISHES = Wishes()


def wishes_of(query: Mapping[str, str]) -> Wishes:
    """Read from an address. What is not known there is left out."""
    return Wishes(
        fold=notes.to_bits(query.get("fold", "").split(",")),
        hide=notes.to_bits(query.get("hide", "").split(",")),
        listens=query.get("listen") == "1",
    )


def chosen(ways: Mapping[str, str], *, listens: bool) -> Wishes:
    """From the choices of the lobby's form: "fold" or "hide" for a topic, anything else to meet it."""

    def those(way: str) -> Iterable[str]:
        return (note for note, one in ways.items() if one == way)

    return Wishes(fold=notes.to_bits(those("fold")), hide=notes.to_bits(those("hide")), listens=listens)
