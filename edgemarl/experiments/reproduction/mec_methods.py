"""What the studies of DIRS compare: learners with their settings, rules and searches."""

import dataclasses

from edgemarl.experiments.reproduction.cell import Method

ENV = "edgemarl/mec-v0"
CAPACITY = {"vote": "capacity"}  # servers take no more devices than the rules' servers

DIRS = Method(name="dirs", title="DIRS", algorithm="dirs", env_id=ENV)
DIRS_EXACT = Method(
    name="dirs_exact",
    title="DIRS, exact demonstrations",
    algorithm="dirs",
    env_id=ENV,
    settings={"demonstrations": "exact"},
)
UNTAUGHT = tuple(
    Method(
        name=f"untaught_{refinement}",
        title=f"{title}, no imitation",
        algorithm="dirs",
        env_id=ENV,
        settings={"demonstrations": None, "refinement": refinement},
    )
    for refinement, title in (
        ("levy", "Lévy flights"),
        ("epsilon_greedy", "epsilon-greedy"),
        ("local_search", "local search"),
    )
)
AC = Method(name="ac", title="AC", algorithm="ac", env_id=ENV)
DDPG = Method(name="ddpg", title="DDPG", algorithm="ddpg", env_id=ENV)
AC_CAPACITY = dataclasses.replace(
    AC, name="ac_capacity", title="AC, capacity vote", env_kwargs=CAPACITY
)
DDPG_CAPACITY = dataclasses.replace(
    DDPG, name="ddpg_capacity", title="DDPG, capacity vote", env_kwargs=CAPACITY
)
MADDPG = Method(
    name="maddpg",
    title="MADDPG",
    algorithm="maddpg",
    env_id=ENV,
    settings={"reward_scale": "auto", "exploration_epsilon": 0},
)
RANDOM, REMOTE, LOCAL, EXACT, PSO, DE = (
    Method(name=name, title=title, rule=name, env_id=ENV)
    for name, title in (
        ("random", "Random"),
        ("remote", "Remote (nearest server)"),
        ("local", "Local"),
        ("exact", "exact optimum"),
        ("pso", "PSO"),
        ("de", "DE"),
    )
)
