"""The table of `dynamics.py`: a row for each learner as it was trained, a column for a scenario."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COLUMNS = ("paper", "churn", "failures", "varying")
OWN = "own"  # trained on the column's scenario
ETA, CAPACITY = ["observation.observe_eta"], ["observation.observe_capacity"]
RULES = ("near-optimal", "static-price", "greedy")


@dataclass(frozen=True)
class Row:
    """A learner: what it is called, where it was trained, and what it sees beyond its rows."""

    title: str
    policy: str
    trained_on: str
    shown: Sequence[str] = ()


ROWS = (
    Row("shadow price, trained on `paper`", "shadow_price", "paper"),
    Row("MAMaxEnt, trained on `paper`", "ma_maxent", "paper"),
    Row("IDQN paid own QoE, trained on `paper`", "idqn_own", "paper"),
    Row("MADDPG, trained on `paper`", "maddpg", "paper"),
    Row("VDN-L, trained on `paper`", "vdn", "paper"),
    Row("shadow price, trained there", "shadow_price", OWN),
    Row("IDQN paid own QoE, trained there", "idqn_own", OWN),
    Row("shadow price, sees powers, trained there", "shadow_price", OWN, CAPACITY),
    Row(
        "shadow price, sees $\\eta$, no embeddings, trained on `paper`",
        "shadow_price_alike",
        "paper",
        ETA,
    ),
    Row("shadow price, sees $\\eta$, no embeddings, trained there", "shadow_price_alike", OWN, ETA),
)


def table(measured: Sequence[Mapping[str, Any]]) -> str:
    """Markdown: mean gaps to the bound [%] of rules and learners, and the bound itself.

    Args:
        measured: what the benchmark wrote; rows of one number of training slots.

    Raises:
        ValueError: if learners were trained for different numbers of slots.
    """
    trained = {row["training_slots"] for row in measured if "training_slots" in row}
    if len(trained) > 1:
        raise ValueError(f"learners must be trained for one number of slots, got {trained}")
    lines = [
        ["gap to the bound [%]", *(f"`{name}`" for name in COLUMNS)],
        ["---", *("---:" for _ in COLUMNS)],
        *([f"`{rule}`", *(_gap(_found(measured, rule, c)) for c in COLUMNS)] for rule in RULES),
        *([row.title, *(_gap(_learned(measured, row, c)) for c in COLUMNS)] for row in ROWS),
        ["*system QoE of the bound*", *(_bound(_found(measured, RULES[0], c)) for c in COLUMNS)],
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _learned(measured: Sequence[Mapping[str, Any]], row: Row, column: str) -> Any:
    trained_on = column if row.trained_on == OWN else row.trained_on
    return _found(measured, row.policy, column, trained_on=trained_on, shown=list(row.shown))


def _found(measured: Sequence[Mapping[str, Any]], policy: str, column: str, **about: Any) -> Any:
    wanted = {"policy": policy, "evaluated_on": column, **about}
    alike = [row for row in measured if all(row.get(k) == v for k, v in wanted.items())]
    return alike[0] if alike else None


def _gap(row: Mapping[str, Any] | None) -> str:
    return "-" if row is None else f"{100 * row['gap']['mean']:.1f}"


def _bound(row: Mapping[str, Any]) -> str:
    return f"*{row['upper_bound']['mean']:.1f}*"
