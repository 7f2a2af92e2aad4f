"""What a learner's settings are where a cell gives none: a part of what the cell is."""

import functools
from collections.abc import Collection
from typing import Any

from edgemarl.core.extras import require_extra

OF_RLLIB = frozenset({"gamma", "lr", "grad_clip", "grad_clip_by", "train_batch_size_per_learner"})
"""What RLlib brings and our algorithms learn by; its other settings are not theirs."""
SAMPLING = frozenset({"num_envs_per_env_runner", "rollout_fragment_length"})
WITHOUT_EFFECT = frozenset({"checkpoint_replay", "checkpoint_environments", "num_torch_threads"})
"""What changes how a run is kept or how fast it is, but not what is learned."""


def default_settings(algorithm: str, given: Collection[str] = ()) -> dict[str, Any]:
    """The values, as they stand in JSON, of the settings that have an effect and are not given.

    A setting that is off, None or False, is left out: an algorithm that learns a further option,
    off by default, is what it was.

    Args:
        algorithm: a registered algorithm's name.
        given: names of settings that have other values.

    Raises:
        MissingExtraError: if ray or torch is not installed.
        ValueError: for an unknown algorithm.
    """
    require_extra("rllib", "telling a learner's settings")
    return {name: value for name, value in _defaults(algorithm).items() if name not in given}


@functools.cache
def _defaults(algorithm: str) -> dict[str, Any]:
    from rllib_algos import registry

    config = registry.get_config(algorithm)
    values = {name: getattr(config, name, None) for name in sorted(_effective(config))}
    return {k: _plain(v) for k, v in values.items() if v is not None and v is not False}


def _effective(config: Any) -> set[str]:
    """Names of the settings that change what is learned."""
    from ray.rllib.algorithms.algorithm_config import AlgorithmConfig

    from edgemarl.experiments.backend import settings_of

    own = settings_of(config).keys() - settings_of(AlgorithmConfig()).keys()
    return (own | OF_RLLIB | SAMPLING) - WITHOUT_EFFECT


def _plain(value: Any) -> Any:
    """A value as it stands in JSON; classes and functions by their names."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, str | int | float | None):
        return value
    named = value if hasattr(value, "__qualname__") else type(value)
    return f"{named.__module__}.{named.__qualname__}"
