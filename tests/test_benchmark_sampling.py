"""The sampling benchmark runs, on few agents, and all four samplers collect what they say."""

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
    found = sampling.compare(case, 1, 2)
    rates = found["2_copies"]
    assert all(rates[name] > 0 for name in ("together", "joint", "stock", "bare_loop"))
    over = rates["joint_over_stock"]["ratio"]
    assert over == pytest.approx(rates["joint"] / rates["stock"])
    assert over > 1
    over = found["2_together_over_1_stock"]["ratio"]
    assert over == pytest.approx(rates["together"] / found["1_copies"]["stock"])
    for name in ("joint", "together"):
        shares = rates[f"where_time_goes_{name}"]
        assert len(shares) == 8
        assert 0.3 < sum(shares.values()) <= 1.01


def test_as_many_steps_are_kept_as_were_asked_for(sampling):
    case = sampling.Case(agents=3, rows=0, hiddens=(8,), rates=True)
    assert len(sampling.bare_loop(case, 2)(40)) == 40
    for together in (False, True):
        fragments = sampling.joint_runner(case, 2, together=together)(40)
        assert sum(map(len, fragments)) == 40


@pytest.mark.parametrize("rows", [0, 4])
def test_copies_move_together_only_where_they_shall(sampling, rows):
    case = sampling.Case(agents=3, rows=rows, hiddens=(8,), rates=not rows)
    alone, together = case.make(), case.make(together=True)
    assert alone is not alone.unwrapped  # runners look for `batched` on bare environments alone
    assert together is together.unwrapped
    assert together.batched


def test_the_simulated_cases_have_the_spaces_of_the_others(sampling):
    for name in ("servers", "users"):
        free, simulated = (sampling.CASES[key].make() for key in (name, f"simulated_{name}"))
        assert len(free.possible_agents) == len(simulated.possible_agents)
        pairs = [(env, env.possible_agents[0]) for env in (free, simulated)]
        shapes = {env.observation_space(agent).shape for env, agent in pairs}
        actions = {repr(env.action_space(agent)) for env, agent in pairs}
        assert len(shapes) == len(actions) == 1
