"""Lets tests import their helpers, however pytest is started, and starts ray once for all."""

import logging
import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
HELPERS = [  # where tests.rollouts, joint_envs and coma_plugin are
    str(HERE.parent),
    str(HERE / "rllib_algos"),
    str(HERE.parent / "examples" / "plugin" / "src"),
]
sys.path[:0] = HELPERS


@pytest.fixture(scope="session")
def ray_session():
    """One ray of two CPUs for all tests that need it; its processes find the helpers, too."""
    ray = pytest.importorskip("ray")
    logging.getLogger("ray").setLevel(logging.ERROR)
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([*HELPERS, *([before] if before else [])])
    ray.init(
        "local",  # never a cluster that happens to run
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
    )
    yield
    ray.shutdown()
    os.environ.pop("PYTHONPATH")
    if before is not None:
        os.environ["PYTHONPATH"] = before
