"""Arrays and runs as pictures and sentences: Plotly figures, HTML fragments, and takeaways.

Every number in a sentence is computed from the arrays that the figure shows. No Streamlit in here.
"""

from lib.charts import data, html, strip
from lib.charts.by_epoch import compare_figure, loss_figure
from lib.charts.by_timestep import predictions_figure, step_error_figure
from lib.charts.chart import CONFIG, Chart, with_unit
from lib.charts.compare import answers_figure, errors_figure, losses_figure, sparkline
from lib.charts.formulas import bound_picture, by_hand, can_show, unit_lines
from lib.charts.gradients import HEIGHT, influence_maps, padding_picture, reach_figure
from lib.charts.graph import graph_picture
from lib.charts.html import TIME, UNITS, templates
from lib.charts.narrate import (
    Told,
    cell,
    compare,
    explore,
    gradients,
    stack,
    takeaways,
    target,
    worth,
)
from lib.charts.narrate import data as data_words
from lib.charts.narrate.cell import cell_sentence
from lib.charts.narrate.data import gaps_hint, levels_hint, range_hint, series_hint, thinned
from lib.charts.narrate.explore import (
    changed_settings,
    kept_sentence,
    name_of,
    off_unit,
    own_settings,
    progress_sentence,
    setup_sentence,
    strip_sentence,
)
from lib.charts.narrate.proofs import (
    NO_ANSWER,
    STARTING,
    WAITING,
    ProofCard,
    also_measured,
    bound_told,
    leak_told,
    one_computation,
    prefix_sentence,
    questions_sentence,
    ways_to_break_it,
)
from lib.charts.narrate.stack import stack_sentence, stack_title
from lib.charts.narrate.sweep import found_details, found_takeaway, title
from lib.charts.narrate.takeaways import replay_told
from lib.charts.on_dates import drawn_every, forecast_figure, on_dates_figure
from lib.charts.palette import PALETTES, Palette, mix
from lib.charts.proofs import Side, Strip, equation, proof_cards, strips, strips_legend
from lib.charts.replay import Frames, replay_figure
from lib.charts.stack import layer_pictures, rows_picture, stack_picture
from lib.charts.strip import Traces, shape_strip
from lib.charts.sweep import curve_figure, map_figure, parallel_figure
from lib.charts.target import (
    damage_loss_figure,
    damage_predictions_figure,
    lineup_picture,
    shapes_picture,
)
from lib.charts.tensor import SCALES
from lib.charts.thumbnail import PICTURES, Plot, caption, leaked, small_picture
from lib.charts.unrolled import WIDEST, heatmaps, unrolled_picture

__all__ = [
    "CONFIG",
    "HEIGHT",
    "NO_ANSWER",
    "PALETTES",
    "PICTURES",
    "SCALES",
    "STARTING",
    "TIME",
    "UNITS",
    "WAITING",
    "WIDEST",
    "Chart",
    "Frames",
    "Palette",
    "Plot",
    "ProofCard",
    "Side",
    "Strip",
    "Told",
    "Traces",
    "also_measured",
    "answers_figure",
    "bound_picture",
    "bound_told",
    "by_hand",
    "can_show",
    "caption",
    "cell",
    "cell_sentence",
    "changed_settings",
    "compare",
    "compare_figure",
    "curve_figure",
    "damage_loss_figure",
    "damage_predictions_figure",
    "data",
    "data_words",
    "drawn_every",
    "equation",
    "errors_figure",
    "explore",
    "forecast_figure",
    "found_details",
    "found_takeaway",
    "gaps_hint",
    "gradients",
    "graph_picture",
    "heatmaps",
    "html",
    "influence_maps",
    "kept_sentence",
    "layer_pictures",
    "leak_told",
    "leaked",
    "levels_hint",
    "lineup_picture",
    "loss_figure",
    "losses_figure",
    "map_figure",
    "mix",
    "name_of",
    "off_unit",
    "on_dates_figure",
    "one_computation",
    "own_settings",
    "padding_picture",
    "parallel_figure",
    "predictions_figure",
    "prefix_sentence",
    "progress_sentence",
    "proof_cards",
    "questions_sentence",
    "range_hint",
    "reach_figure",
    "replay_figure",
    "replay_told",
    "rows_picture",
    "series_hint",
    "setup_sentence",
    "shape_strip",
    "shapes_picture",
    "small_picture",
    "sparkline",
    "stack",
    "stack_picture",
    "stack_sentence",
    "stack_title",
    "step_error_figure",
    "strip",
    "strip_sentence",
    "strips",
    "strips_legend",
    "takeaways",
    "target",
    "templates",
    "thinned",
    "title",
    "unit_lines",
    "unrolled_picture",
    "ways_to_break_it",
    "with_unit",
    "worth",
]
