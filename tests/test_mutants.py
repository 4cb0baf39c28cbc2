"""The table of mutants stays true as the code moves on; the mutants themselves run by `python -m bench.mutants`."""

import pytest

from bench import mutants


def test_every_mutant_still_changes_something() -> None:
    table = mutants.load()

    faults = {mutant.name: fault for mutant in table if (fault := mutant.fault(mutants.PROJECT))}

    assert len(table) > 500
    assert not faults


@pytest.mark.parametrize(
    ("test", "fault"),
    [
        ("tests/test_mutants.py::test_every_mutant_still_changes_something", ""),
        ("tests/test_mutants.py::test_every_mutant_still_changes_something[one]", ""),
        ("tests/test_mutants.py", ""),
        ("tests/test_mutants.py::test_every_mutant", "tests/test_mutants.py holds no test_every_mutant"),
        ("tests/test_nowhere.py::test_every_mutant", "tests/test_nowhere.py is not there"),
    ],
)
def test_a_mutant_whose_test_is_not_there_says_so(test: str, fault: str) -> None:
    mutant = mutants.Mutant("a name", "bench/mutants.py", "PATIENCE = 120", "PATIENCE = 0", test)

    assert mutant.fault(mutants.PROJECT) == fault
