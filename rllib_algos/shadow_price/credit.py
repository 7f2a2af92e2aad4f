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
    owner = fields["owner"].astype(np.int64)
    own = parts[np.maximum(owner, 0), np.arange(layout.rows)]
    return np.where(owner < 0, np.float32(0.0), own)


def _credit(info: Mapping[str, Any], key: str, agent: str, shape: tuple[int, ...]) -> np.ndarray:
    wanted = f"an array of shape {shape}, one credit per row" if shape else "a number"
    if key not in info:
        raise ValueError(
            f"infos of agent {agent!r} must hold {key!r}, {wanted}, got the keys {sorted(info)}; "
            "have the environment report it (edgemarl/djtcra: report_prices=True), or set "
            "credit_key to another, or to None for the agent's own reward"
        )
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
