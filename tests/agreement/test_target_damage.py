"""Training again with each silent mistake gives the recorded results."""

import numpy as np
import pytest

from lib.shapes import diagnose_target
from lib.shapes.doctor.damage import MISTAKES, Damage
from lib.training.recorded import read_recording
from tests.record import train_damage
from tests.weekly import rest_weekly


@pytest.mark.parametrize("case", rest_weekly(MISTAKES, 0))
def test_training_with_a_mistake_gives_the_recorded_results(case):
    """Training raises no error, and the doctor's verdict is "silent"."""
    mistake = MISTAKES[case]
    diagnosis = diagnose_target(mistake.output, mistake.target, "mse", 32)
    assert diagnosis.verdict == "silent"
    live, recorded = train_damage(case), read_recording(case, Damage)
    np.testing.assert_array_equal(live.truth, recorded.truth)
    for side in ("right", "wrong"):
        np.testing.assert_allclose(live.loss[side][0], recorded.loss[side][0], rtol=1e-3)
        assert live.error(side) == pytest.approx(recorded.error(side), rel=0.1, abs=2e-4)
