"""Arrays and runs as pictures and sentences: Plotly figures, HTML fragments, and takeaways.

Every number in a sentence is computed from the arrays that the figure shows. No Streamlit in here.
"""

from lib.charts import (
    cell,
    compare,
    gradients,
    html,
    samples,
    skill,
    split,
    stack,
    strip,
    target,
    words,
)
from lib.charts.cell import (
    WIDEST,
    bound_picture,
    by_hand,
    can_show,
    cell_sentence,
    heatmaps,
    unit_lines,
    unrolled_picture,
)
from lib.charts.chart import CONFIG, Chart, with_unit
from lib.charts.compare import answers_figure, errors_figure, losses_figure, sparkline
from lib.charts.explore import EXPLORE_CARDS
from lib.charts.html import TIME, UNITS, templates
from lib.charts.palette import PALETTES, Palette, mix
from lib.charts.proofs import (
    NO_ANSWER,
    STARTING,
    WAITING,
    ProofCard,
    Side,
    Strip,
    also_measured,
    bound_words,
    equation,
    leak_words,
    one_computation,
    prefix_sentence,
    proof_cards,
    strips,
    strips_legend,
    ways_to_break_it,
)
from lib.charts.replay import Frames, replay_figure, replay_words
from lib.charts.split import gaps_hint, levels_hint, range_hint, series_hint, thinned
from lib.charts.stack import (
    graph_picture,
    layer_pictures,
    rows_picture,
    stack_picture,
    stack_sentence,
    stack_title,
)
from lib.charts.strip import Traces, shape_strip
from lib.charts.sweep import (
    curve_figure,
    found_details,
    found_takeaway,
    map_figure,
    sweep_title,
)
from lib.charts.target import lineup_picture, shapes_picture
from lib.charts.tensor import SCALES
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
