"""The target doctor: whether a target's shape trains what was meant.

Mean squared error and its like broadcast a target of a wrong shape without a word, and the model
learns something else. `diagnose_target` says so before a run, and builds no model. What Keras's
message means after a run that raised is in `lib.errors`, which asks the doctor for the way out.
"""

from lib.doctor.diagnosis import Diagnosis, diagnose_target

__all__ = ["Diagnosis", "diagnose_target"]
