"""What a page says of a run that has ended badly, and what it offers then."""

from __future__ import annotations

from lib.results.run import Status
from tests.app.test_cell import seen
from tests.app.test_pages import start
from tests.fake_client import FakeClient


def test_a_run_that_diverged_says_what_to_try(client: FakeClient) -> None:
    """In the engine's words, which `tests/agreement` hold to a run that really does."""
    app = start()
    app.button(key="do_train").click().run()
    (run,) = client.runs.values()
    client.set(run, Status.DIVERGED, reason="The loss is no number. Lower the learning rate.")
    app.run()
    assert not app.exception
    assert "Lower the learning rate" in seen(app)


def test_who_watches_a_run_on_a_file_is_told_whether_its_rows_are_shared(
    client: FakeClient,
) -> None:
    """The sidebar's settings can't be had without it, so Train is dimmed."""
    owner = start(data="upload", T="8")
    rows = "".join(f"{n % 7},{n % 5}\n" for n in range(100))
    owner.file_uploader(key="upload_file").set_value(("own.csv", f"a,b\n{rows}".encode(), ""))
    owner.run()
    owner.button(key="do_train").click().run()
    (run,) = client.runs
    watcher = start(data="upload", T="8", run=run)
    assert not watcher.exception
    assert "You are watching a run that another browser started" in seen(watcher)
    assert "keeps its file's rows" in seen(watcher)
    for name in ("train", "pause", "stop"):
        assert watcher.button(key=f"do_{name}").disabled
    assert not owner.run().button(key="do_stop").disabled
    owner.toggle(key="share_rows").set_value(True).run()
    assert "shares its file's rows" in seen(watcher.run())


def test_the_worked_example_says_before_training_how_low_its_error_can_get() -> None:
    """Raw targets of 101 to 208 can't be reached: the page shows the floor and says why."""
    app = start(data="worked_raw", optimizer="adam", lr="0.1", batch="2", epochs="3000")
    assert not app.exception
    text = " ".join(each.value for each in app.markdown)
    text += " ".join(each.proto.body for each in app.get("html"))
    assert "26,109" in text
    assert "out of reach" in text


def test_a_link_to_a_dataset_brings_its_suggested_settings() -> None:
    """`?data=seattle` is enough: its timesteps and units, and a recorded run of them."""
    app = start(data="seattle")
    assert (app.slider(key="T").value, app.slider(key="U").value) == (24, 32)
    assert "-badge[example]" in app.get("progress")[0].proto.text


def test_nonsense_in_the_address_is_dropped() -> None:
    """Unknown keys and values of no use are ignored, numbers out of range are clamped."""
    link = {"T": "99999", "U": "abc", "mode": "x", "colour": "red", "lr": "nan", "inputs": "q"}
    app = start(data="nothing", **link)
    assert not app.exception
    assert (app.slider(key="T").value, app.slider(key="U").value) == (100, 16)
    strip = " ".join(each.proto.body for each in app.get("html"))
    assert "(N, 100, 3)" in strip
    assert "colour" not in app.query_params
