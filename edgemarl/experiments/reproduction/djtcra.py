"""The figures of Chen, Sun, Yu and Taleb: "DJTCRA", section VI.B."""

import dataclasses

from edgemarl.djtcra.presets import PAPER
from edgemarl.djtcra.system import SYSTEM
from edgemarl.experiments.reproduction.cell import Method
from edgemarl.experiments.reproduction.study import Budget, Point, Study

SERVERS, USERS = "edgemarl/djtcra-servers-v0", "edgemarl/djtcra-users-v0"

MAMAXENT = Method(name="ma_maxent", title="MAMaxEnt", algorithm="ma_maxent", env_id=SERVERS)
MADDPG = Method(name="maddpg", title="MADDPG", algorithm="maddpg", env_id=SERVERS)
# The best of the draws of VDN and IDQN: docs/results/tuning.md.
TUNED_Q = {"q_lr": 2e-3, "tau": 0.02, "double_q": False}
VDN_L = Method(name="vdn_l", title="VDN-L", algorithm="vdn", env_id=USERS, settings=TUNED_Q)
VDN_G = Method(
    name="vdn_g",
    title="VDN-G",
    algorithm="vdn",
    env_id=USERS,
    env_kwargs={"observation": "global"},
    settings=TUNED_Q,
)
IDQN = Method(name="idqn", title="IDQN", algorithm="idqn", env_id=USERS, settings=TUNED_Q)
IDQN_OWN = Method(
    name="idqn_own",
    title="IDQN, own QoE",
    algorithm="idqn",
    env_id=USERS,
    env_kwargs={"reward": "local"},
    settings=TUNED_Q,
)
# What `--preset paper` sets: table IV, sections V.C and VI.
PRINTED_MADDPG = {
    "actor_lr": 1e-4,
    "critic_lr": 1e-4,
    "shared_critic": False,
    "actor_delay": 15,
    "action_relaxation": "softmax",
}
PRINTED_MAMAXENT = {
    **PRINTED_MADDPG,
    "entropy_lr": 1e-3,
    "entropy_delay": 5,
    "target_entropy": -1.0,
}
SHADOW_PRICE = Method(
    name="shadow_price", title="shadow price", algorithm="shadow_price", env_id=SERVERS
)
SHADOW_PRICE_TOLD = dataclasses.replace(
    SHADOW_PRICE,
    name="shadow_price_told",
    title="shadow price, told the slot's prices",
    scenario={"observation.observe_prices": True},
)
GA_AWARE = Method(name="greedy", title="GA-Aware", rule="greedy", env_id=SERVERS)
DAES = Method(name="nearest", title="DAES", rule="nearest", env_id=SERVERS)
STATIC_PRICE = Method(
    name="static_price", title="static price (informed)", rule="static-price", env_id=SERVERS
)
NEAR_OPTIMAL = Method(
    name="near_optimal", title="near-optimal", rule="near-optimal", env_id=SERVERS
)
BROADCAST_PRICE = Method(
    name="broadcast_price",
    title="broadcast price (informed)",
    rule="broadcast-price",
    env_id=SERVERS,
)
LEARNERS = (MAMAXENT, MADDPG, VDN_L, VDN_G, IDQN, IDQN_OWN, SHADOW_PRICE)
RULES = (GA_AWARE, DAES, STATIC_PRICE, NEAR_OPTIMAL)

FULL = Budget(slots=5_000)
QUICK = Budget(slots=1_000, evaluation_slots=20, seeds=1, points=2)

FIGURE_6 = Study(
    name="djtcra-fig6",
    title="Figure 6: training process, |U| = 100",
    system=SYSTEM,
    kind="curves",
    scenario=PAPER,
    points=(Point(label="|U| = 100"),),
    methods=(*LEARNERS, *RULES),
    reference="ma_maxent",
    window=50,
    budget=FULL,
    quick=QUICK,
)
FIGURE_7 = dataclasses.replace(
    FIGURE_6,
    name="djtcra-fig7",
    title="Figure 7: training process under several discount factors, |U| = 120",
    scenario=PAPER.replace(num_users=120),
    points=tuple(
        Point(label=f"gamma = {gamma}", value=gamma, settings={"gamma": gamma})
        for gamma in (0.1, 0.5, 0.9)
    ),
    methods=(MAMAXENT, MADDPG, VDN_L, IDQN, NEAR_OPTIMAL),
    window=100,
)
FIGURE_8 = dataclasses.replace(
    FIGURE_6,
    name="djtcra-fig8",
    title="Figure 8: number of users",
    kind="points",
    points=tuple(
        Point(label=f"{users}", value=float(users), scenario={"num_users": users})
        for users in (70, 80, 90, 100, 110, 120)
    ),
    axis="number of users",
)
FIGURE_9 = dataclasses.replace(
    FIGURE_8,
    name="djtcra-fig9",
    title="Figure 9: mean midpoint of the QoE curves, |U| = 110",
    scenario=PAPER.replace(num_users=110),
    points=tuple(
        Point(label=f"{ms} ms", value=float(ms), scenario={"qoe.midpoint_mean": ms / 1000})
        for ms in (300, 325, 350, 375, 400)
    ),
    axis="mean midpoint of the QoE curves [ms]",
)
FIGURE_10 = dataclasses.replace(
    FIGURE_8,
    name="djtcra-fig10",
    title="Figure 10: largest task volume, |U| = 110",
    scenario=PAPER.replace(num_users=110),
    points=tuple(
        Point(
            label=f"{kb} KB",
            value=float(kb),
            scenario={"arrivals.volume": (200 * 8e3, kb * 8e3)},
        )
        for kb in (500, 600, 700, 800, 900)
    ),
    axis="largest task volume [KB]",
)
SETTINGS = dataclasses.replace(
    FIGURE_6,
    name="djtcra-settings",
    title="The paper's settings beside the defaults, |U| = 100",
    methods=(
        MAMAXENT,
        MADDPG,
        dataclasses.replace(
            MAMAXENT,
            name="ma_maxent_paper",
            title="MAMaxEnt, the paper's settings",
            settings=PRINTED_MAMAXENT,
        ),
        dataclasses.replace(
            MADDPG,
            name="maddpg_paper",
            title="MADDPG, the paper's settings",
            settings=PRINTED_MADDPG,
        ),
        GA_AWARE,
        NEAR_OPTIMAL,
    ),
)
AHEAD = dataclasses.replace(
    FIGURE_6,
    name="djtcra-ahead",
    title="MAMaxEnt beside GA-Aware and MADDPG, |U| = 100",
    methods=(MAMAXENT, MADDPG, GA_AWARE, NEAR_OPTIMAL),
    budget=dataclasses.replace(FULL, seeds=5),
)
PRICES = dataclasses.replace(
    FIGURE_8,
    name="djtcra-prices",
    title="The shadow-price learner beside rules that know prices and processing factors",
    methods=(
        SHADOW_PRICE,
        SHADOW_PRICE_TOLD,
        GA_AWARE,
        STATIC_PRICE,
        BROADCAST_PRICE,
        NEAR_OPTIMAL,
    ),
    points=FIGURE_8.narrowed(points=("70", "100", "120")).points,
    reference="shadow_price",
    budget=Budget(slots=1_000, seeds=6),
)
STUDIES = (FIGURE_6, FIGURE_7, FIGURE_8, FIGURE_9, FIGURE_10, AHEAD, SETTINGS, PRICES)
