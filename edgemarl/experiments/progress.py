"""What a training run shows while it runs: a bar, and a line for every checkpoint."""

from types import TracebackType
from typing import Protocol


class Reporter(Protocol):
    """Is told how a training run gets on."""

    def update(self, slots: int, slots_per_second: float, objective: float | None) -> None:
        """Some slots were collected; `objective` is their mean."""
        ...

    def checkpoint(self, slots: int, value: float, bound: float | None, gap: float | None) -> None:
        """A checkpoint was saved; the numbers are its means on the validation slots.

        The value is that of the objective; where there is no bound of it, the environment has none
        either, and the value is the reward.
        """
        ...


class Silent:
    """Shows nothing."""

    def update(self, slots: int, slots_per_second: float, objective: float | None) -> None:
        """Shows nothing."""

    def checkpoint(self, slots: int, value: float, bound: float | None, gap: float | None) -> None:
        """Shows nothing."""


class ProgressBar:
    """A bar on the terminal's standard error; elsewhere only the lines of checkpoints.

    Args:
        total: slots of the whole run.
        name: what is trained.
        title: what the objective is called.
    """

    def __init__(self, total: int, name: str, title: str = "objective"):
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Remaining

        self._console = Console(stderr=True, highlight=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]} slots/s  {task.fields[title]} {task.fields[value]}"),
            TextColumn("gap {task.fields[gap]}  ETA"),
            Remaining(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._title = title
        self._bar = self._progress.add_task(
            name, total=total, rate="-", title=title, value="-", gap="-"
        )

    def __enter__(self) -> "ProgressBar":
        """Start drawing."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop drawing; the bar stays as it was."""
        self._progress.stop()

    def update(self, slots: int, slots_per_second: float, objective: float | None) -> None:
        """Move the bar."""
        self._progress.update(self._bar, completed=slots, rate=f"{slots_per_second:.1f}")
        if objective is not None:
            self._progress.update(self._bar, value=f"{objective:.1f}")

    def checkpoint(self, slots: int, value: float, bound: float | None, gap: float | None) -> None:
        """Print a line."""
        if bound is None or gap is None:
            self._console.print(f"{slots:>8} slots: validation reward {value:.3f}")
            return
        self._progress.update(self._bar, gap=f"{100 * gap:.1f} %")
        self._console.print(
            f"{slots:>8} slots: validation {self._title} {value:.2f}, bound {bound:.2f}, "
            f"gap {100 * gap:.1f} %"
        )
