import numpy as np
import pytest

from edgemarl.core.channel import LogDistance, RuralMacro, shannon_rate

# f_c = 3 GHz makes 40 pi f_c / 3 = 40 pi, and buildings of 1 m make lg(h) zero in Eq. (3).
SIMPLE = RuralMacro(
    carrier_frequency=3e9, base_station_height=31.5, user_height=1.5, building_height=1.0
)


def test_path_loss_before_the_break_point():
    # 40 m on the ground and 30 m of height make 50 m:
    # 20 lg(40 pi 50) + 0.03 lg(50) - 0.044 = 75.9636 + 0.0510 - 0.044.
    assert SIMPLE.path_loss(np.array([40.0]))[0] == pytest.approx(75.9705665, abs=1e-6)


def test_path_loss_with_the_paper_s_numbers():
    # At a slant of 100 m: 20 lg(20943.951) + 0.477912 lg(100) - 0.700938 + 0.002 lg(5) 100.
    ground = np.sqrt(100.0**2 - 33.5**2)
    assert RuralMacro().path_loss(np.array([ground]))[0] == pytest.approx(86.81586, abs=1e-4)


def test_break_point():
    assert SIMPLE.break_point == pytest.approx(2 * np.pi * 31.5 * 1.5 * 3e9 / 3e8)
    assert RuralMacro().break_point == pytest.approx(5497.787, abs=1e-3)


def test_path_loss_beyond_the_break_point():
    # Eq. (4): a slant of twice the break point costs 40 lg(2) = 12.0412 dB more than it.
    far = np.sqrt((2 * SIMPLE.break_point) ** 2 - 30.0**2)
    at_break = 20 * np.log10(40 * np.pi * SIMPLE.break_point)
    at_break += 0.03 * np.log10(SIMPLE.break_point) - 0.044
    both = SIMPLE.path_loss(np.array([40.0, far]))
    assert both[1] == pytest.approx(at_break + 12.0411998, abs=1e-6)
    assert both[0] == SIMPLE.path_loss(np.array([40.0]))[0]


def test_path_loss_rises_without_a_jump_at_the_break_point():
    channel = RuralMacro()
    distance = np.linspace(10, 10_000, 5_000)
    assert (np.diff(channel.path_loss(distance)) > 0).all()
    around = channel.path_loss(channel.break_point + np.array([-0.1, 0.1]))
    assert np.diff(around)[0] == pytest.approx(0, abs=0.005)


@pytest.mark.parametrize("distance", [[9.99], [10_000.1], [50.0, 5.0], [np.nan]])
def test_distances_outside_the_model(distance):
    with pytest.raises(ValueError, match=r"distance must be between 10\.0 and 10000\.0 m"):
        RuralMacro().path_loss(np.array(distance))


def test_limits_of_the_model_are_inside_it():
    assert np.isfinite(RuralMacro().path_loss(np.array([10.0, 10_000.0]))).all()
    assert RuralMacro().path_loss(np.array([])).shape == (0,)


def test_log_distance():
    channel = LogDistance(exponent=2.0, reference_loss=40.0, reference_distance=10.0)
    np.testing.assert_allclose(channel.path_loss(np.array([10.0, 100.0, 1000.0])), [40, 60, 80])
    with pytest.raises(ValueError, match=r"at least reference_distance = 10\.0 m, got 9\.0"):
        channel.path_loss(np.array([9.0]))


@pytest.mark.parametrize("cls", [RuralMacro, LogDistance])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf, "much"])
def test_quantities_are_positive(cls, value):
    for name in cls.__dataclass_fields__:
        with pytest.raises(ValueError, match=f"{name} must be"):
            cls(**{name: value})


def test_shannon_rate():
    # 0.1 W over 60 dB of loss is 1e-7 W; at 1/1023 of it as noise the rate is 10 bit/s/Hz.
    rate = shannon_rate(np.array([20e6]), 0.1, np.array([60.0]), np.array([1e-7 / 1023]))
    assert rate[0] == pytest.approx(200e6)
