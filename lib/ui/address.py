"""A session's experiment, and the browser's address of the experiment.

`lib.ui` describes `begin`, `change` and `finish`. On pages of scenes (SCENE_PAGES), each scene sets
the experiment: see `lib.ui.stage`.

`finish` writes the name of the data, and settings that differ from the defaults. An empty address
opens the first dataset. An old link with settings but no data opens `Experiment`'s dataset.
Streamlit's `bind="query-params"` (1.67) lost values at a `page_link`, and Back skipped changes.
`persist_state` would store settings twice, since links, scenes and saved runs also set them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from lib.data import DATASETS, FIRST, suggested
from lib.experiment import SETTINGS, Experiment, read_query, to_query
from lib.ui.session import Query, Subject, session
from lib.ui.streamlit_private import is_history_navigation

MOST_OURS = 20  # addresses remembered per page, since a busy browser may send an old address
SCENE_PAGES = frozenset({"Gallery", "Guide", "Present"})
CELL_KEYS = ("sample", "layer", "model", "order", "step", "unit")  # keys of the Cell page
REMOVED = ("scale",)  # settings of old links
# A picture's keys in the address, on its own page and in scenes.
PICTURE_KEYS = ("part", *CELL_KEYS, "stack", "check", "earlier")


def begin(page: str, own_keys: Sequence[str] = ()) -> None:
    """Read a new address of `page`, also after Back or a link. Call this before any widget."""
    state, record = session(), session().address
    address = {key: st.query_params.get_all(key) for key in st.query_params}
    is_first, is_new_page = not record.page, page != record.page
    # A busy browser may send a request with an address that we wrote a moment ago. A fragment's
    # request has the address of the last request for the whole page.
    is_ours = not is_first and address in (*record.ours, record.requested, query(page))
    if is_first:
        state.own_subject = Subject(suggested(FIRST))
    if is_new_page:
        state.stage.scene = ""
        state.subject = Subject(suggested(FIRST)) if page in SCENE_PAGES else state.own_subject
    record.page, record.own_keys = page, tuple(own_keys)
    record.requested, record.opened = address, ""
    if not is_ours or is_history_navigation():
        _open(address)
    elif is_new_page:
        record.complaints, record.ours, record.opened = [], [address], "bare"


def _open(address: Query) -> None:
    """Read the experiment, run and page values of an address. Complain about unknown values."""
    record = session().address
    keys = {"epoch", *record.own_keys}
    if record.page in SCENE_PAGES:
        keys.update(PICTURE_KEYS)
    known_keys = address.keys() & {*SETTINGS, "run", *keys}
    record.opened = "data" if "data" in address else "bare"
    name = address.get("data", [Experiment().data.name if known_keys else FIRST])[-1]
    complaints = []
    if name not in DATASETS:
        unknown, name = name[:24], FIRST
        instead = f"You see {DATASETS[name].title} instead."
        complaints.append(f"The link names unknown data: {unknown!r}. {instead}")
    complaints += [f"{key} is no longer a setting." for key in REMOVED if key in address]
    base = suggested(name)
    left_out = {"data", *DATASETS[name].without_effect}
    settings = {key: texts for key, texts in address.items() if key not in left_out}
    experiment, more = read_query(settings, base)
    record.complaints = complaints + more
    session().stage.scene = ""  # the address replaces the scene's settings
    _set_subject(Subject(experiment, address.get("run", [None])[-1]))
    record.page_values |= {"": {}, record.page: {}}
    for key in {"pace", *keys} & address.keys():
        set_page_value(key, address[key][-1])
    record.ours = [address]
    # Don't rewrite an address that Back opened: the next Back would only return to this page.
    record.unchanged = (address, query()) if is_history_navigation() or not known_keys else None


def _set_subject(subject: Subject) -> None:
    session().subject = subject
    if session().address.page not in SCENE_PAGES:
        session().own_subject = subject


def leave_scenes() -> None:
    """Replace a scene by the user's own experiment and run. For use in callbacks."""
    record = session().address
    if record.page in SCENE_PAGES:
        session().stage.scene = ""
        session().subject, record.page, record.own_keys = session().own_subject, "Explore", ()


