"""What training gives: runs and snapshots as values, and what can be computed from them.

Baselines, skill against them, comparison of modes over seeds, forecasts, replays and sweep results.
NumPy only: nothing is trained, drawn or put into words.
"""
