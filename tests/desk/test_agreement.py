"""How far two agree who judged the same words: kappa as in the books, and nothing where it would say nothing."""

from datetime import timedelta

import pytest

from moderation import board
from moderation.agreement import agreement, outcome
from moderation.counting import Span
from tests.conftest import make_moderator
from tests.desk.counted import MIN, NOW, decide, review_of
from tests.desk.staff import sit_down

pytestmark = pytest.mark.django_db


def pairs(table: list[list[int]]) -> list[tuple[str, str]]:
    return [(f"{i}", f"{j}") for i, row in enumerate(table) for j, times in enumerate(row) for _ in range(times)]


@pytest.mark.parametrize(
    ("table", "kappa", "low", "high"),
    [
        # Fleiss, Statistical methods for rates and proportions, table 13.1: 0.68, standard error 0.087.
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.6765, 0.5046, 0.8484),
        # Kappa by hand (0.70 observed, 0.50 by chance; 0.60 and 0.54), its error by numeric derivatives of kappa.
        ([[20, 5], [10, 15]], 0.4, 0.1511, 0.6489),
        ([[45, 15], [25, 15]], 0.1304, -0.0629, 0.3238),
    ],
)
def test_kappa_and_its_interval_are_those_of_the_books(table, kappa, low, high) -> None:
    found = agreement(pairs(table))

    assert found.kappa == pytest.approx(kappa, abs=1e-4)
    assert found.low == pytest.approx(low, abs=2e-4)
    assert found.high == pytest.approx(high, abs=2e-4)


@pytest.mark.parametrize(
    ("table", "same", "kappa"),
    [
        ([], 0, None),  # nobody answered
        ([[1]], 1, None),  # one and the same thing always: chance would agree as often
        ([[9]], 9, None),
        ([[5, 0], [0, 5]], 10, 1.0),
        ([[0, 5], [5, 0]], 0, -1.0),
        ([[5, 5], [0, 0]], 5, 0.0),  # one of the two never varies
        ([[0, 1], [0, 0]], 0, 0.0),
    ],
)
def test_where_kappa_or_its_interval_would_say_nothing_none_is_given(table, same, kappa) -> None:
    found = agreement(pairs(table))

    assert (found.same, found.kappa) == (same, kappa)
    assert (found.low, found.high) == (None, None)


def test_leaving_a_post_agrees_with_whatever_it_leaves() -> None:
    assert outcome("leave", "published") == outcome("publish", "published") == "publish"
    assert outcome("leave", "noted") == "fold"
    assert outcome("remove", "published") == "remove"
    assert outcome("leave", "removed") == "leave"
    assert outcome("erase", "published") == "remove"


def test_where_a_part_is_hidden_leaving_and_publishing_agree_with_hiding_it() -> None:
    assert {outcome(each, "published", hidden=True) for each in ("leave", "publish", "redact")} == {"redact"}
    assert outcome("fold", "published", hidden=True) == outcome("leave", "noted", hidden=True) == "fold"


def test_second_looks_are_told_as_agreement_with_both_reasons_where_two_differ(case, robin, wren) -> None:
    at = NOW - MIN
    review_of(decide(case(), robin, "leave", "stands"), wren, "publish", "stands", at)
    review_of(decide(case(), robin, "remove", "threat"), wren, "remove", "unkind", at)
    apart = review_of(decide(case(), robin, "leave", "stands"), wren, "fold", "hard-to-read", at)

    looks = board.second_looks(Span.before(NOW, timedelta(days=1)))
    found, _ = board.disagreements(Span.before(NOW, timedelta(days=1)), most=9)

    assert (looks.drawn, looks.agreement.pairs, looks.agreement.same, looks.reasons_same) == (3, 3, 2, 1)
    assert looks.crossed == {("publish", "publish"): 1, ("remove", "remove"): 1, ("publish", "fold"): 1}
    assert found == [apart]


def test_a_desk_of_one_is_told_why_no_second_look_is_drawn(kestrel) -> None:
    browser = sit_down(kestrel)
    alone = browser.read("/desk/board")
    make_moderator("robin", "Robin", "moderator")
    together = browser.read("/desk/board")

    assert "There is one moderator at the desk, so none are drawn" in alone
    assert "There is one moderator" not in together
