"""A link to a run on an upload: others see the run only if its owner shares it."""

import pytest

from lib.ui import runs, sweeps
from lib.ui.frame import PAGES
from lib.ui.session import KEY
from lib.ui.shown import NOT_SHARED
from lib.ui.views import VIEWS
from tests.app.driver import start
from tests.app.test_sweep import sweep

FILE = "zqfile"
NAMES = (FILE, "zqcolumn", "zqtext", "zqday", "1987")
"""Names, texts and the year in the file. No page contains them for another reason."""
QUERY = {"data": "upload", "T": "8"}
LINK = {**QUERY, "run": "r0"}


@pytest.fixture
def owner(monkeypatch):
    """Return the page of a session that has uploaded a file and trained the run "r0" on it."""
    monkeypatch.setattr(runs, "_RECORDS", {})
    days = [f"1987-{1 + i // 28:02}-{1 + i % 28:02},zqtext{i % 3},{i}" for i in range(160)]
    content = "\n".join(["zqday,zqkind,zqcolumn", *days]).encode()
    app = start(**QUERY)
    app.file_uploader(key="upload_file").set_value((f"{FILE}.csv", content, "text/csv")).run()
    return app.button(key="do_train").click().run()


def seen(app):
    """Return which NAMES occur in what a page has sent."""
    parts = []

    def walk(node):
        parts.append(f"{getattr(node, 'proto', '')}")
        for child in getattr(node, "children", {}).values():
            walk(child)

    for root in (app.main, app.sidebar):
        walk(root)
    return {name for name in NAMES if name in "\n".join(parts)}


def test_a_stranger_sees_nothing_of_the_run_on_any_page(owner):
    """A note says that the owner hasn't shared the run. The page shows an example instead."""
    assert {FILE, "zqcolumn", "1987"} <= seen(owner)
    pages = [start(name, **LINK) for name in PAGES]
    pages += [start("Explore", **LINK, card=view) for view in VIEWS]
    for app in [*pages, start("Compare", runs="r0")]:
        assert not seen(app), app.query_params
    assert any(NOT_SHARED in each.value for each in start(**LINK).warning)


def test_the_owner_can_share_the_run_and_hide_it_again(owner):
    """Only the owner's page has the switch. The switch is off at first."""
    stranger = start(**LINK)
    assert "share_run" not in {each.key for each in stranger.toggle}
    owner.toggle(key="share_run").set_value(True).run()
    for page in ("Explore", "Data", "Cell"):
        assert "1987" in seen(start(page, **LINK))
    assert "1987" in seen(stranger.run())
    owner.toggle(key="share_run").set_value(False).run()
    assert not seen(start(**LINK))


def test_a_stranger_sees_no_sweep_on_an_upload(owner, monkeypatch):
    """A link to the sweep shows a recorded sweep, and a note."""
    monkeypatch.setattr(sweeps, "_SWEEPS", {})
    record = runs.RunRecord("owner", owner.session_state[KEY].upload.table, is_listed=False)
    ready = next(iter(sweeps.READY.values()))
    runner = sweeps.Runner(ready.plan, runs.client(), done=ready.recorded)
    sweeps._SWEEPS["a"] = sweeps.Sweep("a", runner, FILE, record)
    stranger = sweep(**QUERY, sweep="a")
    assert FILE not in seen(stranger)
    assert any("another user's file" in each.value for each in stranger.warning)
    monkeypatch.setattr(runs, "browser_id", lambda: "owner")
    assert FILE in seen(stranger.run())
