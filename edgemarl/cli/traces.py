"""``edgemarl traces sumo``: traces of positions from other programs' exports."""

from pathlib import Path
from typing import Annotated, Any

import typer

traces = typer.Typer(no_args_is_help=True, help="Make traces for mobility.kind=trace.")


@traces.callback()
def _group() -> None:
    """Keep `sumo` a command of its own, as long as it is the only one."""


@traces.command("sumo")
def convert_sumo(
    source: Annotated[
        Path, typer.Argument(metavar="FCD", help="Export of --fcd-output, .xml or .xml.gz.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="CSV file to write.")],
    step: Annotated[float, typer.Option("--step", help="Seconds between slots.")] = 1.0,
    city: Annotated[
        str | None,
        typer.Option(
            "--city", metavar="NAME", help="City whose plane longitudes and latitudes go to."
        ),
    ] = None,
    shift: Annotated[
        tuple[float, float], typer.Option("--shift", metavar="X Y", help="Metres to be added.")
    ] = (0.0, 0.0),
    max_users: Annotated[
        int | None, typer.Option("--max-users", min=1, help="Those that appear first.")
    ] = None,
    names: Annotated[
        Path | None, typer.Option("--names", metavar="FILE", help="Also write who is which user.")
    ] = None,
) -> None:
    """Turn SUMO's floating car data into a CSV file of slot, user, x and y.

    Slot 0 is the first time step with anybody in it. Users are numbered as they appear.
    """
    from edgemarl.cities import load_city
    from edgemarl.core.validation import check_place
    from edgemarl.traces import convert_fcd, read_positions, write_names

    if names is not None:
        check_place(names)
    region = None if city is None else load_city(city)
    users = convert_fcd(source, out, step=step, city=region, shift=shift, max_users=max_users)
    if names is not None:
        write_names(users, names)
    typer.echo(f"{out}: {len(users)} users, {_reach(read_positions(out).position)}")


def _reach(position: Any) -> str:
    """How many slots positions (T, U, 2) [m] are of, and from where to where they go."""
    low, high = position.min(axis=(0, 1)), position.max(axis=(0, 1))
    x, y = (f"{a:.0f} to {b:.0f} m" for a, b in zip(low, high, strict=True))
    return f"{len(position)} slots, x from {x}, y from {y}"
