"""The policies of a checkpoint in one file that torch alone can read."""

import io
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rllib_algos.joint.acting import ExploringPolicy, GreedyPolicy
from rllib_algos.joint.actors import Actors
from rllib_algos.joint.central import central_layout
from rllib_algos.joint.exploration import Exploration
from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.rows import RowLayout
from rllib_algos.joint.spaces import JointSpaces

POLICY_FILE = "joint_policy.pt"
FORMAT = "rllib_algos.joint_policy"
VERSION = 2


def policy_content(
    algorithm: str,
    actors: Actors,
    state: Mapping[str, Any] | None = None,
    exploration: Exploration | None = None,
) -> dict[str, Any]:
    """Returns what describes policies, in plain data and tensors.

    Args:
        algorithm: name of the algorithm that trained them.
        actors: of the algorithm; their own weights are not used.
        state: of the actors module, with the weights; None leaves them out.
        exploration: how they collect experience now; None leaves it out.
    """
    weights = {
        name.removeprefix("actors."): torch.from_numpy(np.array(value))
        for name, value in (state or {}).items()
        if name.startswith("actors.")
    }
    return {
        "format": FORMAT,
        "version": VERSION,
        "algorithm": algorithm,
        "spaces": actors.layout.spaces.to_dict(),
        "soft": actors.layout.soft,
        "central": actors.layout.central,
        "gaussian": actors.gaussian,
        "shared": actors.shared,
        "dueling": actors.dueling,
        "rows": actors.rows,
        "hiddens": list(actors.hiddens),
        "exploration": None if exploration is None else asdict(exploration),
        "weights": weights,
    }


def write_policy(folder: Path, content: Mapping[str, Any], filesystem: Any) -> None:
    """Writes policies beside RLlib's own checkpoint files.

    Args:
        folder: of the checkpoint.
        content: what `policy_content` returned.
        filesystem: pyarrow filesystem that holds the folder; None is the local one.
    """
    buffer = io.BytesIO()
    torch.save(dict(content), buffer)
    if filesystem is None:
        (folder / POLICY_FILE).write_bytes(buffer.getvalue())
        return
    with filesystem.open_output_stream((folder / POLICY_FILE).as_posix()) as stream:
        stream.write(buffer.getvalue())


def check_fits(folder: Path, algorithm: str, actors: Actors) -> None:
    """Raises ValueError if a checkpoint was written by another algorithm or for other spaces.

    Args:
        folder: of the checkpoint.
        algorithm: name of the algorithm that is to restore it.
        actors: of that algorithm.
    """
    stored, own = read_content(folder), policy_content(algorithm, actors)
    spaces, own_spaces = stored["spaces"], own["spaces"]
    pairs = {
        "algorithm": (own["algorithm"], stored["algorithm"]),
        "agents": (own_spaces["agents"], spaces["agents"]),
        "common observation": (own_spaces["common_observation"], spaces["common_observation"]),
        "state shape": (own_spaces["state_shape"], spaces["state_shape"]),
        "observations and actions": (own_spaces["groups"], spaces["groups"]),
        "hidden layers": (own["hiddens"], stored["hiddens"]),
        "one network for all": (own["central"], stored.get("central", False)),
        "shared networks": (own["shared"], stored["shared"]),
        "dueling networks": (own["dueling"], stored["dueling"]),
        "networks for rows": (own["rows"], stored.get("rows")),
    }
    for name, (mine, theirs) in pairs.items():
        if mine != theirs:
            raise ValueError(
                f"{name} must be that of the checkpoint {folder}, {_short(theirs)}, got "
                f"{_short(mine)}"
            )


def read_policy(path: str | Path, *, explore: bool = False, seed: int | None = 0) -> GreedyPolicy:
    """Returns the policy of a checkpoint; needs torch, but neither ray nor the environment.

    Args:
        path: folder that `save_to_path` (or Ray Tune) wrote.
        explore: whether it acts as it did when the checkpoint was written, with the noise that
            collected experience (a scheduled epsilon at the value it then had), instead of
            greedily.
        seed: of that noise; None draws one.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: it is not a checkpoint of an algorithm of this package.
    """
    return policy_of(read_content(Path(path)), explore=explore, seed=seed)


def policy_of(
    content: Mapping[str, Any], *, explore: bool = False, seed: int | None = 0
) -> GreedyPolicy:
    """Returns the policy that `policy_content` described; see `read_policy`."""
    spaces = JointSpaces.from_dict(content["spaces"])
    # Files from before there were central layouts and networks for rows do not say.
    rows = content.get("rows")
    kind = GroupLayout if rows is None or spaces.state_shape is None else RowLayout
    kind = central_layout if content.get("central", False) else kind
    layout = kind(spaces, soft=content["soft"])
    networks = {name: content[name] for name in ("gaussian", "shared", "dueling")}
    networks["rows"] = rows
    actors = Actors(layout, content["hiddens"], **networks)
    actors.load_state_dict(content["weights"])
    if explore:
        noise = Exploration(**content["exploration"])
        return ExploringPolicy(content["algorithm"], actors, noise, seed)
    return GreedyPolicy(content["algorithm"], actors)


def read_content(folder: Path) -> dict[str, Any]:
    """Returns what `write_policy` wrote; raises as `read_policy` does."""
    if not folder.exists():
        raise FileNotFoundError(f"checkpoint folder {folder} does not exist")
    file = folder / POLICY_FILE
    if not file.is_file():
        kind = "an RLlib checkpoint of another algorithm" if _is_rllib(folder) else "no checkpoint"
        raise ValueError(
            f"{folder} is {kind}: it has no {POLICY_FILE}; give the folder that save_to_path() of "
            "an algorithm of rllib_algos has written"
        )
    try:
        content = torch.load(file, weights_only=True)
    except Exception as error:
        raise ValueError(f"{file} cannot be read as a policy: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"{file} is not a policy of rllib_algos")
    if content["version"] != VERSION:
        raise ValueError(
            f"{file} has version {content['version']}, this package reads version {VERSION}"
        )
    return content


def _is_rllib(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("class_and_ctor_args.pkl", "metadata.json"))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
