"""Plays one episode with random actions, and looks at what became of one user's task.

How to run:     python examples/01_rollout.py
How long:       seconds (half a minute the first time, when the solver is compiled)
What to expect: the mean system QoE of 20 slots on the tiny scenario, about 3 of at most 8, and the
                latency of user 0's last task, part by part.
"""

from edgemarl import djtcra_v0

env = djtcra_v0.parallel_env(view="servers", scenario="tiny")
observations, infos = env.reset(seed=0)
for index, agent in enumerate(env.possible_agents):
    env.action_space(agent).seed(index)

qoe = []
while env.agents:
    # Every server names a server for each user; only the rows of its own users count.
    actions = {agent: env.action_space(agent).sample() for agent in env.agents}
    observations, rewards, terminations, truncations, infos = env.step(actions)
    qoe.append(infos["server_0"]["system_qoe"])

print(f"mean system QoE of {len(qoe)} slots: {sum(qoe) / len(qoe):.2f} of at most 8 users")

outcome = env.last_outcome  # everything about the last slot, as arrays
assert outcome is not None
place = "the cloud" if outcome.served_by[0] < 0 else f"server {outcome.served_by[0]}"
print(f"user 0 was served by {place}: QoE {outcome.qoe[0]:.2f}")
for part in ("wireless", "forwarding", "processing"):
    print(f"  {part:<10} {1000 * getattr(outcome, f'{part}_latency')[0]:6.1f} ms")
print(f"  {'in all':<10} {1000 * outcome.latency[0]:6.1f} ms")
