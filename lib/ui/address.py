"""The session's experiment: read from the URL once, owned by the widgets, written back to the URL.

A setting's widget has the setting's URL key as its key. The chosen columns have none: see
`lib.ui.settings`. The session's `address` is the truth, since Streamlit forgets a widget's value
when its page is left.

A page may have keys of its own in the address, such as the Shapes page's stack, and names them when
it calls `frame`. They stand in that page's address alone, and are remembered while the person is
elsewhere. The keys of SHARED are every page's own.

Some pages (OWN) set what they are about by themselves, scene by scene: see `lib.ui.stage`. What the
person had before is kept meanwhile, stands in the links that lead away, and is there again when
they follow one.

What we write names the data, and leaves out what changes nothing there. An address that says
nothing opens the first data. One without data that says something was written before all of them
named theirs, and has those that were the first then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import streamlit as st

from lib.data import DATASETS, FIRST, KINDS, idle, suggested
from lib.experiment import SETTINGS, Experiment, read_query, to_query
from lib.ui.session import Mine, Query, session
from lib.ui.streamlit_private.script import is_history_navigation

COLUMNS = ("inputs", "targets", "types")
"""The settings that no widget holds: they are in the session's experiment alone."""
SHARED = ("pace", "epoch")
"""How fast runs are shown, and the epoch that all pictures are about: alike on every page."""
LATE = 20
"""How many addresses the browser may be behind."""
OWN = frozenset({"Gallery", "Guide", "Present"})
"""The pages that set the experiment by themselves."""
EVERYWHERE = ""
"""What stands for a page where the value of a shared key is kept."""


def begin(page: str, own_keys: Sequence[str] = ()) -> None:
    """Find the experiment for this script run of `page`; call before any widget of the sidebar.

    The address is read when the session starts, and again when it changes without us: by the
    browser's Back button, or by a link of another experiment that is opened in this tab. On
    another page the widgets are new ones, and are set to what the person had.
    """
    record = session().address
    address = {key: st.query_params.get_all(key) for key in st.query_params}
    if record.page in OWN and page != record.page:
        leave_scene()
    if page in OWN and record.page not in OWN:
        record.mine = _mine() if record.page else Mine(suggested(FIRST), None, "")
    record.opened = ""
    # An address that was ours a moment ago is no new one: a run of the page that we ask for has the
    # newest at once, and what a busy browser had asked for before it followed still comes, with an
    # older one. Unless Back was pressed, which the browser says.
    if (
        not record.page
        or is_history_navigation()
        or address not in (*record.ours, record.asked, query(page))
    ):
        _open(address, page, own_keys)
    elif page != record.page:
        if page not in OWN and record.mine:
            come_back_to(record.mine)
        _adopt(record.experiment)
        record.complaints, record.ours, record.widgets = [], [address], set()
        record.opened = "bare"
    if page not in OWN:
        record.mine = None
    record.page, record.asked = page, address


def _mine() -> Mine:
    return Mine(session().address.experiment, session().run.id, page_value("epoch"))


def leave_scene() -> None:
    """Note what the scene on the stage has come to, and take it off."""
    stage, record = session().stage, session().address
    if stage.scene:
        values = record.page_values.get(record.page, {})
        kept = {key: text for key, text in values.items() if key not in record.places}
        stage.left[stage.scene] = replace(_mine(), values=kept)
    stage.scene = ""


def leave_own() -> None:
    """On a page that sets its own, be about what the person had before. For callbacks."""
    record = session().address
    if record.page in OWN and record.mine:
        leave_scene()
        come_back_to(record.mine)
        record.page = "Explore"


def come_back_to(mine: Mine) -> None:
    """Be about this again, outside of callbacks."""
    _adopt(mine.experiment)
    session().run.id = mine.run_id
    _set_own({**mine.values, "epoch": mine.epoch})


def _set_own(values: Mapping[str, str]) -> None:
    """Let the page's own values be these, and those that say which scene it is."""
    record = session().address
    own = record.page_values.get(record.page, {})
    for key in {"epoch", *own.keys()} - {*record.places}:
        set_page_value(key, "")
    for key, text in values.items():
        set_page_value(key, text)


