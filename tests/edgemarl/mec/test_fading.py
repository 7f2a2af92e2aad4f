import numpy as np
import pytest

from edgemarl.core.component import kinds
from edgemarl.mec.fading import NoFading, Rayleigh, Rician

SIZE = (300, 100)


def test_all_kinds_are_tested_here():
    assert kinds("mec.fading") == ["none", "rayleigh", "rician"]


@pytest.mark.parametrize(
    ("law", "variance"),
    [
        (NoFading(), 0.0),
        (Rayleigh(), 1.0),
        (Rician(factor=0.0), 1.0),
        (Rician(factor=1.0), 0.75),
        (Rician(), 51 / 26**2),
    ],
)
def test_factors_have_mean_one_and_their_variance(law, variance):
    """A Rician factor K gives the variance (2 K + 1) / (K + 1)^2."""
    factors = law.draw(SIZE, np.random.default_rng(2))
    assert factors.shape == SIZE
    assert factors.min() > 0
    assert factors.mean() == pytest.approx(1.0, abs=0.02)
    assert factors.var() == pytest.approx(variance, abs=0.03)


def test_without_a_line_of_sight_rician_fading_is_exponential():
    factors = Rician(factor=0.0).draw(SIZE, np.random.default_rng(3))
    for level in (0.1, 1.0, 2.0):
        assert np.mean(factors > level) == pytest.approx(np.exp(-level), abs=0.01)


def test_factors_by_hand():
    """With K = 1 the line of sight is sqrt(1/2), and each part is half a normal draw."""
    normals = np.array([[[0.0, 2.0], [0.0, -4.0]], [[-(2**0.5), 0.0], [2.0, 2.0]]])
    factors = Rician(factor=1.0).power(normals)
    np.testing.assert_allclose(factors, [[0.5, (0.5**0.5 + 1) ** 2 + 4], [1.0, 1.5]], atol=1e-15)


def test_factors_are_not_negative():
    with pytest.raises(ValueError, match=r"^factor must be zero or positive, got -1\.0$"):
        Rician(factor=-1.0)
