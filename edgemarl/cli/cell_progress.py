"""How a grid of cells gets on, for people."""

from typing import Any


class CellProgress:
    """A bar over the cells; where there is no terminal, a line for each.

    Args:
        total: number of cells; None where it is not known.
        name: of what they belong to.
    """

    def __init__(self, total: int | None, name: str) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._console = Console(stderr=True, highlight=False)
        self._progress = Progress(console=self._console, disable=not self._console.is_terminal)
        self._bar = self._progress.add_task(name, total=total)
        self._done, self._total = 0, total

    def __enter__(self) -> "CellProgress":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def advance(self, cell: Any, error: str | None) -> None:
        """Count a cell that is done."""
        self._done += 1
        what = cell.name if error is None else f"{cell.name} failed: {error}"
        self._progress.update(self._bar, advance=1, description=what)
        if not self._console.is_terminal:
            count = self._done if self._total is None else f"{self._done}/{self._total}"
            self._console.print(f"{count} {what}", soft_wrap=True)