def put(setup: Query, places: Sequence[str]) -> None:
    """Be about what a link of data, settings and own keys says, before any widget is drawn.

    Of the page's own values so far those of the keys `places` stay. As long as nothing is changed
    the address has these alone: they stand for all that was set.
    """
    record = session().address
    name = setup.get("data", [FIRST])[-1]
    _adopt(read_query(setup, suggested(name))[0])
    session().run.id = None
    record.places = tuple(places)
    _set_own({key: setup[key][-1] for key in setup.keys() - SETTINGS.keys()})
    record.as_set = _without(whole(), record.places)


def _without(link: Query, keys: Iterable[str]) -> Query:
    return {key: texts for key, texts in link.items() if key not in keys}


def _open(address: Query, page: str, own_keys: Sequence[str]) -> None:
    """Take over the experiment, the run, and the page's own values of an address.

    Data that nobody knows are dropped, as `read_query` drops what it can check itself. What was
    dropped or brought into range becomes a complaint; what changes nothing isn't worth one.
    """
    says = address.keys() & {*SETTINGS, "run", "epoch", *own_keys}
    session().address.opened = "data" if "data" in says else "bare"
    name = address["data"][-1] if "data" in says else Experiment().data.name if says else FIRST
    unknown = [] if name in DATASETS else [f"The link's data, {name[:24]!r}, aren't known here."]
    base = suggested(FIRST if unknown else name)
    ignored = {"data", *idle(base)}
    asked = {key: texts for key, texts in address.items() if key not in ignored}
    types = asked.get("types", [])
    if odd := [each for each in types if each.rpartition(":")[2] not in KINDS]:
        asked["types"] = [each for each in types if each not in odd]
        unknown.append(f"The link's types={odd[0][:24]} isn't a column:kind of {', '.join(KINDS)}.")
    at_most = DATASETS[base.data.name].at_most
    experiment, complaints = read_query(asked, base, at_most)
    _adopt(experiment)
    session().stage.scene = ""  # its settings don't hold any more
    session().run.id = address["run"][-1] if "run" in address else None
    record = session().address
    record.complaints = unknown + complaints
    said = {key: texts[-1] for key, texts in address.items() if any(texts)}
    for place, keys in ((page, own_keys), (EVERYWHERE, SHARED)):
        record.page_values[place] = {key: said[key] for key in keys if key in said}
    record.ours = [address]
    # Written anew, an address that Back leads to would be a place that Back can't get past.
    record.kept = (address, query(page)) if is_history_navigation() or not says else None


def _adopt(experiment: Experiment, keys: Iterable[str] = SETTINGS) -> None:
    """Make this the session's experiment, and set the widgets of these settings to it."""
    session().address.experiment = experiment
    for key in keys:
        if key not in COLUMNS:
            st.session_state[key] = experiment.get(key)


def picking(name: str) -> dict[str, Any]:
    """The settings that change with a choice of dataset `name`, by key: to what suits it.

    What suited the one before is taken back; what a person has set otherwise stays.
    """
    before = DATASETS[session().address.experiment.data.name].suggested
    suited = {**fitting(before, {}), **DATASETS[name].suggested}
    return {**suited, "data": name, **dict.fromkeys(COLUMNS, ())}


