from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from edgemarl.core.copies import configured_alike, part_of


class Env:
    def __init__(self, own=0, **options):
        defaults = {"view": "a", "max_cycles": 3, "report_bound": False, "render_mode": None}
        self.__dict__.update({**defaults, **options})
        self.own = own


class Derived(Env):
    pass


def alike(*envs):
    return configured_alike(envs, Env, lambda env: (env.own,))


def test_copies_that_are_alike():
    assert alike(Env())
    assert alike(Env(own=1), Env(own=1))
    assert alike(Env(render_mode="rgb_array"), Env(render_mode="rgb_array"))
    assert not alike(Env(), Env(own=1))


def test_every_option_counts():
    options = {
        "view": 1,
        "max_cycles": 4,
        "report_bound": True,
        "render_mode": "rgb_array",
    }
    for name, value in options.items():
        assert not alike(Env(), Env(**{name: value})), name


def test_windows_and_other_classes_are_for_themselves():
    assert not alike(Env(render_mode="human"), Env(render_mode="human"))
    assert not alike(Derived(), Derived())
    assert not alike(Env(), SimpleNamespace(**vars(Env())))


@dataclass
class Joint:
    assignment: np.ndarray
    latency: np.ndarray
    price: np.ndarray
    limit: float


def test_the_part_of_a_copy_by_hand():
    """Two copies of three users and two servers: the second's servers are 2 and 3."""
    joint = Joint(np.array([0, -1, 1, 3, 2, -1]), np.arange(6.0), np.arange(4.0), 0.5)
    part = part_of(joint, 1, 3, 2, of_servers=["price"], indices=["assignment"])
    np.testing.assert_array_equal(part.assignment, [1, 0, -1])
    np.testing.assert_array_equal(part.latency, [3, 4, 5])
    np.testing.assert_array_equal(part.price, [2, 3])
    assert part.limit == 0.5
    part.latency[:] = 9.0
    np.testing.assert_array_equal(joint.latency, np.arange(6.0))  # the parts are copies
