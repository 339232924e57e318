"""Sentences that change: their text is escaped."""

from streamlit.testing.v1 import AppTest


def page():
    """Draw a sentence with a number and a hostile name, and a takeaway."""
    from lib.ui.widgets import say_steadily, takeaway

    say_steadily('After 9 epochs <b>"x"</b> is off by 0.5')
    takeaway("Sequence mode is <better>.", "All figures.")


def test_sentences_are_escaped():
    """A name can't add HTML to the page."""
    app = AppTest.from_function(page, default_timeout=30).run()
    changing, takeaway = (html.proto.body for html in app.get("html"))
    assert "&lt;b&gt;&quot;x&quot;&lt;/b&gt; is off by 0.5" in changing
    assert "Sequence mode is &lt;better&gt;." in takeaway
    assert "All figures." in app.expander[0].markdown[0].value
