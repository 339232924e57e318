"""Arrays and runs as pictures and sentences: Plotly figures, HTML fragments, and takeaways.

Every number in a sentence is computed from the arrays that the figure shows. No Streamlit in here.
"""

from lib.charts import (
    cell,
    compare,
    gradients,
    html,
    proofs,
    samples,
    skill,
    split,
    stack,
    strip,
    sweep,
    target,
    words,
)
from lib.charts.chart import CONFIG, Chart, with_unit
from lib.charts.compare import answers_figure, errors_figure, losses_figure, sparkline
from lib.charts.html import SCALES, TIME, UNITS, templates
from lib.charts.over_epochs import LastStepErrors, Losses
from lib.charts.over_time import Answers, StepErrors
from lib.charts.palette import PALETTES, Palette, mix
from lib.charts.proofs import NO_ANSWER, STARTING, WAITING, ProofCard, Side, Strip
from lib.charts.replay import Frames, replay_figure, replay_words
from lib.charts.split import gaps_hint, levels_hint, range_hint, series_hint, thinned
from lib.charts.strip import Traces, shape_strip
from lib.charts.target import lineup_picture, shapes_picture
from lib.charts.thumbnail import Plot, caption, leaked, small_picture
from lib.charts.words import (
    Words,
    changed_settings,
    kept_sentence,
    name_of,
    off_by,
    off_unit,
    own_settings,
    progress_sentence,
    seeds_range,
    setup_sentence,
)

EXPLORE_CARDS: dict[str, type] = {
    "predictions": Answers,
    "loss": Losses,
    "step_error": StepErrors,
    "compare": LastStepErrors,
}
"""The cards of Explore by their names in the address: classes that compute a run's facts once.

Each is made of a run and what is picked, and has `figure(palette)`, `takeaway()` of at most 15
words, and `sentence()`.
"""
