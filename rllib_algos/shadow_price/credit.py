"""Credits: numbers in the infos that say what an agent's choices, or each of them, were worth."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rllib_algos.joint.layout import Arrays, Field, GroupLayout
from rllib_algos.joint.rows import RowLayout

CREDITS = "credits"  # field and note


def credit_field(layout: GroupLayout) -> Field:
    """Returns what is kept of a step's credits: one per row where rows have owners, else per agent.

    Args:
        layout: how joint observations and actions are stored.
    """
    size = layout.rows if isinstance(layout, RowLayout) else layout.spaces.num_agents
    return Field((size,), "float32")


def read_credits(
    infos: Mapping[str, Mapping[str, Any]], key: str, layout: GroupLayout, fields: Arrays
) -> np.ndarray:
    """Returns the credits of a step, (R,) per row or (N,) per agent.

    Args:
        infos: of all agents after the step.
        key: of the credits: an array (R,) of which an agent's own rows count where rows have
            owners, else a number.
        layout: how joint observations and actions are stored.
        fields: the joint observation that was acted on.

    Raises:
        ValueError: a credit is missing, has another shape or is not finite.
    """
    agents = layout.spaces.agents
    shape = (layout.rows,) if isinstance(layout, RowLayout) else ()
    parts = np.stack([_credit(infos.get(agent, {}), key, agent, shape) for agent in agents])
    if not isinstance(layout, RowLayout):
        return parts
    return _owned(parts[None], fields["owner"][None])[0]


def read_all_credits(
    infos: Mapping[str, np.ndarray], key: str, layout: GroupLayout, fields: Arrays
) -> np.ndarray:
    """Returns what `read_credits` does, for copies that were stepped together: (E, R) or (E, N).

    Args:
        infos: of all copies after the step.
        key: of the credits: (E, R), each row's own, or (E, N, R) where rows have owners, else
            (E, N).
        layout: how joint observations and actions are stored.
        fields: the joint observations that were acted on, (E, ...).

    Raises:
        ValueError: credits are missing, have another shape or are not finite.
    """
    agents = layout.spaces.num_agents
    shapes: list[tuple[int, ...]] = [(agents,)]
    if isinstance(layout, RowLayout):
        shapes = [(layout.rows,), (agents, layout.rows)]
    if key not in infos:
        wanted = " or ".join(f"an array (E, {', '.join(map(str, shape))})" for shape in shapes)
        raise ValueError(_absent("infos of all copies", key, wanted, infos))
    credits = np.asarray(infos[key], np.float32)
    if credits.shape[1:] not in shapes:
        raise ValueError(
            f"{key!r} in the infos of all copies must have for each one of the shapes {shapes}, "
            f"got {credits.shape[1:]}"
        )
    if not np.isfinite(credits).all():
        copy = int(np.argwhere(~np.isfinite(credits))[0, 0])
        raise ValueError(f"{key!r} in the infos of copy {copy} must be finite, it is not")
    if not isinstance(layout, RowLayout):
        return credits
    parts = credits if credits.ndim == 3 else credits[:, None]
    return _owned(parts, fields["owner"])


def _owned(parts: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Returns (E, R): of credits (E, N, R), or (E, 1, R) equal for all, those of rows' owners."""
    index = np.clip(owner.astype(np.int64), 0, parts.shape[1] - 1)
    own = np.take_along_axis(parts, index[:, None], 1)[:, 0]
    return np.where(owner < 0, np.float32(0.0), own)


def _absent(where: str, key: str, wanted: str, infos: Mapping[str, Any]) -> str:
    return (
        f"{where} must hold {key!r}, {wanted}, got the keys {sorted(infos)}; "
        "have the environment report it (edgemarl/djtcra: report_prices=True), or set "
        "credit_key to another, or to None for the agent's own reward"
    )


def _credit(info: Mapping[str, Any], key: str, agent: str, shape: tuple[int, ...]) -> np.ndarray:
    wanted = f"an array of shape {shape}, one credit per row" if shape else "a number"
    if key not in info:
        raise ValueError(_absent(f"infos of agent {agent!r}", key, wanted, info))
    try:
        credit = np.asarray(info[key], np.float32)
    except (TypeError, ValueError):
        credit = np.empty(0)  # of a shape that is refused
    if credit.shape != shape or not credit.size:
        raise ValueError(
            f"{key!r} in the infos of agent {agent!r} must be {wanted}, got {info[key]!r}"
        )
    if not np.isfinite(credit).all():
        raise ValueError(
            f"{key!r} in the infos of agent {agent!r} must be finite, got "
            f"{float(credit.flat[int(np.argmin(np.isfinite(credit)))])}"
        )
    return credit
