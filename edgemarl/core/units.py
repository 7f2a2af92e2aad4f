"""Unit conversions: the only place where a conversion factor stands.

Inside the package everything is SI: s, bit, Hz, W, m, cycles, cycles/s.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

MILLISECOND = 1e-3  # [s]
MEGAHERTZ = 1e6  # [Hz]
GIGAHERTZ = 1e9  # [Hz], and cycles/s of a processor
MEGABIT = 1e6  # [bit]
KILOBYTE = 8e3  # [bit]; 1 KB = 1,000 byte

SPEED_OF_LIGHT = 3e8  # [m/s], the paper's value


def dbm_to_watt(power_dbm: ArrayLike) -> NDArray[np.float64]:
    """Power in W of a power in dBm."""
    return 10.0 ** (np.asarray(power_dbm, dtype=float) / 10.0 - 3.0)


def watt_to_dbm(power: ArrayLike) -> NDArray[np.float64]:
    """Power in dBm of a power in W."""
    return 10.0 * np.log10(np.asarray(power, dtype=float)) + 30.0


def db_to_linear(ratio_db: ArrayLike) -> NDArray[np.float64]:
    """Linear power ratio of a ratio in dB."""
    return 10.0 ** (np.asarray(ratio_db, dtype=float) / 10.0)
