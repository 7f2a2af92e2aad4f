"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from edgemarl.cli import completion

Env = Annotated[
    str | None,
    typer.Option(
        "--env",
        metavar="ID",
        autocompletion=completion.environments,
        help="Environment; djtcra-servers-v0 unless a checkpoint says else.",
    ),
]
ScenarioName = Annotated[
    str | None,
    typer.Option(
        "--scenario",
        metavar="NAME",
        autocompletion=completion.scenarios,
        help="Preset, eua:DIR or YAML file; the environment's own unless a checkpoint says else.",
    ),
]
ScenarioSeed = Annotated[
    int | None,
    typer.Option("--scenario-seed", min=0, help="Seed of the topology.", show_default="0"),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE...",
        help="Settings such as scenario.num_users=70 env.observation=global; may be repeated.",
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the evaluation draws.")]
Slots = Annotated[int, typer.Option("--slots", min=1, help="Number of slots.")]
Json = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Also write the numbers to a file.")
]

PolicyName = Annotated[
    str,
    typer.Argument(
        metavar="POLICY",
        autocompletion=completion.policies,
        help="Baseline id, checkpoint FOLDER[+explore], pretrained:NAME, package.module:factory.",
    ),
]
PolicyNames = Annotated[
    list[str],
    typer.Argument(
        metavar="POLICY...",
        autocompletion=completion.policies,
        help="Baseline ids, checkpoint FOLDERs[+explore], pretrained:NAME, package.module:factory.",
    ),
]
EvaluationSeeds = Annotated[
    int, typer.Option("--seeds", min=1, help="Evaluation seeds on each topology.")
]
Topologies = Annotated[int, typer.Option("--topologies", min=1, help="Topologies to draw.")]
Reference = Annotated[
    str | None,
    typer.Option(
        "--reference", metavar="POLICY", help="What differences are to.", show_default="the first"
    ),
]
Plot = Annotated[Path | None, typer.Option("--plot", metavar="FILE", help="Also draw it.")]
Curves = Annotated[
    Path | None,
    typer.Option(
        "--curves", metavar="FILE", help="Also draw the learning curves of those that were trained."
    ),
]

Algorithm = Annotated[
    str,
    typer.Argument(
        metavar="ALGO", autocompletion=completion.algorithms, help="See `edgemarl list`."
    ),
]
TrainingSlots = Annotated[int, typer.Option("--slots", min=1, help="Slots of the whole run.")]
EnvRunners = Annotated[
    int | None,
    typer.Option("--env-runners", min=0, help="Processes that collect samples.", show_default="0"),
]
Address = Annotated[
    str | None,
    typer.Option("--address", metavar="HOST:PORT", help="Ray cluster; started here if none."),
]
TrainingSeed = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="Seed of draws and weights.", show_default="0"),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="DIR", help="Folder to write to.", show_default="runs/ALGO-SCENARIO-SEED"
    ),
]
Checkpoint = Annotated[
    Path, typer.Argument(metavar="CHECKPOINT", help="Folder of a checkpoint or training run.")
]
ExportOut = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Folder to write to; new or empty.")
]
SweepOut = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="DIR", help="Folder to write to.", show_default="runs/sweep-NAME"
    ),
]
Resume = Annotated[
    Path | None,
    typer.Option("--resume", metavar="DIR", help="Continue the run in this folder."),
]
Preset = Annotated[
    str | None,
    typer.Option(
        "--preset", metavar="NAME", help="Named settings: `paper`, as printed; --set goes over it."
    ),
]
CheckpointEvery = Annotated[
    int | None,
    typer.Option(
        "--checkpoint-every",
        min=1,
        metavar="N",
        help="Slots between checkpoints.",
        show_default="SLOTS / 20",
    ),
]
ValidationSlots = Annotated[
    int, typer.Option("--validation-slots", min=1, help="Slots that checkpoints are measured on.")
]
