"""Files on their way from a browser to a page: who holds their bytes, how many, and how long.

Streamlit keeps each file that is uploaded in memory, and twice while it arrives, until its session
ends, whether or not a page takes it. Here a middleware receives the bytes instead, within a limit
for each session and one for the server. Streamlit gets a short text in their place, a ticket, for
which a page takes the bytes, once. Bytes that no page takes are dropped after a minute. Of a file
beyond a limit the bytes are dropped as they come, and the ticket is for a sentence that says why.

Where a server runs without the middleware, or under another address, the file itself comes, as
Streamlit keeps it.
"""

import asyncio
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex
from threading import Lock
from typing import Any

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.memory import total_memory
from lib.ui.streamlit_private.server import UPLOADS
from lib.uploads import MAX_BYTES, UploadError

SESSION_BYTES = 2 * MAX_BYTES
"""What one session's files may have together that arrive or wait to be taken."""
SERVER_BYTES = max(MAX_BYTES, min(4 * MAX_BYTES, total_memory() // 6))
"""The same of all sessions of the server."""
UNTAKEN_SECONDS = 60.0
"""How long bytes wait for a page to take them: it does so within a second or two."""
IDLE_SECONDS = 60.0
"""How long a browser may send nothing of a file."""
MOST_BODY = 106 * 10**6
"""Bytes of a request at most: a file of 100 of Streamlit's MB, 2^20 bytes each, and its head."""
MOST_TICKETS = 1000
_MARK = b"unrolled ticket "


@dataclass(slots=True, eq=False)
class _File:
    session: str
    size: int
    """Bytes that are held, or expected; 0 of a file that was refused."""
    since: float
    content: bytes | None = None
    """None as long as it arrives."""
    error: str = ""
    """Why there is no content."""


class Incoming:
    """The bytes that arrive, or wait for a page, by ticket. Safe to use from any thread."""

    def __init__(
        self,
        session_bytes: int = SESSION_BYTES,
        server_bytes: int = SERVER_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = session_bytes, server_bytes
        self._clock = clock
        self._lock = Lock()
        self._files: dict[bytes, _File] = {}

    def expect(self, session: str, size: int) -> tuple[bytes, bool]:
        """A ticket for a file of so many bytes, and whether there is room for them."""
        self.drop_old()
        with self._lock:
            file = _File(session, size, self._clock())
            others = [each for each in self._files.values() if each.session == session]
            for kept, most, word in (
                (others, self._most[0], "session_full"),
                (self._files.values(), self._most[1], "server_full"),
            ):
                total = size + sum(each.size for each in kept)
                if total > most and not file.error:
                    file.error = f"{UploadError.of(word, total=total / 1e6, most=most / 1e6)}"
            file.size *= not file.error
            ticket = _MARK + token_hex(16).encode()
            self._files[ticket] = file
            return ticket, not file.error

    def arrived(self, ticket: bytes, content: bytes) -> None:
        """Hold the bytes of a file until a page takes them."""
        with self._lock:
            if (file := self._files.get(ticket)) is not None:
                file.content, file.size, file.since = content, len(content), self._clock()

    def drop(self, ticket: bytes) -> None:
        """Forget a file that doesn't come."""
        with self._lock:
            self._files.pop(ticket, None)

    def take(self, content: bytes) -> bytes | None:
        """The bytes for a ticket, or those of a file that is none; None for one taken before.

        Raises UploadError, with a sentence, for a file that was refused, or dropped.
        """
        if not content.startswith(_MARK):
            return content
        self.drop_old()
        with self._lock:
            file = self._files.pop(content, None)
        if file is not None and file.error:
            raise UploadError(file.error)
        return file.content if file is not None else None

    @property
    def held(self) -> int:
        """Bytes that are held or expected."""
        with self._lock:
            return sum(file.size for file in self._files.values())

    def drop_old(self) -> None:
        """Drop bytes that nobody has taken, and the oldest sentences of more than MOST_TICKETS."""
        since = self._clock() - UNTAKEN_SECONDS
        with self._lock:
            for file in self._files.values():
                if file.content is not None and file.since < since:
                    file.content, file.size = None, 0
                    file.error = f"{UploadError.of('untaken')}"
            refused = [ticket for ticket, file in self._files.items() if file.error]
            for ticket in refused[:-MOST_TICKETS]:
                del self._files[ticket]


INCOMING = Incoming()
"""Those of this server."""


def take(file: Any) -> tuple[str, bytes] | None:
    """The name and the bytes of what a file widget holds; None where they were taken before.

    Raises UploadError, with a sentence, for a file that was refused.
    """
    if not hasattr(file, "getvalue"):  # nothing, or a file whose session was away too long
        return None
    content = INCOMING.take(file.getvalue())
    return None if content is None else (file.name, content)


class Upload:
    """The middleware: gives Streamlit a ticket where a browser sends a file."""

    def __init__(self, app: ASGIApp, incoming: Incoming = INCOMING) -> None:
        self._app, self._incoming = app, incoming

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        is_put = scope["type"] == "http" and scope["method"] == "PUT"
        path = UPLOADS.search(scope["path"]) if is_put and UPLOADS else None
        headers = dict(scope["headers"]) if path else {}
        size = headers.get(b"content-length", b"")
        if path is None or (size.isdigit() and int(size) > MOST_BODY):  # Streamlit refuses it
            await self._app(scope, receive, send)
        elif not size.isdigit():
            await PlainTextResponse("A file of a known size was expected.", 411)(
                scope, receive, send
            )
        else:
            try:
                answer = await self._receive(path[1], int(size), scope, receive)
            except FormParserError:
                answer = None
            except (ConnectionError, TimeoutError):
                return
            if answer is None:
                await PlainTextResponse("A form with one file was expected.", 400)(
                    scope, receive, send
                )
            for message in answer or ():
                await send(message)

    async def _receive(
        self, session: str, size: int, scope: Scope, receive: Receive
    ) -> list[Message]:
        """Receive a file; returns Streamlit's answer to its ticket.

        Streamlit checks whose request it is before more than the file's first bytes are read.
        """
        part, goes_on = _Part(dict(scope["headers"]).get(b"content-type", b"")), True
        while not part.has_head and goes_on:
            piece, goes_on = await _read(receive)
            part.write(piece)
        ticket, has_room = self._incoming.expect(session, size)
        is_there = False
        try:
            answer = await self._exchange(scope, part.with_content(ticket))
            if answer[0]["status"] < 300:
                while goes_on:
                    piece, goes_on = await _read(receive)
                    if has_room:
                        part.write(piece)
                if has_room:
                    self._incoming.arrived(ticket, part.content.getvalue())
                    loop = asyncio.get_running_loop()
                    loop.call_later(UNTAKEN_SECONDS + 1, self._incoming.drop_old)
                is_there = True
        finally:
            if not is_there:
                self._incoming.drop(ticket)
        return answer

    async def _exchange(self, scope: Scope, body: bytes) -> list[Message]:
        """What Streamlit answers to the same request with another body."""
        answer: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            answer.append(message)

        others = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
        length = (b"content-length", f"{len(body)}".encode())
        await self._app({**scope, "headers": [*others, length]}, receive, send)
        return answer


async def _read(receive: Receive) -> tuple[bytes, bool]:
    """The next bytes of a request's body, and whether others follow.

    Raises ConnectionError where the browser has gone, and TimeoutError where it sends nothing.
    """
    message = await asyncio.wait_for(receive(), IDLE_SECONDS)
    if message["type"] != "http.request":
        raise ConnectionError("the browser has gone")
    return message.get("body", b""), message.get("more_body", False)


class _Part:
    """A form with a single part, a file, as it arrives. Raises FormParserError for other bodies."""

    def __init__(self, content_type: bytes) -> None:
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if boundary is None:
            raise FormParserError("a form in parts was expected")
        self._boundary = boundary
        self._headers: list[list[bytes]] = []
        self.has_head = False
        self.content = io.BytesIO()
        handlers: Any = {
            "on_header_begin": lambda: self._headers.append([b"", b""]),
            "on_header_field": lambda data, start, end: self._add(0, data[start:end]),
            "on_header_value": lambda data, start, end: self._add(1, data[start:end]),
            "on_headers_finished": self._end_head,
            "on_part_data": lambda data, start, end: self.content.write(data[start:end]),
        }
        self.write = MultipartParser(self._boundary, handlers).write

    def with_content(self, content: bytes) -> bytes:
        """The same form with this in place of what is in the file."""
        line = b"--" + self._boundary
        head = b"".join(name + b": " + value + b"\r\n" for name, value in self._headers)
        return line + b"\r\n" + head + b"\r\n" + content + b"\r\n" + line + b"--\r\n"

    def _add(self, place: int, piece: bytes) -> None:
        self._headers[-1][place] += piece

    def _end_head(self) -> None:
        if self.has_head:
            raise FormParserError("one part was expected")
        self.has_head = True
