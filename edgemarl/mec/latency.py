"""Latency: one function for one equation."""

import numpy as np
from numpy.typing import NDArray

from edgemarl.mec.scenario import Scenario

Array = NDArray[np.float64]


def uplink_rate(scenario: Scenario, gain: Array, power: Array) -> Array:
    """Rate r = B log2(1 + p h / sigma^2), Eq. (2), [bit/s].

    Args:
        scenario: gives bandwidth and noise.
        gain: h [1].
        power: p [W], of the same shape.
    """
    return scenario.bandwidth * np.log1p(power * gain / scenario.noise_power) / np.log(2.0)


def transmission_latency(volume: Array, rate: Array) -> Array:
    """Time T^Tr of sending a task's data, first term of Eq. (1), [s].

    Args:
        volume: D [bit].
        rate: r [bit/s], of the same shape.
    """
    return volume / rate


def processing_latency(cycles: Array, frequency: Array) -> Array:
    """Time T^C of computing a task, second term of Eq. (1) and last of Eq. (8), [s].

    Args:
        cycles: F [cycles].
        frequency: f [cycles/s] of the server for this task, or of the device.
    """
    return cycles / frequency
