"""Data: choose a dataset or upload one, and see its samples and its split."""

from functools import partial

import streamlit as st

from lib.charts import classes, samples, split
from lib.data import DATASETS, SPEC_GROUPS, find_leaks
from lib.export import arrays, data_name, keras_windows
from lib.text import capital
from lib.ui.address import change, picking, query
from lib.ui.browser import current_palette, save_button
from lib.ui.frame import PAGES, frame
from lib.ui.session import session
from lib.ui.settings import all_columns, has_columns
from lib.ui.shown import load_data
from lib.ui.upload import uploader
from lib.ui.widgets import bound, card, card_chart, hint, plain, say, takeaway

settled = frame("Data")
is_upload = settled.data.name == "upload"
loaded = load_data(settled)
dataset, palette = loaded.dataset, current_palette()
count, steps, _ = dataset.shape

st.markdown(f"# {plain(split.data_sentence(dataset))}")
say(dataset.about)

pictures, choice = st.columns([3, 2])
with pictures:
    if has_columns(settled):
        all_columns(settled, dataset, expanded=is_upload)
    with st.container(border=True):
        title = st.container()
        sample = st.slider("Sample", 1, count, key=f"any_sample_{count}") - 1
        title.markdown(f"### {plain(capital(dataset.sample_name(sample)))}, step by step")
        texts = samples.sample_words(dataset, sample)
        card_chart(samples.sample_figure(dataset, sample, palette), *texts, "chart_sample")
        with st.expander("numbers", type="compact"):
            numbers = samples.frame_of_sample(dataset, sample)
            st.dataframe(numbers, height=min(320, 36 * (steps + 1) + 2))
            hint("x are the inputs and y the targets as the models get them.")
    if dataset.has_labels:
        with card("Classes"):
            figure = classes.balance_figure(dataset, palette)
            card_chart(figure, *classes.balance_words(dataset), "chart_balance")
    if origin := dataset.origin:
        with card("Rows of this sample"):
            step = st.slider("Timestep", 1, steps, key=f"any_step_{steps}") - 1
            texts = samples.window_words(dataset, sample, step)
            figure = samples.window_figure(dataset, sample, step, palette)
            card_chart(figure, *texts, "chart_window")
            say(samples.shapes_sentence(loaded.experiment, dataset))
            with st.expander("same windows in Keras", type="compact"):
                say(samples.keras_sentence(dataset))
                code = keras_windows(dataset, origin, loaded.experiment.data.stride)
                st.code(code, language="python", wrap_lines=True)
    with card("Split"):
        texts, figure = split.split_words(dataset), split.split_figure(dataset, palette)
        card_chart(figure, *texts, "chart_split")
with choice.container(border=True):
    uploader()
    if is_upload and session().upload.table:
        explore, icon = PAGES["Explore"]
        st.page_link(explore, label="Train in Explore", icon=icon, query_params=query("Explore"))
    chosen = session().subject.experiment.data.name
    for group, heading in SPEC_GROUPS.items():
        specs = {name: spec for name, spec in DATASETS.items() if spec.group == group}
        names, titles = list(specs), {name: spec.title for name, spec in specs.items()}
        captions = [plain(spec.shows) for spec in specs.values()]
        now = chosen if chosen in specs else None
        # `name` is None if another script run overlaps the click's script run and clears the group.
        control = bound(f"pick_{group}", now, lambda name: change(picking(name) if name else {}))
        index = names.index(now) if now else None
        st.radio(heading, names, index, titles.__getitem__, captions=captions, **control)

table = session().upload.table
# The uploader shows the table's notes.
notes = [note for note in dataset.notes if not table or note not in table.notes]
notes += [f"Source: {dataset.source}"] if dataset.source else []
with choice:
    with card("Leak check"):
        text, findings = split.leak_words(find_leaks(dataset))
        takeaway(text, *findings)
    with card("Download", key="take_away"):
        name, mime = f"{data_name(dataset)}.npz", "application/octet-stream"
        save_button("Arrays (.npz)", partial(arrays, dataset), name, mime)
        loads = " Explore's scripts load this file." if dataset.origin else ""
        hint(f"Contains x, y and column names. Open the file with numpy.load.{loads}")
    if notes:
        with card("Source and preparation"):
            for note in notes:
                hint(note)