def fitting(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What suits new data, by key, without all that a link or the person has set.

    `before` is what suited the data before, which is taken back.
    """
    usual = {key: before.get(key, SETTINGS[key].default) for key in {**before, **now}}
    return {
        key: now.get(key, SETTINGS[key].default)
        for key, value in usual.items()
        if drawn().get(key) == value
    }


def change(values: Mapping[str, Any]) -> None:
    """Change settings, by key. For callbacks: widgets may be set there."""
    if "data" in values:  # other data have another run, of which no epoch has been picked
        set_page_value("epoch", "")
    _adopt(session().address.experiment.set(**values), values)


def seed_widget(key: str) -> Any:
    """Give a widget that is about to be drawn its value, where Streamlit has forgotten it.

    Returns the value, to be given to the widget as its default as well. Streamlit tells a browser
    of a value that was set here only once. One that mounts a widget later than that, since its code
    was still on the way or the page has run again by then, takes the widget's default, and sends it
    with the next click: without this all sliders were at their minimum then.
    """
    record, state = session().address, st.session_state
    if key not in record.widgets or state.get(key) is None:
        state[key] = record.experiment.get(key)
        record.widgets.add(key)
    return state[key]


def leave_undrawn(keys: Iterable[str]) -> None:
    """Keep what the widgets of these settings say, which aren't drawn in this run."""
    record = session().address
    if not record.widgets.isdisjoint(keys):
        record.experiment = drawn()
        record.widgets -= {*keys}


def drawn() -> Experiment:
    """The experiment as the widgets say, also those that are drawn later in this run.

    Those of this page alone: under the key of one that another page has, Streamlit (1.67) goes back
    to what was set there before it was first drawn.
    """
    record, state = session().address, st.session_state
    values = {key: state[key] for key in record.widgets if state.get(key) is not None}
    return record.experiment.set(**values)


def finish() -> None:
    """Take over what the widgets now say; call after the last widget of the sidebar."""
    session().address.experiment = drawn()
    write_address()


def page_value(key: str) -> str:
    """The value of one of this page's own keys in the address; "" where it has none."""
    return _values().get(key, "")


def _values(page: str = "") -> dict[str, str]:
    """All of a page's own keys with their values; without `page` those of the one that is open."""
    kept = session().address.page_values
    return {**kept.get(EVERYWHERE, {}), **kept.get(page or session().address.page, {})}


def set_page_value(key: str, text: str) -> None:
    """Set one of this page's own keys; "" takes it out. Outside of callbacks `write_address`."""
    if text != page_value(key):
        record = session().address
        kept = record.page_values.setdefault(EVERYWHERE if key in SHARED else record.page, {})
        kept.pop(key, None)
        if text:
            kept[key] = text


def set_page_values(values: Mapping[str, str]) -> None:
    """Set own keys, and the address, in the callback of a part of the page that runs alone."""
    for key, text in values.items():
        set_page_value(key, text)
    write_address()


def whole() -> Query:
    """All that the open page is about, which an address may leave to a scene."""
    return query_of(session().address.experiment, session().run.id, _values())


def query(page: str = "") -> Query:
    """What the address of a page, else the open one, must say to open this experiment and run."""
    record, values = session().address, _values(page)
    leads_away = page not in ("", record.page)
    if leads_away and page in OWN:  # it sets it anew
        return {key: [text] for key, text in values.items() if key not in SHARED}
    mine = record.mine if leads_away else None
    if mine is None:
        link = query_of(record.experiment, session().run.id, values)
        is_as_set = record.page in OWN and _without(link, record.places) == record.as_set
        return _without(link, record.as_set) if is_as_set else link
    values = {**values, "epoch": mine.epoch}
    return query_of(mine.experiment, mine.run_id, {k: text for k, text in values.items() if text})


def query_of(experiment: Experiment, run_id: str | None, values: Mapping[str, str]) -> Query:
    """The same of any experiment, its run if it has one, and a page's own keys.

    The data come first; then settings where they aren't what the data suggest.
    """
    texts = {**_settings(experiment), **({"run": run_id} if run_id else {}), **values}
    return {key: [text] if isinstance(text, str) else text for key, text in texts.items()}


@lru_cache(maxsize=64)
def _settings(experiment: Experiment) -> dict[str, str | list[str]]:
    """Found once for all links of a page."""
    name, unused = experiment.data.name, idle(experiment)
    changed = to_query(experiment, suggested(name))
    return {"data": name} | {key: text for key, text in changed.items() if key not in unused}


def write_address() -> None:
    """Bring the browser's address up to date, where it opens something else."""
    record, wanted = session().address, query()
    address = record.ours[-1]
    if (address, wanted) != record.kept and address != wanted:
        st.query_params.from_dict(wanted)
        record.ours = [*record.ours[1 - LATE :], wanted]
