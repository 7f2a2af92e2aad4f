"""Multi-agent algorithms for RLlib's new API stack, for any PettingZoo ParallelEnv."""
