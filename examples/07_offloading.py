"""Offloads with simple rules and with the best assignment, and compares them with the bound.

How to run:     python examples/07_offloading.py
How long:       seconds (half a minute the first time, when the bound is compiled)
What to expect: for every rule the mean objective of 20 slots with 30 devices of unequal tasks, and
                how far it is above the certified lower bound: 7 % for the nearest server, less than
                0.1 % for the exact assignment.
"""

import numpy as np

from edgemarl import mec_v0
from edgemarl.mec.system import SYSTEM

env = mec_v0.parallel_env(scenario="n30-mixed", max_cycles=20, report_bound=True)
print("rule               objective  above the bound")
for name in ("local", "random", "remote", "exact"):
    policy = SYSTEM.baselines.make(name)
    env.reset(seed=0)
    policy.reset(env, np.random.default_rng(0))
    slots = []
    while env.agents:
        *_, infos = env.advance(policy.assign())  # by scores: env.step(policy(observations))
        slots.append(infos["server_0"])
    objective = np.mean([slot["objective"] for slot in slots])
    gap = np.mean([slot["bound_gap"] for slot in slots])
    print(f"{name:<18} {objective:9.2f} {100 * gap:13.2f} %")
