"""``edgemarl fetch eua`` and ``edgemarl fetch synthetic``: the files of a city."""

from pathlib import Path
from typing import Annotated

import typer

CityOut = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Folder to write to.", show_default=False)
]

fetch = typer.Typer(no_args_is_help=True, help="Get the files of a city, for --scenario eua:DIR.")


@fetch.command("eua")
def fetch_eua(out: CityOut) -> None:
    """Download base stations and users of Melbourne's centre (EUA data set, MIT licence)."""
    from edgemarl.cities.fetch import fetch_eua

    for path in fetch_eua(out):
        typer.echo(path)


@fetch.command("synthetic")
def fetch_synthetic(
    out: CityOut,
    sites: Annotated[int, typer.Option("--sites", min=1, help="Base stations.")] = 125,
    users: Annotated[int, typer.Option("--users", min=3, help="People.")] = 816,
    clustered: Annotated[
        float, typer.Option("--clustered", min=0.0, max=1.0, help="Share around busy places.")
    ] = 0.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of all draws.")] = 0,
) -> None:
    """Write a made-up city in the same format, of the real one's density."""
    from edgemarl.cities import synthetic_city, write_eua

    city = synthetic_city(num_sites=sites, num_users=users, clustered=clustered, seed=seed)
    for path in write_eua(city, out):
        typer.echo(path)
