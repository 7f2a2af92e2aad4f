"""TR 38.901, tables 7.4.1-1 and 7.4.2-1, by hand."""

import math

import numpy as np
import pytest

from edgemarl.core.component import build, describe
from edgemarl.core.urban import UrbanMacro, UrbanMicro

LOG5 = math.log10(5)  # carrier of 5 GHz


def at(channel, *distance):
    return channel.path_loss(np.array(distance, dtype=float))


def test_street_canyon_in_sight_by_hand():
    """Antennas 8.5 m apart in height: at 100 m on the ground, d_3D^2 = 10,072.25."""
    expected = 32.4 + 21 * math.log10(10_072.25) / 2 + 20 * LOG5
    assert expected == pytest.approx(88.412, abs=1e-3)
    assert at(UrbanMicro(sight="los"), 100) == pytest.approx([expected])


def test_street_canyon_out_of_sight_by_hand():
    expected = 22.4 + 35.3 * math.log10(10_072.25) / 2 + 21.3 * LOG5
    assert expected == pytest.approx(107.943, abs=1e-3)
    assert at(UrbanMicro(sight="nlos"), 100) == pytest.approx([expected])
    higher = UrbanMicro(sight="nlos", user_height=11.5)  # 1.5 m below: d_3D^2 = 10,002.25
    assert at(higher, 100) == pytest.approx(
        [22.4 + 35.3 * math.log10(10_002.25) / 2 + 21.3 * LOG5 - 0.3 * 10]
    )


def test_street_canyon_beyond_the_break_point_by_hand():
    """d'_BP = 4 x 9 m x 0.5 m x 5e9 / 3e8 = 300 m; at 1 km, d_3D^2 = 1,000,072.25."""
    channel = UrbanMicro(sight="los")
    assert channel.break_point == pytest.approx(300.0)
    expected = 32.4 + 40 * math.log10(1_000_072.25) / 2 + 20 * LOG5
    expected -= 9.5 * math.log10(300.0**2 + 8.5**2)
    assert expected == pytest.approx(119.311, abs=1e-3)
    assert at(channel, 50, 1_000)[1] == pytest.approx(expected)


def test_rooftops_by_hand():
    """Antennas 23.5 m apart in height; d'_BP = 4 x 24 m x 0.5 m x 5e9 / 3e8 = 800 m."""
    slant = math.log10(200.0**2 + 23.5**2) / 2
    assert UrbanMacro().break_point == pytest.approx(800.0)
    assert at(UrbanMacro(sight="los"), 200) == pytest.approx([28 + 22 * slant + 20 * LOG5])
    assert at(UrbanMacro(sight="nlos"), 200) == pytest.approx([13.54 + 39.08 * slant + 20 * LOG5])
    far = 28 + 40 * math.log10(2_000.0**2 + 23.5**2) / 2 + 20 * LOG5
    far -= 9 * math.log10(800.0**2 + 23.5**2)
    assert at(UrbanMacro(sight="los"), 2_000) == pytest.approx([far])


@pytest.mark.parametrize(("channel", "decay"), [(UrbanMicro(), 36.0), (UrbanMacro(), 63.0)])
def test_line_of_sight_by_hand(channel, decay):
    """Certain up to 18 m; at 36 m one half, and half of what the exponential adds."""
    found = channel.sight_probability(np.array([0.0, 18.0, 36.0, 180.0]))
    np.testing.assert_allclose(
        found, [1, 1, 0.5 + 0.5 * math.exp(-36 / decay), 0.1 + 0.9 * math.exp(-180 / decay)]
    )


def test_the_expected_loss_is_between_both_and_weighted():
    """At 36 m in a street canyon, (1 + 1/e) / 2 = 0.684 of the loss in sight."""
    seen, unseen = (at(UrbanMicro(sight=sight), 36)[0] for sight in ("los", "nlos"))
    share = (1 + math.exp(-1)) / 2
    assert at(UrbanMicro(), 36) == pytest.approx([share * seen + (1 - share) * unseen])
    assert seen < at(UrbanMicro(), 36)[0] < unseen


@pytest.mark.parametrize("kind", [UrbanMicro, UrbanMacro])
@pytest.mark.parametrize("sight", ["los", "nlos", "expected"])
def test_losses_rise_with_distance_and_have_no_jump(kind, sight):
    channel = kind(sight=sight)
    distance = np.linspace(10, 5_000, 20_000)
    step = np.diff(channel.path_loss(distance))
    assert (step > 0).all()
    around = channel.break_point * np.array([1 - 1e-9, 1 + 1e-9])
    assert np.ptp(channel.path_loss(around)) < 1e-6


def test_below_ten_metres_counts_as_ten():
    channel = UrbanMicro()
    near = np.array([0.0, 3.0, 9.99, 10.0, 50.0])
    loss = channel.path_loss(near)
    np.testing.assert_array_equal(loss[:3], loss[3])
    assert loss[4] > loss[3]
    assert channel.num_clamped(near) == 3


def test_no_distances_have_no_loss():
    assert UrbanMicro().path_loss(np.array([])).shape == (0,)


@pytest.mark.parametrize("bad", [-1.0, 5_001.0, np.nan])
def test_distances_out_of_range(bad):
    with pytest.raises(ValueError, match=r"distance must be between 0 and 5000\.0 m"):
        at(UrbanMicro(), 50.0, bad)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"user_height": 14.0}, r"user_height must be from 1\.5 to 13 m, got 14\.0"),
        ({"base_station_height": 1.0}, r"base_station_height must be above 1\.0 m, got 1\.0"),
        ({"carrier_frequency": 5.0}, r"carrier_frequency must be from 5e8 to 1e11 Hz, got 5\.0"),
        ({"sight": "some"}, r"sight must be one of 'expected', 'los', 'nlos', got 'some'"),
    ],
)
def test_bad_channels(fields, message):
    with pytest.raises(ValueError, match=message):
        UrbanMicro(**fields)


@pytest.mark.parametrize(
    ("kind", "cls"), [("urban_micro", UrbanMicro), ("urban_macro", UrbanMacro)]
)
def test_channels_by_their_kind(kind, cls):
    channel = build("channel", {"kind": kind, "sight": "nlos"})
    assert channel == cls(sight="nlos")
    assert build("channel", describe(channel)) == channel
