"""Fixtures of the report's tests."""

import pytest

from tests.untrained_runs import make_run


@pytest.fixture(scope="session")
def djtcra_runs(tmp_path_factory):
    """Two runs of the same settings, on two topologies."""
    folder = tmp_path_factory.mktemp("djtcra")
    return [
        make_run(folder / f"run{k}", topology=k, seed=k, start=3.0 + k, recorded="greedy")
        for k in range(2)
    ]


@pytest.fixture(scope="session")
def mec_run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("mec") / "mec", system="mec", recorded="remote")
