"""Energy that devices spend; that of the servers does not count."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def device_energy(power: Array, duration: Array) -> Array:
    """Energy of a device, Eq. (9), [J]: that of sending its task or of computing it.

    Args:
        power: p of sending or p^E of computing [W].
        duration: how long the device sends or computes [s], of the same shape.
    """
    return power * duration
