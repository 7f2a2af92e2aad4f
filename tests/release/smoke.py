"""What every installation must do: ``python smoke.py [EXTRA]``, outside of the repository.

Run by `check.py` in environments that hold a built package alone, with one extra or none.
"""

import subprocess
import sys
from pathlib import Path

import edgemarl

SERVERS = "edgemarl/djtcra-servers-v0"
COMMANDS = {
    "": ("compare", "greedy", "near-optimal", "--scenario", "tiny", "--slots", "2"),
    "viz": ("compare", "greedy", "--scenario", "tiny", "--slots", "2", "--plot", "bars.png"),
    "video": ("render", "greedy", "--scenario", "tiny", "--slots", "2", "--out", "film.mp4"),
    "search": ("compare", "pso", "--env", "mec-v0", "--scenario", "tiny", "--slots", "1"),
    "rllib": ("train", "shadow_price", "--scenario", "tiny", "--slots", "20", "--out", "run"),
}


def rollout() -> None:
    """An episode of every environment, with random actions and their bounds."""
    for name in edgemarl.registered():
        env = edgemarl.make(name, scenario="tiny", max_cycles=3, report_bound=True)
        env.reset(seed=0)
        infos = {}
        while env.agents:
            actions = {agent: env.action_space(agent).sample() for agent in env.agents}
            *_, infos = env.step(actions)
        gap = next(iter(infos.values()))["bound_gap"]
        assert gap >= -1e-9, f"{name}: the bound must hold, got a gap of {gap}"


def supersuit() -> None:
    """An environment behind SuperSuit's wrappers for libraries that know one agent."""
    import supersuit as ss

    env = edgemarl.make("edgemarl/djtcra-users-v0", scenario="tiny")
    vector = ss.pettingzoo_env_to_vec_env_v1(env)
    observations, _ = vector.reset(seed=0)
    assert len(observations) == vector.num_envs


def check_installed(extra: str) -> None:
    """That the extra brought what it declares, in versions that do."""
    from edgemarl.experiments.installation import dependencies

    faults = [f"{one.name} {one.fault}" for one in dependencies()[extra] if one.fault]
    assert not faults, f"edgemarl[{extra}] must bring what it declares, got {faults}"


def main() -> None:
    """Check that the package is the installed one, and use it."""
    extra = sys.argv[1] if len(sys.argv) > 1 else ""
    home = Path(edgemarl.__file__).resolve()
    assert "site-packages" in home.parts, f"edgemarl must be the installed one, got {home}"
    check_installed(extra)
    rollout()
    subprocess.run(["edgemarl", "doctor"], check=True)
    subprocess.run(["edgemarl", *COMMANDS.get(extra, COMMANDS[""])], check=True)
    if extra == "interop":
        supersuit()
    print(f"edgemarl {edgemarl.__version__}[{extra}] works")


if __name__ == "__main__":
    main()
