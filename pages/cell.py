"""Cell: what happens inside a recurrent layer at every timestep, and why the modes are one."""

import streamlit as st

from lib.narrate.cell import cell_sentence
from lib.ui.cell.chosen import choose
from lib.ui.cell.learn import learn
from lib.ui.cell.link import KEYS
from lib.ui.cell.playhead import follow_playhead
from lib.ui.cell.prove import prove
from lib.ui.cell.see import see
from lib.ui.cell.watch import watch
from lib.ui.data import load_data
from lib.ui.frame import frame
from lib.ui.text import plain
from lib.ui.theme import current_palette

loaded = load_data(frame("Cell", KEYS))
palette = current_palette()

st.markdown(f"# {plain(cell_sentence(loaded.experiment, loaded.dataset))}")
chosen = choose(loaded)
bar, formulas = see(chosen, palette)
prefixes, proofs, progress = prove(chosen, palette)
gradients = learn(chosen, palette)
follow_playhead(bar, chosen.layer_pass, [formulas, prefixes])
watch(chosen, [*proofs, *gradients], progress)
