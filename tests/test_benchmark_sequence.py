"""The benchmarks of change and of lookahead: what they compare is what they say."""

import importlib
import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from edgemarl.djtcra import evaluate, next_state

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def module(monkeypatch):
    """Imports a file of the folder by name, as its scripts do."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


def few(sequence):
    return sequence.COMMUTERS.replace(num_users=2, server_capacity=(20e9, 20e9))


def test_hindsight_is_the_best_of_all_sequences(module):
    """4^3 sequences of assignments of two users to two servers, each played from the start."""
    sequence = module("sequence")
    scenario, slots = few(sequence), 3
    every = [np.array(a) for a in itertools.product(range(2), repeat=2)]
    played = []
    for chosen in itertools.product(every, repeat=slots):
        rng, state, worth = np.random.default_rng(5), None, 0.0
        for t, assignment in enumerate(chosen):
            state = next_state(scenario, state, chosen[t - 1] if t else None, rng)
            worth += evaluate(scenario, state, assignment).system_qoe
        played.append(worth / slots)
    found = sequence.best_sequence(scenario, slots, seed=5)
    assert found["hindsight"] == pytest.approx(max(played))
    assert min(played) - 1e-9 <= found["myopic"] <= found["hindsight"] + 1e-9


def test_without_a_delay_there_is_nothing_to_win(module):
    sequence = module("sequence")
    found = sequence.best_sequence(few(sequence).replace(migration_delay=0.0), 4, seed=1)
    assert found["myopic"] == pytest.approx(found["hindsight"])


def test_rules_that_charge_less_move_more(module):
    sequence = module("sequence")
    found = sequence.rules(sequence.COMMUTERS.replace(num_users=6), slots=12, seeds=1)
    assert found["charged 1.0"][1] < found["charged 0.0"][1]
    assert max(found[f"charged {s}"][0] for s in sequence.CHARGED) <= found["bound without delay"]


def test_every_run_has_a_folder_and_an_environment(module):
    dynamics = module("dynamics")
    runs = list(dynamics.runs())
    assert len({run.folder for run in runs}) == len(runs)
    for run in runs:
        env = run.task(run.scenario).make()
        shown = 9 + 7 * len(run.shown)
        assert env.unwrapped.state_space.shape == (100, shown)


def test_the_page_of_change_has_the_table_of_its_file(module):
    results = BENCHMARKS.parent / "docs" / "results"
    measured = json.loads((results / "dynamics.json").read_text())
    table = module("_dynamics_table").table
    assert table(measured) in (results / "dynamics.md").read_text()
    other = {**next(row for row in measured if "training_slots" in row), "training_slots": 7}
    with pytest.raises(ValueError, match="learners must be trained for one number of slots"):
        table([*measured, other])
