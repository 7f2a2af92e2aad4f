import numpy as np

from edgemarl.mec.energy import device_energy


def test_energy_is_power_over_time():
    """Eq. (9): 1.5 W for 0.2 s of sending, 1 W for 4 s of computing."""
    energy = device_energy(np.array([1.5, 1.0]), np.array([0.2, 4.0]))
    np.testing.assert_allclose(energy, [0.3, 4.0], rtol=1e-12)
