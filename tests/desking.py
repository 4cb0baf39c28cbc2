"""A moderator at a real, running desk, without a browser."""

import re
from dataclasses import dataclass

import httpx

from tests.site import Site, Staff, Visitor

NOTE = "I have read this, and it stays. Thank you for saying it here."


@dataclass(frozen=True, slots=True)
class Page:
    """A case's page as it came, and what its forms carry."""

    address: str
    text: str

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', self.text)
        return found[1] if found else ""

    def decision(self, action: str) -> dict[str, str]:
        """The decision form, filled in; empty where the page has none."""
        seen = {name: self.field(name) for name in ("token", "version", "key")}
        return {**seen, "action": action, "reason_code": "pain-stands", "body": NOTE} if seen["key"] else {}


class AtDesk(Visitor):
    """Signed in with password and one-time code."""

    def __init__(self, site: Site, staff: Staff) -> None:
        super().__init__(site)
        form = {"username": staff.username, "password": staff.password, "code": staff.code()}
        self.post("/desk/sign-in", data=form)
        self.form = self.form_token("/desk/")

    def send_form(self, address: str, **values: str) -> httpx.Response:
        return self.post(address, data={**values, "form_token": self.form})

    def next_case(self) -> str:
        """The address of the most urgent case, taken; empty when nothing waits."""
        place = httpx.URL(self.send_form("/desk/next").headers.get("location", "")).path
        return place if place.startswith("/desk/cases/") else ""

    def page(self, address: str) -> Page:
        return Page(address, self.get(address).text)
