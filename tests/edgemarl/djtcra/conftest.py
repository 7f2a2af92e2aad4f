"""The hand-worked instance: 3 tasks, 2 servers, numbers chosen to be worked out on paper.

    user                       0         1         2
    RAN                        0         0         1
    V^T [Mbit]                 2         4         6
    V^R [Mbit]              0.05       0.1      0.15      together 2.05, 4.1, 6.15
    wireless d^c [ms]         10        20        30      at 20.5 MHz and 10 bit/s/Hz: 205 Mbit/s
    V^T kappa [Gcycles]      0.5         1       1.5      at 250 cycles/bit
    eta at servers 0, 1     1, 2      2, 1      8, 8
    forwarding d^f [ms]       50        70        90      over 102.5 Mbit/s and twice 15 ms
    cloud D [ms]             445       490       535      205 Mbit/s, twice 200 ms, 20 Gcycles/s

Servers have 10 and 20 Gcycles/s; alpha is 20 / s and beta 350 ms for everybody.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from edgemarl.core.units import watt_to_dbm
from edgemarl.djtcra import SCENARIOS, Scenario, next_state
from edgemarl.djtcra.arrivals import Tasks
from edgemarl.djtcra.mobility import Placement
from edgemarl.djtcra.network import Topology
from edgemarl.djtcra.qoe import LogisticQoE


@dataclass(frozen=True, kw_only=True)
class FixedNetwork:
    def draw(self, num_users, num_servers, rng):
        return Topology(
            link_rate=np.array([[np.inf, 102.5e6], [102.5e6, np.inf]]),
            link_delay=np.array([[0.0, 0.015], [0.015, 0.0]]),
            processing_factor=np.array([[1.0, 2.0], [2.0, 1.0], [8.0, 8.0]]),
        )


@dataclass(frozen=True, kw_only=True)
class SixtyDecibels:
    def path_loss(self, distance):
        return np.full(np.shape(distance), 60.0)


@dataclass(frozen=True, kw_only=True)
class FixedMobility:
    distance: tuple[float, float] = (30.0, 100.0)

    def place(self, num_users, num_servers, rng):
        return Placement(ran=np.array([0, 0, 1]), distance=np.array([30.0, 65.0, 100.0]))

    def move(self, placement, num_servers, rng):
        return placement


@dataclass(frozen=True, kw_only=True)
class FixedTasks:
    volume: tuple[float, float] = (2e6, 6e6)
    result: tuple[float, float] = (5e4, 15e4)
    intensity: tuple[float, float] = (250.0, 250.0)
    active: tuple[bool, ...] = (True, True, True)

    def draw(self, num_users, rng):
        return Tasks(
            volume=np.array([2e6, 4e6, 6e6]),
            result=np.array([5e4, 1e5, 15e4]),
            intensity=np.full(3, 250.0),
            active=np.array(self.active),
        )


@pytest.fixture
def hand():
    """The hand-worked scenario."""
    noise_dbm = float(watt_to_dbm(1e-7 / 1023))  # 20 dBm less 60 dB over it: log2(1 + 1023) = 10
    return Scenario(
        name="hand",
        num_users=3,
        server_capacity=(10e9, 20e9),
        bandwidth=(20.5e6, 20.5e6),
        noise_dbm=(noise_dbm, noise_dbm),
        cloud_rate=205e6,
        slots_per_episode=2,
        network=FixedNetwork(),
        channel=SixtyDecibels(),
        mobility=FixedMobility(),
        arrivals=FixedTasks(),
        qoe=LogisticQoE(steepness_mean=20.0, steepness_std=0.0, midpoint_std=0.0),
    )


@pytest.fixture
def hand_state(hand):
    """Its only slot."""
    return next_state(hand, None, None, np.random.default_rng(0))


@pytest.fixture
def tiny():
    return SCENARIOS["tiny"]


def logistic(x):
    return 1 / (1 + np.exp(-np.asarray(x, dtype=float)))


@pytest.fixture(name="logistic")
def logistic_function():
    return logistic


@pytest.fixture
def draw():
    """A state of a scenario: ``draw(scenario, seed)``."""
    return lambda scenario, seed=0: next_state(scenario, None, None, np.random.default_rng(seed))
