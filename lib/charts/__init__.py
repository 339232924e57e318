"""Plotly figures, HTML fragments, and sentences computed from the same arrays. No Streamlit."""

from lib.charts import (
    cell,
    compare,
    confusion,
    generation,
    gradients,
    html,
    proofs,
    pytorch,
    ranking,
    samples,
    scenes,
    sentences,
    skill,
    split,
    stack,
    strip,
    sweep,
    target,
)
from lib.charts.accuracy import cards_of
from lib.charts.chart import CONFIG, Chart, with_unit
from lib.charts.html import SCALES, TIME, UNITS, render
from lib.charts.palette import PALETTES, Palette, mix
from lib.charts.pooling import POOL_CARDS
from lib.charts.proofs import NO_ANSWER, STARTING, WAITING, Side, Strip
from lib.charts.replay import REPLAY_TITLE, Frames, replay_figure, replay_words, without_heatmaps
from lib.charts.scenes import Drawing
from lib.charts.sentences import Words, name_of, off_by, off_unit, seeds_range
from lib.charts.strip import shape_strip
from lib.charts.thumbnail import Plot, caption, small_picture
