"""Files that browsers send: their bytes are held within limits, and a page takes them once."""

import asyncio

import pytest

from lib.data import UploadError
from lib.ui.incoming import MOST_BODY, SECONDS, Incoming, Upload
from tests.clock import Clock

PATH = "/base/_stcore/upload_file/session/file"
FILE = b"a,b\r\n1,2\r\n" * 5000


class Streamlit:
    """Takes what the middleware passes on, and answers with a status."""

    def __init__(self, status=204):
        self.status, self.body, self.headers = status, b"", dict[bytes, bytes]()

    async def __call__(self, scope, receive, send):
        """Read the body and answer."""
        self.headers, self.body, more = dict(scope["headers"]), b"", True
        while more:
            message = await receive()
            self.body, more = self.body + message["body"], message.get("more_body", False)
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    @property
    def content(self):
        """What is in the file that it was sent."""
        return self.body.partition(b"\r\n\r\n")[2].rpartition(b"\r\n--B--")[0]


def body_of(content, name="mine.csv"):
    """A form with a file, as browsers send it."""
    head = f'--B\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\n'
    return head.encode() + b"Content-Type: text/csv\r\n\r\n" + content + b"\r\n--B--\r\n"


def put(app, incoming, body, *, leaves=False, size=20_000, path=PATH, length=None, clock=None):
    """Send a body in pieces; returns the status, 0 where the browser `leaves` before its end.

    With a clock a minute passes before each piece.
    """
    pieces = [body[:7], *(body[start : start + size] for start in range(7, len(body), size))]
    messages = [
        {"type": "http.request", "body": piece, "more_body": k < len(pieces) - 1}
        for k, piece in enumerate(pieces)
    ]
    if leaves:
        messages[-1] = {"type": "http.disconnect"}
    sent = []

    async def receive():
        if clock:
            clock.forward(59)
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    headers = [(b"content-type", b"multipart/form-data; boundary=B"), (b"cookie", b"x")]
    headers.append((b"content-length", length or f"{len(body)}".encode()))
    scope = {"type": "http", "method": "PUT", "path": path, "headers": headers}
    asyncio.run(Upload(app, incoming)(scope, receive, send))
    return sent[0]["status"] if sent else 0


def test_streamlit_gets_a_ticket_and_a_page_the_bytes_once():
    """With the file's own name and type, which Streamlit checks; and all else as it came."""
    app, incoming = Streamlit(), Incoming()
    assert put(app, incoming, body_of(FILE, "métro.csv")) == 204
    assert 'filename="métro.csv"\r\nContent-Type: text/csv\r\n\r\n'.encode() in app.body
    assert len(app.content) < 60
    assert app.headers[b"content-length"] == f"{len(app.body)}".encode()
    assert app.headers[b"cookie"] == b"x"
    assert incoming.take(app.content) == FILE
    assert incoming.take(app.content) is None
    assert incoming.take(FILE) == FILE  # a file that came without the middleware


@pytest.mark.parametrize(
    ("most", "path"), [((1.5, 9.0), PATH), ((9.0, 1.5), PATH.replace("/session/", "/other/"))]
)
def test_what_is_beyond_a_limit_is_dropped_and_the_page_is_told_why(most, path):
    """Of a session or of the server. The browser is answered as ever, so that the page says it."""
    app, incoming = Streamlit(), Incoming(*(int(each * len(FILE)) for each in most))
    put(app, incoming, body_of(FILE))
    first = app.content
    assert put(app, incoming, body_of(FILE), path=path) == 204
    with pytest.raises(UploadError, match=r"together, and at most"):
        incoming.take(app.content)
    assert incoming.take(first) == FILE
    put(app, incoming, body_of(FILE))
    assert incoming.take(app.content) == FILE


def test_bytes_that_no_page_takes_are_dropped():
    """After a while: they make room for others, and a page that comes late is told."""
    app, clock = Streamlit(), Clock()
    incoming = Incoming(int(1.5 * len(FILE)), 10**6, clock.now)
    put(app, incoming, body_of(FILE))
    late = app.content
    clock.forward(SECONDS + 1)
    put(app, incoming, body_of(FILE))
    assert incoming.take(app.content) == FILE
    with pytest.raises(UploadError, match="within a minute"):
        incoming.take(late)


def test_bytes_count_when_they_have_arrived():
    """An announced size takes no room from others, and a refused file leaves none taken."""
    incoming, app = Incoming(2 * len(FILE), int(1.5 * len(FILE))), Streamlit()
    slow = incoming.expect("slow")
    put(app, incoming, body_of(FILE), length=f"{MOST_BODY}".encode())
    assert incoming.take(app.content) == FILE
    incoming.count(slow, len(FILE))
    put(app, incoming, body_of(FILE))
    with pytest.raises(UploadError, match="together, and at most"):
        incoming.take(app.content)


def test_a_file_that_trickles_is_refused_with_a_sentence():
    """It has a minute at any rate, then so many bytes a second; a large one gets its time."""
    app, clock = Streamlit(), Clock()
    incoming = Incoming(clock=clock.now)
    assert put(app, incoming, body_of(FILE), size=10_000, clock=clock) == 204
    assert not incoming._files
    with pytest.raises(UploadError, match="1 MB a minute"):
        incoming.take(app.content)
    large = FILE * 100
    assert put(app, incoming, body_of(large), size=1_000_000, clock=clock) == 204
    assert incoming.take(app.content) == large


def test_who_leaves_or_may_not_send_holds_nothing():
    """Streamlit is asked before more than the first bytes are read."""
    incoming = Incoming()
    assert put(Streamlit(), incoming, body_of(FILE), leaves=True) == 0
    assert put(Streamlit(403), incoming, body_of(FILE)) == 403
    assert put(Streamlit(), incoming, b"no form") == 400
    endless = body_of(bytes(MOST_BODY))
    assert put(Streamlit(), incoming, endless, length=b"x", size=10**6) == 413
    assert put(Streamlit(), incoming, body_of(FILE)[: -len("--B--\r\n")] + body_of(FILE)) == 400
    assert not incoming._files


def test_other_requests_and_files_that_streamlit_refuses_pass_by():
    """A file that says that it is too large is never read."""
    app, incoming = Streamlit(413), Incoming()
    assert put(app, incoming, b"anything", path="/_stcore/health") == 413
    assert app.body == b"anything"
    assert put(app, incoming, body_of(b"1"), length=b"200000000") == 413
    assert app.body == body_of(b"1")
    assert not incoming._files
