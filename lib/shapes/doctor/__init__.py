"""The target doctor: whether a target's shape trains what was meant.

Mean squared error and its like broadcast a target of a wrong shape without a word, and the model
learns something else. `diagnosis.diagnose_target` says so before a run, and builds no model.
"""
