import subprocess
import sys

import numpy as np
import pytest

from edgemarl.core.seeding import derived_seed, named_generator


def first(*stream):
    return named_generator(*stream).integers(2**60)


def test_streams_differ_by_seed_name_and_number():
    streams = [(0, "a"), (1, "a"), (0, "b"), (0, "a", 0), (0, "a", 1), (0, "a", 1, 2)]
    assert len({int(first(*stream)) for stream in streams}) == len(streams)


def test_streams_repeat():
    assert first(3, "topology", 5) == first(3, "topology", 5)
    assert derived_seed(3, "topology", 5) == derived_seed(3, "topology", 5)


def test_streams_are_the_same_in_every_process():
    code = "from edgemarl.core.seeding import derived_seed; print(derived_seed(3, 'name', 5))"
    for salt in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": salt, "PYTHONPATH": ":".join(filter(None, sys.path))},
            capture_output=True,
            text=True,
            check=True,
        )
        assert int(done.stdout) == derived_seed(3, "name", 5)


@pytest.mark.parametrize("seed", [-1, 1.5, "0", None, True])
def test_seeds_are_natural_numbers(seed):
    with pytest.raises(ValueError, match="seed must be an integer of at least 0"):
        named_generator(seed, "topology")


def test_numpy_seeds_are_welcome():
    assert derived_seed(np.int64(4), "x") == derived_seed(4, "x")
