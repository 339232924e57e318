"""Helpers for pages in AppTest: open a link, upload a file, read the text of a page."""

import re
from html import unescape
from pathlib import Path

from streamlit.testing.v1 import AppTest

from lib.ui.explore.take import SCRIPT
from lib.ui.frame import MORE, PAGES
from lib.ui.session import KEY

APP = Path(__file__).parents[2] / "app.py"


def start(page="Explore", **query):
    """Open Explore by a link with these query parameters, then switch to the page."""
    app = _opened(query)
    app.run()
    if page != "Explore":
        app.switch_page(PAGES[page][0]).run()
    return app


def link(page, **query):
    """Open a page by a link, as the first page of a new session."""
    app = _opened(query)
    if page != "Explore":
        app.switch_page(PAGES[page][0])
    return app.run()


def _opened(query):
    """Return the app before its first run, with all settings and the script unfolded."""
    app = AppTest.from_file(APP, default_timeout=30)
    for key in (MORE, SCRIPT):
        app.session_state[key] = True
    for key, value in query.items():
        app.query_params[key] = value
    return app


def session(app):
    """Return the state that the app stores for the session."""
    return app.session_state[KEY]


def address(app):
    """Return the last value of each query parameter."""
    values = {key: app.query_params[key] for key in app.query_params}
    return {key: value if isinstance(value, str) else value[-1] for key, value in values.items()}


def html(app):
    """Return all HTML of the page."""
    return " ".join(element.proto.body for element in app.get("html"))


def html_text(app):
    """Return the text of the page's HTML, without tags."""
    return unescape(re.sub(r"<[^>]*>", "", html(app)))


def text(app):
    """Return the text of all Markdown, alerts, HTML and progress bars, without escapes."""
    parts = [
        each.value for kind in ("markdown", "warning", "error", "info") for each in app.get(kind)
    ]
    parts += [each.proto.text for each in app.get("progress")]
    return f"{' '.join(parts)} {html_text(app)}".replace("\\", "").replace("\xa0", " ")


def title(app):
    """Return the page's first heading."""
    heading = next(each.value for each in app.main.markdown if each.value.startswith("# "))
    return heading.removeprefix("# ").replace("\\", "")


def picture_count(app):
    """Return the number of charts and images."""
    return len(app.get("plotly_chart")) + html(app).count("<img")


def status_text(app):
    """Return the text of the progress bar: the badge of the run's status, and its progress."""
    return str(app.get("progress")[0].proto.text)


def upload_file(app, name, content):
    """Upload a file with the page's uploader for tables and saved runs."""
    uploader = next(each for each in app.file_uploader if each.key in ("upload_file", "open_file"))
    uploader.set_value((name, content, "application/octet-stream")).run()
