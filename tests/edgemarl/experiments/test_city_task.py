"""A city as what policies act on: in records of training runs, and on other topologies."""

import dataclasses
import json

import pytest

from edgemarl.cities import synthetic_city, write_eua
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.task import DEFAULT_ENV, Task


@pytest.fixture
def folder(tmp_path):
    write_eua(synthetic_city(num_sites=6, num_users=30), tmp_path / "eua")
    return tmp_path / "eua"


@pytest.fixture
def task(folder):
    scenario = Task.of(f"eua:{folder}", DEFAULT_ENV, None).need_scenario()
    small = scenario.with_overrides({"num_users": 9, "num_servers": 2})
    return Task.of(small, DEFAULT_ENV, None)


@pytest.fixture
def manifest(task, tmp_path):
    """A run's record, written and read."""
    made = Manifest(
        algorithm="shadow_price",
        env_id=task.env_id,
        env_kwargs={},
        scenario=json.loads(json.dumps(task.need_scenario().to_dict())),
        settings={},
        seed=0,
        env_runners=0,
    )
    made.write(tmp_path)
    assert dataclasses.asdict(Manifest.read(tmp_path)) == dataclasses.asdict(made)
    return made


def test_a_run_s_record_leads_back_to_the_city(manifest, task, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path / "eua")  # a run may be gone on with from anywhere
    assert manifest.task().scenario == task.scenario
    manifest.check_fits("run", task)
    env = manifest.task().make()
    observations, _ = env.reset(seed=0)
    assert len(observations) == 2


def test_a_run_notices_that_the_city_changed(manifest, folder):
    write_eua(synthetic_city(num_sites=6, num_users=31), folder)
    with pytest.raises(ValueError, match="must be what the scenario was made with"):
        manifest.task()


def test_another_topology_is_the_same_city_with_other_processing_factors(task):
    ours, other = task.need_scenario().topology, task.topology(1).need_scenario().topology
    assert (ours.link_rate == other.link_rate).all()
    assert (ours.processing_factor != other.processing_factor).any()
