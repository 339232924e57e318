"""Pooled mode on Explore and in embedded cards, in AppTest."""

from tests.app.driver import address, start, text, title

LOOKS, MAXIMA = "Where attention looks", "Where the units' maxima are"


def test_a_pool_adds_a_mode_and_a_card(client):  # noqa: ARG001  No worker starts.
    """The card is there for attention and the maximum. The mean reads all steps equally."""
    app = start("Explore", data="recall_first")
    assert LOOKS not in text(app)
    for kind, card in (("attention", LOOKS), ("max", MAXIMA), ("mean", None), ("none", None)):
        app.selectbox(key="pool").set_value(kind).run()
        assert address(app).get("pool", "none") == kind
        assert ("three ways" in title(app)) == (kind != "none")
        assert [name for name in (LOOKS, MAXIMA) if name in text(app)] == [card] * bool(card)


def test_the_card_follows_sample_and_epoch(client):  # noqa: ARG001
    """A recorded run's card names the sample. At epoch 0, it isn't trained yet."""
    query = {"data": "recall_first", "mode": "last", "T": 40, "epochs": 100, "seeds": 8}
    app = start("Explore", pool="attention", **query)
    assert "step 40 of 40 has the largest weight: 4.3%" in text(app)
    (slider,) = [each for each in app.select_slider if each.key.startswith("sample_")]
    assert "241 (validation): step 1 0.32%" in text(app)
    slider.set_value(1).run()
    assert "241 (validation): step 1 0.32%" not in text(app)
    early = start("Explore", pool="attention", epoch=0, **query)
    assert "On average, step 40" not in text(early)


def test_an_embedded_card_needs_a_pool_with_a_picture(client):  # noqa: ARG001
    """For the mean, the embedded card says what to choose."""
    assert LOOKS in text(start(card="pool", data="recall_first", pool="attention"))
    assert "Pool all outputs" in text(start(card="pool", data="recall_first", pool="mean"))
