"""Command classes: settings that may follow one flag, and errors on one line."""

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from edgemarl.cli.settings import expand_repeats

USAGE_ERROR = 2


class SettingsCommand(TyperCommand):
    """A command whose ``--set`` may be followed by several assignments."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give every assignment its own ``--set``, then parse."""
        return super().parse_args(ctx, expand_repeats(args))


class OneLineErrors(TyperGroup):
    """A group of commands that reports bad input on one line, with exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; bad input becomes ``edgemarl: error: ...`` unless tracebacks are on."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            if ctx.params.get("traceback") or not is_explained(error):
                raise
            typer.echo(f"edgemarl: error: {one_line(error)}", err=True)
            raise typer.Exit(USAGE_ERROR) from error


def is_explained(error: Exception) -> bool:
    """Whether the message of an error says enough: bad input, or a training run that failed."""
    if isinstance(error, ValueError | TypeError | OSError | ImportError):
        return True
    if not isinstance(error, RuntimeError):
        return False
    from edgemarl.experiments.training import TrainingError

    return isinstance(error, TrainingError)


def one_line(error: BaseException) -> str:
    """An exception's message on one line; its type's name where it has none."""
    return " ".join(str(error).split()) or type(error).__name__
