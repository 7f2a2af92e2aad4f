"""The hand-worked instance: 3 devices, 2 servers, numbers chosen to be worked out on paper.

    device                       0          1          2
    position [m]           (0, 10)    (10, 0)   (20, 10)   servers at (0, 0) and (20, 0)
    squared distance [m^2] 100 500    100 100    500 100
    fading at servers 0, 1 1.5 0.5    0.3 0.3    0.5 0.7
    SNR per W, 1000 l/d^2    15  1      3   3      1   7
    rate at 1 W [Mbit/s]      4  1      2   2      1   3   at 1 MHz: log2(1 + SNR)
    D [Mbit]                   0.8        1.0        0.6
    F [Gcycles]                  1          4          9   roots 1, 2, 3 sqrt(Gcycles)

Servers have 6 and 12 Gcycles/s, devices 1 Gcycles/s at 1 W. A second costs 2 and a joule 1; every
device then sends with its greatest power, 1 W.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from edgemarl.mec.presets import SCENARIOS
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.state import next_state
from edgemarl.mec.tasks import TaskSizes


@dataclass(frozen=True, kw_only=True)
class FixedPositions:
    def draw(self, num_devices, side, rng):
        return np.array([[0.0, 10.0], [10.0, 0.0], [20.0, 10.0]])


@dataclass(frozen=True, kw_only=True)
class FixedFading:
    def draw(self, size, rng):
        return np.array([[1.5, 0.5], [0.3, 0.3], [0.5, 0.7]])


@dataclass(frozen=True, kw_only=True)
class FixedTasks:
    def draw(self, num_devices, rng):
        return TaskSizes(volume=np.array([8e5, 1e6, 6e5]), cycles=np.array([1e9, 4e9, 9e9]))


@pytest.fixture
def hand():
    """The hand-worked scenario."""
    return Scenario(
        name="hand",
        num_devices=3,
        server_positions=((0.0, 0.0), (20.0, 0.0)),
        server_capacity=(6e9, 12e9),
        max_power=1.0,
        noise=1e-8,
        reference_gain=1e-5,
        time_weight=2.0,
        slots_per_episode=2,
        positions=FixedPositions(),
        fading=FixedFading(),
        tasks=FixedTasks(),
    )


@pytest.fixture
def hand_state(hand):
    """Its only slot."""
    return next_state(hand, None, None, np.random.default_rng(0))


@pytest.fixture
def tiny():
    return SCENARIOS["tiny"]


@pytest.fixture
def draw():
    """A state of a scenario: ``draw(scenario, seed)``."""
    return lambda scenario, seed=0: next_state(scenario, None, None, np.random.default_rng(seed))
