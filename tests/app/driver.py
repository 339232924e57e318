"""How a test drives a page in AppTest: open it by a link, press, give a file, read what it says."""

import re
from html import unescape
from pathlib import Path

from streamlit.testing.v1 import AppTest

from lib.ui.explore.take import SCRIPT
from lib.ui.frame import MORE, PAGES
from lib.ui.session import KEY

APP = Path(__file__).parents[2] / "app.py"


def start(page="Explore", **query):
    """A page, opened by a link with these query parameters, in a session that saw Explore first."""
    app = _opened(query)
    app.run()
    if page != "Explore":
        app.switch_page(PAGES[page][0]).run()
    return app


def link(page, **query):
    """A page, opened by a link, as the first of a new session."""
    app = _opened(query)
    if page != "Explore":
        app.switch_page(PAGES[page][0])
    return app.run()


def _opened(query):
    """The app before its first run; more settings and the script are unfolded."""
    app = AppTest.from_file(APP, default_timeout=30)
    for folded in (MORE, SCRIPT):
        app.session_state[folded] = True
    for key, value in query.items():
        app.query_params[key] = value
    return app


def session(app):
    """What the session remembers."""
    return app.session_state[KEY]


def address(app):
    """The query parameters; of each the last value."""
    return {
        key: text if isinstance(text, str) else text[-1]
        for key, text in ((key, app.query_params[key]) for key in app.query_params)
    }


def html(app):
    """All that the page has written as HTML."""
    return " ".join(element.proto.body for element in app.get("html"))


def seen(app):
    """The sentences that the page has written as HTML, without tags."""
    return unescape(re.sub(r"<[^>]*>", "", html(app)))


def text(app):
    """All that the page says, in Markdown, alerts, HTML and progress bars, without their marks."""
    parts = [
        each.value for kind in ("markdown", "warning", "error", "info") for each in app.get(kind)
    ]
    parts += [each.proto.text for each in app.get("progress")]
    return f"{' '.join(parts)} {seen(app)}".replace("\\", "").replace("\xa0", " ")


def title(app):
    """The page's first heading."""
    heading = next(each.value for each in app.main.markdown if each.value.startswith("# "))
    return heading.removeprefix("# ").replace("\\", "")


def pictures(app):
    """How many charts and images the page has."""
    return len(app.get("plotly_chart")) + html(app).count("<img")


def bar(app):
    """What the progress bar says: the run's badge, and how far it is."""
    return str(app.get("progress")[0].proto.text)


def give(app, name, content):
    """Give the page a file by its uploader, not by that for models."""
    uploader = next(each for each in app.file_uploader if "model_file" not in each.key)
    uploader.set_value((name, content, "application/octet-stream")).run()
