"""Checks of a joint algorithm's settings, RLlib's included that would be ignored silently."""

import itertools
import math
from typing import Any, Literal, NamedTuple

from rllib_algos.joint.rl_modules import ACTORS


class _Rule(NamedTuple):
    setting: str  # attribute of the config
    allowed: tuple[Any, ...]
    instead: str  # why not, and what to do


_RULES = (
    _Rule("framework_str", ("torch",), "only torch is supported"),
    _Rule(
        "_env_to_module_connector",
        (None,),
        "the joint runner has no connectors; preprocess in a wrapper of the environment",
    ),
    _Rule(
        "_module_to_env_connector",
        (None,),
        "the joint runner has no connectors; change actions in a wrapper of the environment",
    ),
    _Rule("_learner_connector", (None,), "the learner gets joint batches, not episodes"),
    _Rule(
        "_rl_module_spec",
        (None,),
        "networks are sized by training(actor_hiddens=..., critic_hiddens=...)",
    ),
    _Rule("count_steps_by", ("env_steps",), "all agents act together, count env_steps"),
    _Rule("policies_to_train", (None,), "all policies are trained together"),
    _Rule("normalize_actions", (False,), "actions are already in the environment's space"),
    _Rule("clip_actions", (False,), "actions are already in the environment's space"),
    _Rule("clip_rewards", (None, False), "clip rewards in a wrapper of the environment"),
    _Rule("remote_worker_envs", (False,), "use more env runners"),
    _Rule("torch_compile_learner", (False,), "compilation is not supported"),
    _Rule("torch_compile_worker", (False,), "compilation is not supported"),
    _Rule("num_aggregator_actors_per_learner", (0,), "batches come from the replay"),
    _Rule("_torch_grad_scaler_class", (None,), "mixed precision is not supported"),
    _Rule("_torch_lr_scheduler_classes", (None,), "give actor_lr and critic_lr a schedule"),
    _Rule("output", (None,), "recording is not supported"),
)


def check_supported(config: Any) -> None:
    """Raises ValueError for RLlib settings that a joint algorithm could only ignore."""
    for rule in _RULES:
        value = getattr(config, rule.setting, rule.allowed[0])
        if value not in rule.allowed:
            name = rule.setting.removeprefix("_")
            raise ValueError(f"{name} must be {rule.allowed[0]}, got {value}: {rule.instead}")
    if config.num_learners > 1:
        raise ValueError(
            f"num_learners must be 0 or 1, got {config.num_learners}: gradients of joint losses "
            "are not averaged over learners; raise train_batch_size_per_learner or use a GPU "
            "with num_gpus_per_learner=1"
        )
    if list(config.policies) != [ACTORS]:
        raise ValueError(
            f"policies must be [{ACTORS!r}], got {list(config.policies)}: every agent has its own "
            "network inside that one module, no mapping is needed"
        )
    if (
        str(getattr(config.gym_env_vectorize_mode, "value", config.gym_env_vectorize_mode))
        != "sync"
    ):
        raise ValueError(
            f"gym_env_vectorize_mode must be 'sync', got {config.gym_env_vectorize_mode}: copies "
            "are stepped in turn; use more env runners"
        )


def check_numbers(config: Any) -> None:
    """Raises ValueError for numbers outside their range."""
    check_at_least("replay_capacity", config.replay_capacity, 2)
    check_at_least("learning_starts", config.learning_starts, 0)
    check_at_least("train_batch_size_per_learner", config.train_batch_size_per_learner, 1)
    check_interval("updates_per_slot", config.updates_per_slot, 0, math.inf)
    check_interval("tau", config.tau, 0, 1, closed="high")
    check_interval("gamma", config.gamma, 0, 1, closed="low")
    automatic = config.scales_rewards and config.reward_scale == "auto"
    if config.reward_scale is not None and not automatic:
        check_interval("reward_scale", config.reward_scale, 0, math.inf)
    if config.num_torch_threads is not None:
        check_at_least("num_torch_threads", config.num_torch_threads, 1)
    check_switch("bfloat16", config.bfloat16)


def check_at_least(name: str, value: Any, least: int) -> None:
    """Raises ValueError unless `value` is a whole number of at least `least`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")


def check_interval(
    name: str, value: Any, low: float, high: float, *, closed: Literal["low", "high"] | None = None
) -> None:
    """Raises ValueError unless `value` is a number between `low` and `high`.

    Args:
        name: the setting's name.
        value: its value; infinities and NaN are never numbers.
        low: lower end.
        high: upper end.
        closed: the end that is itself allowed, "low" or "high"; by default neither is.
    """
    inside = is_number(value) and low <= value <= high
    if not inside or (value == low and closed != "low") or (value == high and closed != "high"):
        left, right = "[" if closed == "low" else "(", "]" if closed == "high" else ")"
        raise ValueError(f"{name} must be a number in {left}{low}, {high}{right}, got {value!r}")


def check_switch(name: str, value: Any) -> None:
    """Raises ValueError unless `value` is True or False."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be True or False, got {value!r}")


def check_epsilon(name: str, value: Any) -> None:
    """Raises ValueError unless `value` is a probability or a schedule of probabilities."""
    points = _schedule(value)
    if not points or not all(0 <= p <= 1 for _, p in points):
        raise ValueError(
            f"{name} must be in [0, 1], or a schedule [[step, probability], ...] with rising steps,"
            f" got {value}"
        )


def check_temperature(name: str, value: Any) -> None:
    """Raises ValueError unless `value` is a number of at least 0 or a schedule of such numbers."""
    points = _schedule(value)
    if not points or not all(number >= 0 for _, number in points):
        raise ValueError(
            f"{name} must be in [0, inf), or a schedule [[step, temperature], ...] with rising "
            f"steps, got {value}"
        )


def check_learning_rate(name: str, value: Any) -> None:
    """Raises ValueError unless `value` is a positive number or RLlib's schedule of numbers.

    A schedule has two or more points, the first at step 0; some of its rates may be 0.
    """
    points = _schedule(value)
    whole = is_number(value) or (len(points) > 1 and points[0][0] == 0)
    rates = [rate for _, rate in points]
    if not whole or min(rates) < 0 or max(rates) == 0:
        raise ValueError(
            f"{name} must be a number in (0, inf), or a schedule [[0, rate], [step, rate], ...] "
            f"with rising steps, got {value!r}"
        )


def is_number(value: Any) -> bool:
    """Whether a value is a finite number; True and False are none."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value)


def _schedule(value: Any) -> list[tuple[float, float]]:
    """The points (step, value) of a schedule or of a number; none where a value is neither."""
    points = [(0, value)] if is_number(value) else value
    if not isinstance(points, (list, tuple)):
        return []
    for point in points:
        pair = isinstance(point, (list, tuple)) and len(point) == 2
        if not pair or not all(is_number(part) for part in point):
            return []
    rising = all(before[0] < after[0] for before, after in itertools.pairwise(points))
    return [(step, part) for step, part in points] if rising else []


def check_choice(name: str, value: Any, choices: tuple[Any, ...]) -> None:
    """Raises ValueError unless `value` is one of `choices`."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {choices}, got {value!r}")


def check_widths(name: str, value: Any) -> None:
    """Raises ValueError unless `value` is a sequence of positive layer widths."""
    widths = list(value) if isinstance(value, (list, tuple)) else [value]
    if not isinstance(value, (list, tuple)) or any(
        not isinstance(w, int) or isinstance(w, bool) or w < 1 for w in widths
    ):
        raise ValueError(f"{name} must be a list of positive widths, got {value!r}")
