"""The results of training: runs and snapshots as immutable data, and what is computed from them.

Baselines, skill, comparisons of modes over seeds, forecasts, replays and sweep results. Nothing
here trains or draws. The only texts are labels, and reasons why a number is known or missing.
"""

from lib.results.baselines import (
    ByRow,
    Part,
    Predictions,
    Score,
    SkillTable,
    baseline_loss,
    best_loss,
    best_possible,
    by_row,
    model_outputs,
    predict,
    skill_of_seeds,
)
from lib.results.compared import (
    BOTH_MODES,
    LETTERS,
    VARIABLE,
    BestMode,
    Compared,
    PointResult,
    axes_of,
    best_mode,
    clear_mode,
    compared_part,
    findings,
    is_number,
    overfits_in_seeds,
    point_words,
    same_data,
    value_words,
)
from lib.results.evaluation import (
    Errors,
    ScoreRow,
    ScoreTable,
    baseline_accuracy,
    baseline_at_end,
    evaluate_outputs,
    label_scores,
    samples_by_step,
)
from lib.results.forecasting import Forecast, ForecastError, forecast, why_not_fed_back
from lib.results.generation import (
    Generated,
    fed_back_columns,
    generate,
    given_steps,
    why_not_generated,
)
from lib.results.history import History, WeightHistory, kept_places, spread_places
from lib.results.labels import (
    LabelScores,
    accuracy,
    activated,
    entropy,
    proportion_interval,
)
from lib.results.loss_weights import mode_values, training_arrays
from lib.results.measures import (
    ACCURACY,
    ERROR,
    Measure,
    Verdict,
    compare_modes,
    decisive_ratio,
    independent_samples,
    least_difference,
    measure_of,
)
from lib.results.pooling import step_shares
from lib.results.replay import BEST, MIN_REPLAY_EPOCHS, Frame, as_of, frames_of, untrained
from lib.results.run import ModeResult, Run, RunAt, SeedWeights, Snapshot, Status, memory_of
