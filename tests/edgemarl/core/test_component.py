import sys
from dataclasses import dataclass, field

import numpy as np
import pytest

from edgemarl.core.channel import LogDistance, RuralMacro
from edgemarl.core.component import build, construct, describe, kinds, plain
from edgemarl.djtcra.mobility import RandomWalk

OWN = """
from dataclasses import dataclass

@dataclass(frozen=True, kw_only=True)
class Constant:
    loss: float = 80.0

    def path_loss(self, distance):
        return 0 * distance + self.loss
"""


@pytest.fixture
def own_module(tmp_path, monkeypatch):
    (tmp_path / "own_channels.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    yield "own_channels"
    sys.modules.pop("own_channels", None)


def test_kinds_of_a_role():
    assert kinds("channel")[:2] == ["rural_macro", "log_distance"]
    assert kinds("nothing") == []


def test_a_kind_a_mapping_and_an_instance():
    assert build("channel", "log_distance") == LogDistance()
    assert build("channel", {"kind": "log_distance", "exponent": 2.5}) == LogDistance(exponent=2.5)
    channel = RuralMacro(user_height=2.0)
    assert build("channel", channel) is channel


def test_building_leaves_the_mapping_as_it_is():
    given = {"kind": "log_distance", "exponent": 2.5}
    build("channel", given)
    assert given == {"kind": "log_distance", "exponent": 2.5}


def test_description_and_back():
    walk = RandomWalk(step=2.0, distance=(20.0, 80.0))
    described = describe(walk)
    assert described == {
        "kind": "random_walk",
        "step": 2.0,
        "spacing": 173.0,
        "distance": [20.0, 80.0],
    }
    assert build("mobility", described) == walk


def test_a_class_of_one_s_own_by_its_name(own_module):
    given = {"kind": f"{own_module}:Constant", "loss": 70.0}
    channel = build("channel", given)
    assert channel.path_loss(np.array([5.0]))[0] == 70.0
    assert describe(channel) == given


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("fog", r"kind of channel must be one of 'rural_macro', 'log_distance', .*got 'fog'"),
        ({"exponent": 2.0}, r"channel must name its kind \(one of rural_macro, log_distance"),
        ({"kind": "log_distance", "n": 2}, r"key of channel LogDistance .*'exponent'.*got 'n'"),
        ({"kind": "log_distance", "exponent": -2}, r"exponent must be positive, got -2"),
        ("no_such_module:X", r"kind of channel must be importable, got 'no_such_module:X'"),
        ("math:NoSuchClass", r"kind of channel must be importable, got 'math:NoSuchClass'"),
        ({"kind": 3}, r"kind of channel must be one of .*got 3"),
        ("edgemarl.core.units:MEGABIT", r"kind of channel must be a class, got 1000000\.0"),
        (None, r"channel must be a kind, a mapping or an instance, got None"),
        (RuralMacro, r"channel must be a kind, a mapping or an instance, got <class"),
        ("builtins:list", r"channel list must be a dataclass to be read from a mapping"),
        (":Own", r"kind of channel must be importable, got ':Own'"),
    ],
)
def test_what_cannot_be_built(given, message):
    with pytest.raises(ValueError, match=message):
        build("channel", given)


def test_a_field_without_a_default_must_be_given():
    @dataclass(frozen=True, kw_only=True)
    class Needy:
        gain: float

    with pytest.raises(ValueError, match=r"thing must have a value for gain"):
        construct("thing", Needy, {})


def test_lists_become_tuples_and_internal_fields_stay_out():
    @dataclass(frozen=True, kw_only=True)
    class Cells:
        sizes: tuple = ()
        cache: dict = field(default_factory=dict, init=False)

    assert construct("cells", Cells, {"sizes": [[1, 2], [3]]}).sizes == ((1, 2), (3,))
    with pytest.raises(ValueError, match="key of cells must be one of 'sizes', got 'cache'"):
        construct("cells", Cells, {"cache": {}})


def test_only_dataclasses_can_be_described():
    class Loose:
        pass

    with pytest.raises(ValueError, match=r"Loose must be a dataclass to be written to a file"):
        describe(Loose())


def test_plain_values():
    value = (np.float64(1.5), np.arange(2), [3, (4, "x")], None)
    assert plain(value) == [1.5, [0, 1], [3, [4, "x"]], None]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("exponent", [1.0, 2.0], r"exponent must be a number, got \[1.0, 2.0\]"),
        ("exponent", "2", "exponent must be numeric, got '2'"),
        ("exponent", float("nan"), "exponent must be finite, got nan"),
    ],
)
def test_fields_that_are_one_number_take_no_other(field, value, message):
    with pytest.raises(ValueError, match=message):
        build("channel", {"kind": "log_distance", field: value})


def test_switches_are_true_or_false():
    @dataclass(frozen=True)
    class Switched:
        on: bool = False

    assert construct("switched", Switched, {"on": True}).on is True
    with pytest.raises(ValueError, match="on must be True or False, got 1"):
        construct("switched", Switched, {"on": 1})
