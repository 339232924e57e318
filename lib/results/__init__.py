"""What training gives: runs and snapshots as values, and what can be computed from them.

Baselines, skill against them, comparison of modes over seeds, forecasts, replays and sweep results.
NumPy only: nothing is trained, drawn or put into words.
"""

from lib.results.baselines import (
    Answers,
    ByRow,
    Part,
    SkillTable,
    answers,
    best_loss,
    best_possible,
    by_row,
    evaluate,
    mode_losses,
    model_outputs,
    naive_loss,
    skill_of_seeds,
    step_losses,
)
from lib.results.compared import (
    BOTH_MODES,
    CHANCE,
    LETTERS,
    VARIABLE,
    Compared,
    PointResult,
    Verdict,
    axes_of,
    clear_mode,
    compare_modes,
    decided,
    decisive_ratio,
    findings,
    independent_samples,
    is_number,
    lead_of,
    named,
    outcomes,
    overfits_in_seeds,
    part_of,
    same_data,
    worded,
)
from lib.results.forecasting import Forecast, ForecastError, forecast, why_not_fed_back
from lib.results.replay import (
    BEST,
    COLUMN_SETTINGS,
    FEWEST,
    HIDDEN,
    TITLE,
    Frame,
    History,
    WeightHistory,
    as_of,
    frames_of,
    kept_places,
    redacted,
    spread_places,
    step_errors,
    untrained,
    without_answers,
)
from lib.results.run import ModeResult, Run, RunAt, SeedWeights, Snapshot, Status, memory_of
