"""Sweeps train all combinations of settings' values, with several seeds, in both modes.

    frame = run_sweep(data="seattle", vary={"T": [8, 16, 32], "U": [8, 32]}, seeds=4)

Runs train on this machine, or on the cluster that `UNROLLED_RAY` names. `lib.charts` draws the
results, and `lib.results` compares the modes.
"""

from lib.sweep.plan import MOST_RUNS, READY, Plan, Ready, base_of, make_plan, offered, parse_vary
from lib.sweep.runner import Runner, estimated_seconds, run_sweep
