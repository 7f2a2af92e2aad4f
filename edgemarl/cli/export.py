"""``edgemarl export``."""

import typer

from edgemarl.cli import options


def export(checkpoint: options.Checkpoint, out: options.ExportOut) -> None:
    """Write a checkpoint's policy as safetensors and JSON, which torch loads without ray."""
    from edgemarl.core.extras import require_extra
    from edgemarl.experiments.export import export as run

    require_extra("rllib", "export")
    source = run(checkpoint, out)
    typer.echo(f"Exported {source} to {out}. To act with it in Python:")
    typer.echo(f"  rllib_algos.load_exported({str(out)!r})(observations)")
