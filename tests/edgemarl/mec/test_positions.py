import numpy as np
import pytest

from edgemarl.core.component import kinds
from edgemarl.mec.positions import (
    GaussianPositions,
    LevyPositions,
    UniformPositions,
    symmetric_stable,
)

SIDE = 50.0


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_all_kinds_are_tested_here():
    assert kinds("mec.positions") == ["uniform", "gaussian", "levy"]


@pytest.mark.parametrize("law", [UniformPositions(), GaussianPositions(), LevyPositions()])
def test_positions_lie_in_the_square(law, rng):
    positions = law.draw(2000, SIDE, rng)
    assert positions.shape == (2000, 2)
    assert positions.min() >= 0
    assert positions.max() <= SIDE
    np.testing.assert_allclose(positions.mean(axis=0), SIDE / 2, atol=1.5)


@pytest.mark.parametrize(
    ("law", "within"),
    [
        (UniformPositions(), 0.2),
        (GaussianPositions(), 0.383 / 0.988),  # half a deviation, of those within 2.5
        (GaussianPositions(spread=0.05), 0.954),  # two deviations
    ],
)
def test_share_of_devices_near_the_centre(law, within, rng):
    """Along one axis, within a tenth of the side."""
    off_centre = np.abs(law.draw(20_000, SIDE, rng)[:, 0] - SIDE / 2)
    assert np.mean(off_centre <= 0.1 * SIDE) == pytest.approx(within, abs=0.015)


def test_levy_positions_are_denser_in_the_centre_and_reach_further_out(rng):
    """Than Gaussian ones with the same share of devices within a tenth of the side."""
    levy = np.abs(LevyPositions(spread=0.05).draw(20_000, SIDE, rng)[:, 0] - SIDE / 2)
    near = np.mean(levy <= 0.1 * SIDE)
    gauss = np.abs(GaussianPositions(spread=0.075).draw(20_000, SIDE, rng)[:, 0] - SIDE / 2)
    assert np.mean(gauss <= 0.1 * SIDE) == pytest.approx(near, abs=0.03)
    assert np.mean(levy > 0.3 * SIDE) > 20 * np.mean(gauss > 0.3 * SIDE)


@pytest.mark.parametrize("index", [0.5, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("argument", [0.3, 1.0, 2.0])
def test_stable_draws_have_their_characteristic_function(index, argument, rng):
    """The mean of cos(t x) is exp(-|t|^index)."""
    draws = symmetric_stable(index, (40_000,), rng)
    assert np.cos(argument * draws).mean() == pytest.approx(np.exp(-(argument**index)), abs=0.02)


@pytest.mark.parametrize("law", [GaussianPositions, LevyPositions])
@pytest.mark.parametrize("spread", [0.0, 1.5, float("nan")])
def test_spreads_are_shares(law, spread):
    with pytest.raises(ValueError, match=r"^spread must be (positive|between 0 and 1|finite)"):
        law(spread=spread)


@pytest.mark.parametrize("index", [0.4, 2.1])
def test_indices_of_stable_laws(index):
    with pytest.raises(ValueError, match=rf"^index must be between 0\.5 and 2, got {index}$"):
        LevyPositions(index=index)
