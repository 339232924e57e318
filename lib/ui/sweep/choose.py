"""The form of the next sweep: settings, values and seeds, or a ready sweep to pick."""

from functools import partial

import streamlit as st

from lib import sweep
from lib.experiment import SETTINGS, ExperimentError
from lib.results import VARIABLE, worded
from lib.sweep import READY, Plan, Ready
from lib.text import counted, duration, sentence
from lib.ui import runs
from lib.ui.address import change, page_value, set_page_value, set_page_values
from lib.ui.linked import Linked, linked_buttons, set_widget
from lib.ui.session import Loaded, session
from lib.ui.text import hint, plain

SEEDS = Linked("each", ("1", "4", "8", "16"), 1, "sweep_seeds")
RELATIVE = Linked("relative", ("", "yes"), 0, "sweep_relative")


def choose(loaded: Loaded) -> Plan | None:
    """Draw the form; returns the plan, or None and says why there is none."""
    can = sweep.offered(loaded.experiment)
    pairs = (part.partition("=")[::2] for part in page_value("vary").split(";"))
    typed = {key: text for key, text in pairs if key in can}
    typed = typed or {key: VARIABLE[key]["values"] for key in can[:1]}
    st.markdown("### What varies")
    st.multiselect(
        "Settings",
        can,
        format_func=lambda key: VARIABLE[key]["label"],
        key=set_widget("sweep_keys", list(typed)),
        on_change=_write,
        help="Each value of each with each of the others; all else is as in the sidebar.",
    )
    for key, text in typed.items():
        label, options, name = VARIABLE[key]["label"], SETTINGS[key].options, f"sweep_{key}"
        if options:
            set_widget(name, [word for word in text.split(",") if word in options])
            say = partial(worded, key)
            st.multiselect(label, list(options), format_func=say, key=name, on_change=_write)
        else:
            set_widget(name, text)
            st.text_input(f"{label}, with commas between", key=name, on_change=_write)
    linked_buttons("Seeds", SEEDS.texts, SEEDS)
    plan = _plan(loaded, [f"{key}={text}" for key, text in typed.items()])
    for name, ready in READY.items():
        key, act = f"ready_{name}", partial(_take, ready)
        st.button(ready.title, key, ready.about, on_click=act, width="stretch")
    return plan


def _plan(loaded: Loaded, vary: list[str]) -> Plan | None:
    seeds, place = int(SEEDS.texts[SEEDS.index]), st.container()
    try:
        plan = sweep.make_plan(
            loaded.experiment, sweep.parse_vary(vary), seeds, session().upload.table
        )
    except ExperimentError as error:
        place.error(plain(sentence(f"This can't be swept: {error}")), icon=":material/error:")
        return None
    with place:
        seconds = sweep.estimated_seconds(plan, loaded.dataset, runs.client().places)
        many = f"{counted(len(plan.points), 'point')} × {counted(seeds, 'seed')}"
        hint(f"{many}: {plan.runs} of at most {sweep.MOST_RUNS} runs, in {duration(seconds)}.")
        for note in plan.notes[:3]:
            hint(note)
    return plan if loaded.trainable else None


def _write() -> None:
    """Write the widgets' values into the address."""
    words, keys = {}, st.session_state.get("sweep_keys")
    if keys is None:  # another run of the page has dropped it
        return
    # A click may come after other data no longer have the setting; then Streamlit gives its label.
    for key in (key for key in keys if key in VARIABLE):
        said = st.session_state.get(f"sweep_{key}", VARIABLE[key]["values"])
        words[key] = said if isinstance(said, str) else ",".join(said)
    set_page_value("vary", ";".join(f"{key}={text}" for key, text in words.items()))


def _take(ready: Ready) -> None:
    """Show a ready sweep, and set all settings to it."""
    base = sweep.base_of(ready.data, ready.settings)
    change({key: base.get(key) for key in SETTINGS if key != "seeds"})
    own = {"vary": ";".join(ready.vary), "each": f"{ready.seeds}", "ready": ready.name}
    own["relative"] = RELATIVE.texts[ready.relative]
    set_page_values({**own, "sweep": "", "at": ""})
