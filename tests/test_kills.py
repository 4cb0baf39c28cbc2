"""However often the server dies: no acknowledged post lost, no risky post without its case. Long: bench/kills.py."""

from tests.killing import kill_under_load
from tests.site import running_site


def test_nothing_acknowledged_is_lost_when_the_server_is_killed() -> None:
    with running_site(worker=False) as site:
        outcome = kill_under_load(site, kills=4)

    assert outcome.kills == 4
    assert len(outcome.acknowledged) >= 16
    assert outcome.lost == set()
    assert outcome.risky_without_case == 0
    assert outcome.audit_fault == ""
