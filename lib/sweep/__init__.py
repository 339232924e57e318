"""Sweeps: train settings over values that a person picks, times seeds, in both modes.

    frame = run_sweep(data="seattle", vary={"T": [8, 16, 32], "U": [8, 32]}, seeds=4)

It uses this machine's training processes, or the cluster that `UNROLLED_RAY` names.
"""

from lib.sweep.plan import MOST_RUNS, READY, Plan, Ready, base_of, make_plan, offered, parse_vary
from lib.sweep.runner import Runner, estimated_seconds, run_sweep
