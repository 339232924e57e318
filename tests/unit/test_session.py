"""What a session remembers: its address, whose a run is, and which browser asks. No page is drawn.

Streamlit's session, address and cookies are stood in for by plain dicts.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from lib.datasets import DATASETS, suggested
from lib.experiment import Experiment
from lib.ui import address, browser, runs, session
from tests.fake_client import FakeClient
from tests.unit.pictures import a_dataset


class Address(dict[str, list[str]]):
    """The browser's address, as `st.query_params` has it."""

    def get_all(self, key: str) -> list[str]:
        """Every value of a key."""
        return self[key]

    def from_dict(self, query: dict[str, list[str]]) -> None:
        """Another address."""
        self.clear()
        self.update(query)


class Streamlit(SimpleNamespace):
    """One session: what it keeps, its address, and its browser's cookies."""

    def __init__(self, **address: list[str]) -> None:
        cookies: dict[str, str] = {}
        super().__init__(
            session_state={},
            query_params=Address(address),
            context=SimpleNamespace(cookies=cookies),
        )

    @property
    def memory(self) -> session.Session:
        """What is remembered of it; it has to be its turn."""
        return session.session()


@pytest.fixture
def enter(monkeypatch):
    """`enter(tab)`: from now on it is this session's turn."""

    def turn(tab: Streamlit) -> Streamlit:
        for module in (address, session, browser):
            monkeypatch.setattr(module, "st", tab)
        return tab

    return turn


def run_page(page: str = "Explore") -> Experiment:
    """One run of a page's script, as far as the address goes."""
    address.begin(page)
    return address.finish()


def run_page_with_run() -> None:
    """The same, as far as the session's run goes too."""
    address.begin("Explore")
    runs.refresh_run()
    address.finish()


# The address


def test_a_link_opens_its_experiment_and_its_run(enter):
    """What a link doesn't say is what its dataset suggests; nonsense in it is dropped."""
    tab = enter(Streamlit(data=["seattle"], U=["8"], T=["many"], cell=["gru"], run=["r7"], x=["?"]))
    experiment = run_page()
    assert experiment == suggested("seattle").set(U=8, cell="gru")
    assert tab.memory.run.id == "r7"
    assert tab.query_params == {"data": ["seattle"], "U": ["8"], "cell": ["gru"], "run": ["r7"]}


def test_a_moved_widget_is_in_the_address_and_the_address_is_taken_as_ours(enter):
    """When the browser has followed, nothing is opened anew."""
    tab = enter(Streamlit())
    run_page()
    tab.session_state["T"] = 20
    assert run_page().data.timesteps == 20
    assert tab.query_params == {"T": ["20"]}
    tab.session_state["U"] = 5
    assert run_page() == Experiment().set(T=20, U=5)


def test_an_address_that_lags_behind_takes_nothing_back(enter):
    """The script may run again before the browser says what was written to it."""
    tab = enter(Streamlit())
    run_page()
    tab.session_state["T"] = 20
    run_page()
    tab.query_params.clear()
    assert run_page().data.timesteps == 20


def test_back_opens_the_experiment_from_before(enter, monkeypatch):
    """The same address, seen again, and the browser says that it was gone back to."""
    tab = enter(Streamlit())
    run_page()
    tab.session_state["T"] = 20
    run_page()
    monkeypatch.setattr(address, "moved_in_history", lambda: True)
    tab.query_params.from_dict({})
    assert run_page() == Experiment()


def test_another_link_in_the_same_tab_is_opened(enter):
    """Whatever the widgets said before."""
    tab = enter(Streamlit(T=["20"]))
    run_page()
    tab.query_params.from_dict({"data": ["gapminder"]})
    assert run_page() == suggested("gapminder")


def test_settings_stay_when_the_page_changes(enter):
    """Streamlit forgets the widgets of a page that is left."""
    tab = enter(Streamlit(T=["20"], units=["x"]))
    before = run_page("Explore")
    for key in ("T", "U", "mode"):
        del tab.session_state[key]
    assert run_page("Data") == before
    assert tab.session_state["T"] == 20


def test_picking_data_brings_what_suits_it_and_leaves_what_a_person_set(enter):
    """And takes back what suited the data from before."""
    tab = enter(Streamlit())
    run_page()
    tab.session_state["cell"] = "gru"
    address.pick("seattle")
    experiment = run_page()
    assert experiment == suggested("seattle").set(cell="gru", F=Experiment().data.features)
    address.pick("running_mean")
    assert run_page() == Experiment().set(cell="gru")


def test_a_link_to_what_a_dataset_suggests_is_short(enter):
    """Only the dataset's name stands in it, for every dataset."""
    for name in DATASETS:
        enter(Streamlit(data=[name]))
        run_page()
        assert address.query() == ({} if name == Experiment().data.name else {"data": [name]})


# Whose a run is


@pytest.fixture
def worker(monkeypatch):
    """A server on which nobody has trained yet."""
    fake, owners = FakeClient(), {}
    monkeypatch.setattr(runs, "client", lambda: fake)
    monkeypatch.setattr(runs, "_owners", lambda: owners)
    return fake


