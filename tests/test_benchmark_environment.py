"""The environment's benchmark: what it times is what a step does."""

import argparse
import importlib
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SHORT = argparse.Namespace(rounds=1, seconds=0.0)


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


@pytest.mark.parametrize("case", ["djtcra_servers", "djtcra_users", "mec"])
def test_a_step_s_parts_are_timed_within_it(module, case):
    cases, parts = module("_environment_cases"), module("_step_parts")
    found = parts.step_and_parts(lambda: cases.eager(case)(8), rounds=1, seconds=0.0)
    assert found["steps_per_cpu_second"] > 0
    assert list(found["parts_ms"]) == list(parts.PARTS)
    assert min(found["parts_ms"].values()) > 0  # each part is called


def test_a_moment_belongs_to_the_part_entered_last(module, monkeypatch):
    parts = module("_step_parts")
    clock = iter([0.0, 1.0, 3.0, 7.0, 15.0, 31.0])
    monkeypatch.setattr(parts.time, "process_time", lambda: next(clock))
    watch = parts.Stopwatch()
    inner = watch.timed("allocation", lambda: None)
    watch.run(watch.timed("latency", lambda: inner()))
    assert watch.seconds == {"rest": 1.0 + 16.0, "latency": 2.0 + 8.0, "allocation": 4.0}


def test_nothing_is_timed_afterwards(module):
    cases, parts = module("_environment_cases"), module("_step_parts")
    env, watch = cases.servers(8), parts.Stopwatch()
    before = type(env.scenario.allocation).allocate
    step = cases.stepper(env)
    with parts.watched(env, watch):
        watch.run(step)
    spent = sum(watch.seconds.values())
    step()
    assert sum(watch.seconds.values()) == spent > 0
    assert type(env.scenario.allocation).allocate is before
    assert "_evaluate" not in vars(env)


def test_who_makes_all_observations_and_who_none(module):
    cases = module("_environment_cases")
    assert not cases.eager("djtcra_servers")(8).view.lazy
    assert cases.lazy("djtcra_servers")(8).view.lazy
    assert cases.eager("mec")(8).agents == []  # it has no such option


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
    found = environment.by_size(environment.eager("djtcra_users"), (8, 16), SHORT)
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
