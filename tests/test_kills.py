"""However often server and worker die: nothing acknowledged is lost or done twice. Long: bench/desk_kills.py."""

from tests.killing import kill_under_load
from tests.site import running_site


def test_nothing_acknowledged_is_lost_when_server_and_worker_are_killed() -> None:
    with running_site(worker=True) as site:
        outcome = kill_under_load(site, kills=2)

    assert len(outcome.acknowledged) >= 8
    assert len(outcome.decided) >= 2
    assert outcome.faults == []
