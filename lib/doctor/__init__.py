"""The target doctor: whether a target's shape trains what was meant, and what an error means.

Mean squared error and its like broadcast a target of a wrong shape without a word, and the model
learns something else. `diagnose_target` says so before a run; `explain_error` reads Keras's
message after one. Neither builds a model.
"""

from lib.doctor.diagnosis import Diagnosis, diagnose_target
from lib.doctor.remedies import Fix
from lib.errors import Explanation, explain_error

__all__ = ["Diagnosis", "Explanation", "Fix", "diagnose_target", "explain_error"]
