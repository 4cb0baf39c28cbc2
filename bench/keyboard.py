"""Forty mixed cases decided at the desk in a real Chromium without a pointer event.

python -m bench.keyboard [--cases 40]
"""

import argparse
import platform
import sys
import time

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, sign_in
from tests.browser.keyboard import COUNT_POINTERS, Worked, work_through, write
from tests.site import running_site

EACH = 10  # cases of one moderator: nobody is served more in a day than one person should read


def work(cases: int) -> Worked:
    with running_site() as site, sync_playwright() as playwright:
        write(site, cases)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        together = Worked()
        for first in range(0, cases, EACH):
            page = browser.new_page(base_url=site.url)
            sign_in(page, site.staff(f"wagtail{first}", "lead"))
            page.context.add_init_script(COUNT_POINTERS)
            page.reload()
            together.add(work_through(page, min(EACH, cases - first)))
        return together


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=40)
    cases = parser.parse_args().cases
    began = time.monotonic()
    worked = work(cases)
    print(
        f"{platform.machine()}, Python {platform.python_version()}: {worked.decided} of {cases} cases decided in"
        f" {time.monotonic() - began:.0f} s, at most {max(worked.keys)} keys each,"
        f" pointer events: {'some' if worked.pointers else 'none'}, axe: {worked.faults or 'clean'}"
    )
    good = worked.decided == cases and max(worked.keys) <= 3 and not worked.pointers and not worked.faults
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
