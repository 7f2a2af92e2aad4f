"""Trains MAMaxEnt with RLlib's own calls, then measures the policy from its checkpoint.

How to run:     python examples/03_train.py [SLOTS]          (needs the rllib extra)
How long:       about two minutes on two cores for 1000 slots
What to expect: a line for every 100 slots, then the greedy policy on slots that training has not
                seen, with its gap to the certified bound, beside the rule "nearest".

`edgemarl train` does the same from the command line, with checkpoints, curves and Ctrl-C; this is
what to start from to bring your own callbacks, Tune or evaluation.
"""

import logging
import sys
import tempfile

import ray

import edgemarl
import rllib_algos

SCENARIO = "tiny"


def main(slots: int = 1000) -> None:
    """Train for a number of slots and compare."""
    logging.getLogger("ray.rllib").setLevel(logging.ERROR)
    ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    rllib_algos.register_parallel_env(
        "edge", lambda config: edgemarl.make("djtcra-servers-v0", **config)
    )
    config = (
        rllib_algos.MAMaxEntConfig()
        .environment("edge", env_config={"scenario": SCENARIO})
        .env_runners(num_env_runners=0)
        .training(learning_starts=100)
        .reporting(min_sample_timesteps_per_iteration=100)
        .debugging(seed=0)
    )
    algorithm = config.build_algo()
    done = 0
    while done < slots:
        sampled = algorithm.train()["env_runners"]
        done = int(sampled["num_env_steps_sampled_lifetime"])
        print(f"{done:5d} slots: system QoE {sampled['system_qoe']:.2f} while exploring")
    with tempfile.TemporaryDirectory() as folder:
        algorithm.save_to_path(folder)
        learned = rllib_algos.load_policy(folder)  # a function of observations; needs torch alone
    algorithm.stop()
    ray.shutdown()

    for name, policy in {"learned": learned, "nearest": "nearest"}.items():
        evaluation = edgemarl.evaluate(policy, SCENARIO, slots=100)
        print(
            f"{name}: system QoE {evaluation.mean('system_qoe'):.2f}, "
            f"gap to the bound {100 * evaluation.mean('gap'):.1f} %"
        )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
