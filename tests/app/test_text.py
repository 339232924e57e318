"""Sentences that change: their space never changes, and their text is escaped."""

from streamlit.testing.v1 import AppTest


def page():
    """Draw a sentence with a number and a hostile name, and a takeaway with its longest text."""
    from lib.ui.widgets import say_steadily, takeaway

    say_steadily('After 9 epochs <b>"x"</b> is off by 0.5')
    takeaway("Sequence mode is <better>.", "All figures.", longest="Last-step mode is better.")


def test_a_sentence_reserves_the_space_of_its_longest_wording():
    """An HTML attribute has the longest wording, escaped. Screen readers ignore the attribute."""
    app = AppTest.from_function(page, default_timeout=30).run()
    changing, takeaway = (html.proto.body for html in app.get("html"))
    assert "&lt;b&gt;&quot;x&quot;&lt;/b&gt; is off by 0.5" in changing
    assert 'data-longest="After 9 epochs' in changing
    assert "10⁻⁸" in changing
    assert 'data-longest="Last-step mode is better."' in takeaway
    assert "Sequence mode is &lt;better&gt;." in takeaway
    assert "All figures." in app.expander[0].markdown[0].value
