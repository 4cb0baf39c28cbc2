"""How far two people who judged the same words agree. Pure: pairs in, figures out; it never knows whose they are.

Cohen, A coefficient of agreement for nominal scales, Educ. Psychol. Meas. 20 (1960); the standard error is that of
Fleiss, Cohen and Everitt, Large sample standard errors of kappa and weighted kappa, Psychol. Bull. 72 (1969).
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Z95 = 1.959964  # of the normal distribution, two-sided
_LEFT: Mapping[str, str] = {"published": "publish", "noted": "fold"}
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Cohen's kappa of some pairs. None where it says nothing: no pairs, or nothing that chance could differ on."""

    pairs: int
    same: int
    kappa: float | None
    low: float | None  # of the 95 % interval; None where the sample cannot give one
    high: float | None


def outcome(action: str, stood: str, *, hidden: bool = False) -> str:
    """What readers would get of `action` on a post that stood so (its visibility), some of its parts hidden or none.

    Leaving a post is what it leaves; what is in the open with a part hidden is neither open nor removed.
    """
    if action == "erase":
        return "remove"
    shown = _LEFT.get(stood, "leave") if action == "leave" else action
    return "redact" if shown == "publish" and hidden else shown


def agreement(pairs: Sequence[Pair]) -> Agreement:
    """Observed agreement, kappa and its 95 % interval.

    Kappa is undefined where both always chose one and the same thing: chance alone would agree as often. Where all
    pairs agree, or none, or one of the two never varies, the large-sample error is zero, which is no knowledge: no
    interval is given.
    """
    total, same = len(pairs), sum(one == other for one, other in pairs)
    if not total:
        return Agreement(0, 0, None, None, None)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(first[each] * second[each] for each in first) / total**2
    if chance == 1:
        return Agreement(total, same, None, None, None)
    kappa = (same / total - chance) / (1 - chance)
    reach = Z95 * _error(pairs, same / total, chance)
    if reach < 1e-9:
        return Agreement(total, same, kappa, None, None)
    return Agreement(total, same, kappa, max(-1.0, kappa - reach), min(1.0, kappa + reach))


def _error(pairs: Sequence[Pair], observed: float, chance: float) -> float:
    """Large-sample standard error of kappa (not that under the hypothesis of no agreement)."""
    total = len(pairs)
    rows = {key: count / total for key, count in Counter(one for one, _ in pairs).items()}
    columns = {key: count / total for key, count in Counter(other for _, other in pairs).items()}
    spread = 0.0
    for (one, other), count in Counter(pairs).items():
        if one == other:
            weight = (1 - chance) - (rows[one] + columns[one]) * (1 - observed)
        else:
            weight = (columns.get(one, 0) + rows.get(other, 0)) * (1 - observed)
        spread += count / total * weight**2
    variance = spread - (observed * chance - 2 * chance + observed) ** 2
    return math.sqrt(max(0.0, variance) / total) / (1 - chance) ** 2
