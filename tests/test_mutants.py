"""The table of mutants stays true as the code moves on; the mutants themselves run by `python -m bench.mutants`."""

import pytest

from bench import mutants


@pytest.mark.parametrize("mutant", mutants.load(), ids=lambda mutant: mutant.name)
def test_every_mutant_still_changes_something(mutant: mutants.Mutant) -> None:
    fault = mutant.fault(mutants.PROJECT)

    assert fault == ""
