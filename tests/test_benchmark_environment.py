"""The environment's benchmark: what it times is what a step does."""

import argparse
import importlib
from pathlib import Path

import numpy as np
import pytest

from edgemarl import djtcra, mec

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SHORT = argparse.Namespace(rounds=1, seconds=0.0, sizes=(8, 16))


@pytest.fixture
def module(monkeypatch):
    """Imports a file of the folder by name, as its scripts do."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


class Peer:
    """A worker whose library makes ten steps per second with 30 users and five with 100."""

    def ask(self, cell, seconds):
        return {"rate": {"30": 10.0, "100": 5.0}[cell]}


def test_the_load_is_the_same_for_any_number_of_users(module):
    cases = module("_environment_cases")
    for name in ("servers", "users"):
        scenario = getattr(cases, name)(50).scenario
        assert scenario.num_users == 50
        assert sum(scenario.server_capacity) == pytest.approx(335e9)  # half the paper's
    scenario = cases.offloading(360).scenario
    assert (scenario.num_devices, scenario.num_servers) == (360, 8)
    assert list(scenario.capacity) == pytest.approx([20e9] * 8)  # twice that of 180 devices


def test_the_allocation_that_is_timed_is_that_of_the_step(module):
    cases = module("_environment_cases")
    env = cases.servers(20)
    parts = cases.parts(env)
    outcome = parts["evaluate"]()
    assert isinstance(outcome, djtcra.Outcome)
    np.testing.assert_array_equal(parts["allocation"]().power, outcome.allocation)
    assert isinstance(parts["draw"](), djtcra.State)
    assert list(parts["observation"]()) == env.possible_agents

    parts = cases.parts(cases.offloading(20))
    outcome, (power, share) = parts["evaluate"](), parts["allocation"]()
    assert isinstance(outcome, mec.Outcome)
    away = outcome.assignment >= 0
    assert away.any()
    np.testing.assert_array_equal(power, outcome.power[away])
    np.testing.assert_array_equal(share[away], outcome.frequency[away])


def test_a_stepper_begins_episodes_anew(module):
    cases = module("_environment_cases")
    env = cases.servers(8)
    step = cases.stepper(env)
    for _ in range(env.max_cycles):
        step()
    assert env.agents
    assert env.last_outcome is None


def test_sizes_slopes_and_ratios(module):
    environment = module("environment")
    found = environment.by_size("djtcra_users", SHORT)
    assert list(found) == ["8", "16"]
    rates = {"8": {"steps_per_cpu_second": 40.0}, "16": {"steps_per_cpu_second": 10.0}}
    assert environment.slope(rates) == pytest.approx(2.0)
    peer = environment._ratios(Peer(), SHORT)
    rate = peer["steps_per_cpu_second"]["djtcra_servers"]
    assert peer["against_30_users"]["djtcra_servers"]["ratio"] == pytest.approx(rate / 10)
    assert peer["against_100_users"]["djtcra_servers"]["ratio"] == pytest.approx(rate / 5)


def test_without_mobile_env_it_says_so(module, tmp_path):
    options = argparse.Namespace(venvs=tmp_path, offline=True)
    assert "--offline" in module("environment").against_mobile_env(options)["error"]


def test_a_peer_that_fails_is_named(module):
    class Broken:
        def ask(self, **request):
            return {"error": "no stations"}

    with pytest.raises(RuntimeError, match="mobile-env with 30 users: no stations"):
        module("environment")._rate_of_peer(Broken(), "30")(0.0)
