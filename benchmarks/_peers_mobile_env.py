"""mobile-env in the comparison: its large scenario of 13 stations, with any number of users.

A cell is that number; 30 is the scenario as it is. Runs in an environment of its own; see
`_peers_venvs.py`.
"""

# What is imported is there, and not here.
# pyright: reportMissingImports=false

from _peers_worker import Work, serve
from mobile_env.core.base import MComCore
from mobile_env.core.entities import UserEquipment
from mobile_env.scenarios.large import MComLarge

PREPARED = 20  # random joint actions, taken in turn


def build(cell: str) -> Work:
    """Makes the environment, in which one agent says to which station all users connect."""
    env: MComCore = MComLarge()
    if int(cell) != env.NUM_USERS:
        settings = env.default_config()["ue"]  # codespell:ignore ue
        users = [UserEquipment(i, **settings) for i in range(int(cell))]
        size = {"width": env.width, "height": env.height}
        env = MComCore(list(env.stations.values()), users, size)
    env.reset(seed=0)
    env.action_space.seed(0)
    actions, step = [env.action_space.sample() for _ in range(PREPARED)], 0

    def work() -> int:
        nonlocal step
        step += 1
        _, _, terminated, truncated, _ = env.step(actions[step % PREPARED])
        if terminated or truncated:
            env.reset()
        return 1

    return work


if __name__ == "__main__":
    serve(build, ("mobile-env", "gymnasium", "numpy"))
