"""A shift by keyboard alone, in three keys a routine decision. Forty cases: bench/keyboard.py."""

import pytest

from tests.browser.conftest import sign_in
from tests.browser.keyboard import COUNT_POINTERS, work_through, write
from tests.site import Site


@pytest.fixture(scope="module")
def site(own_site: Site) -> Site:
    return own_site


def test_mixed_cases_are_decided_in_three_keys_each_without_a_pointer(visit, site) -> None:
    write(site, 6)
    page = visit()
    sign_in(page, site.staff("wagtail", "lead"))
    page.context.add_init_script(COUNT_POINTERS)
    page.reload()

    worked = work_through(page, 6, looked_at=2)

    assert worked.decided == 6
    assert max(worked.keys) <= 3
    assert worked.actions == {"1", "2"}
    assert worked.pointers is None
    assert worked.faults == []
