"""Chromium, a server for the whole run, and a page that may not show errors of any kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browser.chromium import FLAGS, find
from tests.browser.server import Server, serve

PATIENCE = 20_000
"""Milliseconds that a test waits for what is to come, on a machine that may be busy."""
expect.set_options(timeout=PATIENCE)
GONE_AWAY = re.compile(
    r"^ *Exception in ASGI application\n *Traceback (?:(?!Exception in).*\n)*?"
    r".*Disconnected: Cannot call \"send\" once a close message has been sent\.$",
    re.MULTILINE,
)
PROBE = re.compile(r"/\w+/_stcore/(health|host-config)$")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """For pytest-playwright: the Chromium that is here, headless."""
    path = find()
    assert path, "no browser: `make test` installs one, or set $CHROMIUM"
    return {"executable_path": path, "args": list(FLAGS)}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on a port of its own, shared by the tests, as visitors share it."""
    log: Path = tmp_path_factory.mktemp("server") / "log.txt"
    with serve(log) as running:
        yield running
    # When a browser goes away at the wrong moment, Starlette says so, with a traceback.
    said = GONE_AWAY.sub("", log.read_text())
    assert "Traceback" not in said, said


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A page in a browser that has never been here. It must end without errors."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=server.url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    errors: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # On a deep link Streamlit's own client asks for these below the page before the root.
        probe = PROBE.search(message.location.get("url", ""))
        if message.type == "error" and not probe:
            errors.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    tracebacks = page.get_by_test_id("stException").all_inner_texts()
    context.close()
    assert not tracebacks, tracebacks
    assert not errors, errors