def session_of(browser_name: str | None) -> Streamlit:
    """A new session of this browser; None is one without a cookie."""
    tab = Streamlit()
    if browser_name:
        tab.context.cookies[browser.COOKIE] = cookie(browser_name.encode(), b"\1\2\3\4")
    return tab


def test_only_the_browser_that_started_a_run_may_steer_it(enter, worker):
    """In its first session, and in another one after a reload; others watch."""
    enter(session_of("anna"))
    run_page()
    run = runs.train(Experiment(), a_dataset())
    assert runs.may_steer(run)
    assert runs.current_run()[0] is run

    enter(session_of("anna"))
    assert runs.may_steer(run)

    for other in ("berta", None):
        tab = enter(session_of(other))
        run_page()
        tab.memory.run.id = run.id
        assert not runs.may_steer(run)
        runs.leave()
        assert worker.calls == []
        assert runs.current_run() is None


@pytest.mark.usefixtures("worker")
def test_without_cookies_a_run_belongs_to_its_session_alone(enter):
    """Two browsers without a name aren't the same browser."""
    enter(session_of(None))
    run_page()
    run = runs.train(Experiment(), a_dataset())
    assert runs.may_steer(run)
    enter(session_of(None))
    assert not runs.may_steer(run)


def test_a_new_run_takes_the_place_of_the_one_before(enter, worker):
    """It is stopped, and the address names the new one."""
    tab = enter(session_of("anna"))
    run_page()
    first = runs.train(Experiment(), a_dataset())
    second = runs.train(Experiment(), a_dataset())
    assert worker.calls == [("stop", first.id)]
    assert tab.query_params["run"] == [second.id]
    runs.leave()
    assert worker.calls == [("stop", first.id), ("stop", second.id)]
    assert "run" not in tab.query_params


@pytest.mark.usefixtures("worker")
def test_a_run_that_is_gone_leaves_the_address(enter):
    """After a restart of the server nobody knows it; that is said, once."""
    tab = enter(Streamlit(run=["long gone"]))
    run_page_with_run()
    assert runs.current_run() is None
    assert "run" not in tab.query_params
    run_page_with_run()
    assert tab.memory.address.complaints == [runs.GONE]


def test_of_a_run_that_was_started_here_no_link_is_blamed(enter, worker):
    """It is forgotten after some hours, and no link was opened."""
    tab = enter(session_of("anna"))
    run_page()
    run = runs.train(Experiment(), a_dataset())
    worker.runs.clear()
    run_page_with_run()
    assert runs.current_run() is None
    assert run.id in tab.memory.run.started
    assert tab.memory.address.complaints == []


@pytest.mark.usefixtures("worker")
def test_a_run_is_one_of_these_settings_and_this_upload(enter):
    """Two files may have the same settings, and another browser's file is never this one's."""
    tab = enter(session_of("anna"))
    run_page()
    mine, later = object(), object()
    tab.memory.upload.table = mine
    own = Experiment().set(data="upload")
    run = runs.train(own, a_dataset())
    assert runs.is_run_of(run, own, mine)
    assert not runs.is_run_of(run, own, later)
    assert not runs.is_run_of(run, own.set(T=5), mine)
    assert runs.table_of_run() is mine
    made = runs.train(Experiment(), a_dataset())
    assert runs.is_run_of(made, Experiment(), None)

    tab = enter(session_of("berta"))
    tab.memory.run.id = run.id
    assert not runs.is_run_of(run, own, mine)
    assert runs.table_of_run() is None


# Which browser it is


def cookie(token: bytes, mask: bytes) -> str:
    """A token as Tornado's cookies of version 2 carry it, masked."""
    masked = bytes(byte ^ mask[i % len(mask)] for i, byte in enumerate(token))
    return f"2|{mask.hex()}|{masked.hex()}|1700000000"


def test_a_browser_is_known_by_its_cookie_however_it_is_masked(enter):
    """The mask is another one at each load."""
    tab = enter(Streamlit())
    for mask in (b"\1\2\3\4", b"\xff\0\x7f\x80"):
        tab.context.cookies[browser.COOKIE] = cookie(b"anna's token", mask)
        assert browser.browser_id() == b"anna's token".hex()
    tab.context.cookies[browser.COOKIE] = cookie(b"berta's token", b"\1\2\3\4")
    assert browser.browser_id() == b"berta's token".hex()


def test_streamlits_own_cookie_is_read(enter):
    """Written by the installed version, twice, with another mask each time."""
    tab = enter(Streamlit())
    for _ in range(2):
        tab.context.cookies[browser.COOKIE] = generate_xsrf_token_string(b"anna's token")
        assert browser.browser_id() == b"anna's token".hex()


@pytest.mark.parametrize(
    "text", ["", "2|", "1|aa|bb|0", "2||bb|0", "2|zz|bb|0", "2|aa|b|0", "one|two|three|four|five"]
)
def test_a_cookie_of_another_form_names_nobody(enter, text):
    """Nor does a browser without one."""
    tab = enter(Streamlit())
    assert browser.browser_id() is None
    tab.context.cookies[browser.COOKIE] = text
    assert browser.browser_id() is None