def put(setup: Query) -> Subject:
    """Apply a scene's link before any widget is drawn. The address stays short until a change."""
    subject = Subject(read_query(setup, suggested(setup.get("data", [FIRST])[-1]))[0])
    _set_subject(subject)
    for key in setup.keys() - SETTINGS.keys() - {"run"}:
        set_page_value(key, setup[key][-1])
    subject.as_set = _of_scene(whole())
    subject.run_id = setup.get("run", [None])[-1]
    return subject


def _of_scene(link: Query) -> Query:
    """Return a link without the keys that identify its scene."""
    return {key: texts for key, texts in link.items() if key not in session().address.own_keys}


def picking(name: str) -> dict[str, Any]:
    """Return the settings to change, by key, when the user picks the dataset `name`."""
    resets = fitting(DATASETS[session().subject.experiment.data.name].suggested, {})
    own: dict[str, Any] = {"data": name, "inputs": (), "targets": (), "types": ()}
    usual = suggested(name).training
    if session().subject.experiment.training.activation != usual.activation:
        own["loss"] = usual.loss
    return {**resets, **DATASETS[name].suggested, **own}


def fitting(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Replace suggestions `before` by `now`: return new values of settings the user hasn't set."""
    default = {key: SETTINGS[key].default for key in (*before, *now)}
    current = session().subject.experiment.get
    unset = [key for key in default if current(key) == before.get(key, default[key])]
    return {key: now.get(key, default[key]) for key in unset}


def change(values: Mapping[str, Any]) -> None:
    """Change settings, by key."""
    if "data" in values:  # the picked epoch belongs to the previous data's run
        set_page_value("epoch", "")
    session().subject.experiment = session().subject.experiment.set(**values)


def finish() -> None:
    """Write the experiment, the run and the page's own keys into the address if they changed."""
    record, wanted = session().address, query()
    address = record.ours[-1]
    if (address, wanted) != record.unchanged and address != wanted:
        st.query_params.from_dict(wanted)
        record.ours = [*record.ours[1 - MOST_OURS :], wanted]


def page_value(key: str) -> str:
    """Return the value of one of this page's own keys, "" if the address has none."""
    return _values(session().address.page, session().subject).get(key, "")


def _values(page: str, subject: Subject) -> dict[str, str]:
    by_page = session().address.page_values  # "" has the pace, which all pages share
    return {**by_page.get("", {}), **subject.values, **by_page.get(page, {})}


def set_page_value(key: str, text: str) -> None:
    """Set one of this page's own keys; "" removes it. Outside callbacks, call `finish` next."""
    record, page = session().address, "" if key == "pace" else session().address.page
    of_page = record.page_values.setdefault(page, {})
    of_scene = page in SCENE_PAGES and key not in record.own_keys
    values = session().subject.values if key == "epoch" or of_scene else of_page
    values[key] = text
    if not text:
        del values[key]


def set_page_values(values: Mapping[str, str]) -> None:
    """Set this page's own keys and write the address. For use in a fragment's callbacks."""
    for key, text in values.items():
        set_page_value(key, text)
    finish()


def whole() -> Query:
    """Return the open page's experiment, run and values as a full link."""
    subject = session().subject
    return query_of(subject.experiment, subject.run_id, _values(session().address.page, subject))


def query(page: str = "") -> Query:
    """Return the address that opens a page with this experiment and run; "" is the open page."""
    record = session().address
    if page in ("", record.page):
        link, as_set = whole(), session().subject.as_set
        if record.page in SCENE_PAGES and _of_scene(link) == as_set:  # the scene is unchanged
            return {key: texts for key, texts in link.items() if key not in as_set}
        return link
    if page in SCENE_PAGES:  # its scenes set the experiment
        return {key: [text] for key, text in record.page_values.get(page, {}).items()}
    own = session().own_subject
    return query_of(own.experiment, own.run_id, _values(page, own))


def query_of(experiment: Experiment, run_id: str | None, values: Mapping[str, str]) -> Query:
    """Return the address of an experiment, its run if any, and a page's own keys."""
    name = experiment.data.name
    settings = to_query(experiment, suggested(name))  # without suggested values
    left_out = DATASETS[name].without_effect | ({"U"} if experiment.model.head == "none" else set())
    used = {key: text for key, text in settings.items() if key not in left_out}
    texts = {"data": name, **used, **({"run": run_id} if run_id else {}), **values}
    return {key: [text] if isinstance(text, str) else text for key, text in texts.items()}
