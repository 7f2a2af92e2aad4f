"""Named, independent random streams: the same seed and name give the same draws in any process."""

import zlib

import numpy as np

from edgemarl.core.validation import check_count


def named_sequence(seed: int, name: str, *more: int) -> np.random.SeedSequence:
    """The SeedSequence of a named stream of a seed; further integers tell sub-streams apart."""
    check_count("seed", seed, minimum=0)
    # One is added because a SeedSequence takes [a, b] and [a, b, 0] for the same entropy.
    return np.random.SeedSequence(
        [int(seed), zlib.crc32(name.encode()), *(number + 1 for number in more)]
    )


def named_generator(seed: int, name: str, *more: int) -> np.random.Generator:
    """A generator on a named stream of a seed, independent of every other name.

    >>> named_generator(0, "topology").random() == named_generator(0, "topology").random()
    True
    >>> named_generator(0, "topology").random() == named_generator(0, "evaluation").random()
    False
    """
    return np.random.default_rng(named_sequence(seed, name, *more))


def derived_seed(seed: int, name: str, *more: int) -> int:
    """An integer seed of a named stream, as ``env.reset`` takes it."""
    return int(named_sequence(seed, name, *more).generate_state(1, np.uint32)[0])
