"""Uploads: files in memory are limited, and a page takes each file once."""

import asyncio

import pytest

from lib.ui import upload
from lib.ui.upload import hold_uploads, take

FILE = b"a,b\n" * 1000


class Streamlit:
    """A server that keeps files in memory by id, like Streamlit."""

    def __init__(self):
        self.files = {}

    async def __call__(self, scope, receive, send):
        """Receive or delete a file."""
        file = scope["path"].rpartition("/")[2]
        if scope["method"] == "DELETE":
            del self.files[file]
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        self.files[file] = body
        await send({"type": "http.response.start", "status": 204, "headers": []})


class Widget:
    """A file widget's value."""

    def __init__(self, streamlit, file):
        self.file_id, self.name, self.content = file, "mine.csv", streamlit.files[file]

    def getvalue(self):
        """Return the bytes."""
        return self.content

    def truncate(self, size):
        """Drop the bytes."""
        self.content = self.content[:size]


async def put(upload, name, path="/base/_stcore/upload_file/session/"):
    """Send a file in two pieces; return the responses."""
    pieces, sent = [(FILE[:7], True), (FILE[7:], False)], []

    async def receive():
        body, more = pieces.pop(0)
        return {"type": "http.request", "body": body, "more_body": more}

    async def send(message):
        sent.append(message["type"])

    await upload({"type": "http", "method": "PUT", "path": f"{path}{name}"}, receive, send)
    return sent


def test_an_upload_waits_for_memory_until_a_page_takes_another_file():
    """The page gets the file's bytes, and Streamlit frees them."""
    app = Streamlit()

    async def two_files():
        upload = hold_uploads(app, most=int(1.5 * len(FILE)))
        assert await put(upload, "one") == ["http.response.start"]
        second = asyncio.create_task(put(upload, "two"))
        await asyncio.sleep(0.2)
        assert app.files.keys() == {"one"}
        widget = Widget(app, "one")
        assert take(widget) == ("mine.csv", FILE)
        assert widget.content == b""
        await second
        await asyncio.sleep(0.05)
        assert app.files == {"two": FILE}
        take(Widget(app, "two"))
        await asyncio.sleep(0.05)

    asyncio.run(two_files())
    assert not app.files
    assert take(object()) is None  # No file is held for this widget.


@pytest.mark.parametrize("path", ["/base/_stcore/upload_file/session/", "/elsewhere/"])
def test_a_file_that_no_page_takes_is_dropped(path, monkeypatch):
    """A file that no page takes in time is dropped. Requests to other paths pass through."""
    app = Streamlit()
    monkeypatch.setattr(upload, "UNTAKEN_SECONDS", 0.05)

    async def one_file():
        await put(hold_uploads(app), "one", path)
        await asyncio.sleep(0.2)

    asyncio.run(one_file())
    assert app.files.keys() == ({"one"} if path == "/elsewhere/" else set())


def test_a_file_may_be_taken_while_sizes_are_added_up(monkeypatch):
    """A thread may take a file while another upload adds up the sizes."""
    held = {}

    class Size(int):
        """A size that, when added, makes a page take another file."""

        def __radd__(self, other):
            held.pop("two", None)
            return other + int(self)

    held |= {name: (Size(len(FILE)), lambda: None) for name in ("one", "two", "three")}
    monkeypatch.setattr(upload, "_HELD", held)
    assert asyncio.run(put(hold_uploads(Streamlit()), "four")) == ["http.response.start"]
    assert held.keys() == {"one", "three", "four"}
