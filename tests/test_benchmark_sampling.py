"""The sampling benchmark runs, on few agents, and all three samplers collect what they say."""

import importlib
from pathlib import Path

import pytest

pytest.importorskip("ray")

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def sampling(monkeypatch, ray_session):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    module = importlib.import_module("sampling")
    monkeypatch.setattr(module, "STEPS", 40)
    monkeypatch.setattr(module, "ROUNDS", 1)
    return module


# RLlib's own wrapper registers its environment anew for every runner.
@pytest.mark.filterwarnings("ignore:.*Overriding environment")
@pytest.mark.parametrize("rows", [0, 4])
def test_rates_ratios_and_shares(sampling, rows):
    case = sampling.Case(agents=3, rows=rows, hiddens=(8,), rates=not rows)
    found = sampling.compare(case, copies=2)
    samplers = {"joint", "stock", "bare_loop"} | ({"joint_with_row_owner"} if rows else set())
    assert all(found[name] > 0 for name in samplers)
    assert found["joint_over_stock"] == pytest.approx(found["joint"] / found["stock"], abs=0.01)
    assert found["joint_over_stock"] > 1
    shares = found["where_time_goes"]
    assert len(shares) == 8
    assert 0.3 < sum(shares.values()) <= 1.01


@pytest.mark.parametrize("sampler", ["joint_runner", "bare_loop"])
def test_as_many_steps_are_kept_as_were_asked_for(sampling, sampler):
    case = sampling.Case(agents=3, rows=0, hiddens=(8,), rates=True)
    kept = getattr(sampling, sampler)(case, 2)(40)
    steps = sum(map(len, kept)) if sampler == "joint_runner" else len(kept)
    assert steps == 40
