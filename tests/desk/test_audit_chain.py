"""The line of an event and its digest: one form, whoever makes it."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import audit
from moderation.audit_chain import Chain, Seal, canonical

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(data=st.dictionaries(st.text(), PLAIN, max_size=3), text=st.text(max_size=40), micros=st.integers(0, 999_999))
def test_the_quick_way_to_a_digest_is_the_one_that_is_written(data, text, micros) -> None:
    who = [text, f"{text}.kind", f"{text} ref"]
    at = datetime(2026, 3, 1, 12, 0, 0, micros, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    fresh = audit.digest_of(before="0" * 64, at=at, facts=[3, 1, *who, data])
    in_utc = at.astimezone(UTC).isoformat(timespec="microseconds")
    read = Chain(3)

    read.follow([(1, 1, in_utc, *who, json.dumps(data), "0" * 64, fresh)])

    assert (read.faults, read.hash) == ([], fresh)


def test_the_digest_is_what_the_documents_say() -> None:
    at = datetime(2026, 3, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))

    fresh = audit.digest_of(before="0" * 64, at=at, facts=[3, 1, "robin", "case.opened", "abc", {"b": "é", "a": 1}])

    assert canonical({"b": "é", "a": [1, None]}) == '{"a":[1,null],"b":"\\u00e9"}'
    # sha256sum of ["000...","2026-03-01T12:00:00.000000+00:00",3,1,"robin","case.opened","abc",{"a":1,"b":"\u00e9"}]
    assert fresh == "0f85c90f8a0cf56093384f58f9540d390edc80bc9acacecaee0603529fbe28c7"


def test_seals_follow_one_another_from_the_first_event_on() -> None:
    def begun(*ends: tuple[int, int]) -> list[str]:
        read = Chain(3)
        read.begins_after(Seal(3, first, last, "a" * 64, "b" * 64, "robin", "wren", "") for first, last in ends)
        return read.faults

    assert begun((1, 4), (5, 9)) == []
    assert begun((2, 4)) == ["In chain 3, the seal of events 2 to 4 does not follow event 0."]
    assert begun((1, 4), (6, 9)) == ["In chain 3, the seal of events 6 to 9 does not follow event 4."]
    assert begun((1, 4), (4, 9)) == ["In chain 3, the seal of events 4 to 9 does not follow event 4."]
    assert begun((1, 0)) == ["In chain 3, the seal of events 1 to 0 does not follow event 0."]


def test_what_nothing_here_could_have_written_is_a_fault_and_no_crash() -> None:
    at = "2026-03-01T12:00:00.000000+00:00"
    odd: list[Any] = [(1, "x", at, "a", "b", "c", "{}", "0" * 64, ""), (2, 1, at, b"a", "b", "c", "{}", "0" * 64, "")]
    odd += [(3, 2, at, "a", "b", "c", data, "", "e") for data in ("{", "[" * 100_000, None)]
    read = Chain(3)

    read.follow(odd)

    assert len(read.faults) >= len(odd) - 2
