import numpy as np
import pytest

from edgemarl.core.units import KILOBYTE, db_to_linear, dbm_to_watt, watt_to_dbm


@pytest.mark.parametrize(
    ("dbm", "watt"), [(0.0, 1e-3), (20.0, 0.1), (30.0, 1.0), (-80.0, 1e-11), (-120.0, 1e-15)]
)
def test_dbm_and_watt(dbm, watt):
    assert dbm_to_watt(dbm) == pytest.approx(watt, rel=1e-12)
    assert watt_to_dbm(watt) == pytest.approx(dbm, abs=1e-12)


def test_dbm_and_watt_are_inverse():
    power = np.linspace(-120, 40, 41)
    np.testing.assert_allclose(watt_to_dbm(dbm_to_watt(power)), power, atol=1e-12)


def test_decibels():
    np.testing.assert_allclose(db_to_linear([0.0, 3.0102999566, -60.0]), [1.0, 2.0, 1e-6])


def test_a_kilobyte_is_8000_bit():
    assert KILOBYTE == 8_000
