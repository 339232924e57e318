"""Uploads between the browser and a page: a middleware limits how much may wait, and for how long.

Streamlit keeps the bytes of each uploaded file in memory until its session ends, whether or not a
page reads them. Here a middleware receives the file instead, into a temporary file (Starlette's
form parser writes what exceeds 1 MB to disk). Streamlit gets a short text, a ticket, in its place.
A page exchanges the ticket for the bytes, once; then the temporary file is gone. A file that no
page takes is dropped after a minute. For one that comes too slowly or exceeds a limit Streamlit
gets a sentence that says so.

Where a server runs without the middleware, Streamlit keeps the file itself, as usual.
"""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from secrets import token_hex
from threading import Lock
from typing import Any

from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.data import MAX_BYTES, UploadError, total_memory

UPLOADS = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")
"""The path to which browsers send files, with the session's id in it (Streamlit 1.67). At another
path Streamlit receives them itself, as without the middleware."""
SESSION_BYTES = 2 * MAX_BYTES
"""Bytes of one session's files that may have arrived and wait for a page."""
SERVER_BYTES = max(MAX_BYTES, min(4 * MAX_BYTES, total_memory() // 6))
"""The same for all sessions of the server."""
SECONDS = 60.0
"""A file may pause so long while it arrives, and wait so long for a page to take it."""
LEAST_RATE = 10**6 / 60
"""Bytes a second that must arrive beyond SECONDS."""
MOST_BODY = 106 * 10**6
"""Bytes of a request at most: a file of 100 of Streamlit's MB, 2^20 bytes each, and its head."""
MOST_HEAD = 2**16
"""Most bytes before the file in a request."""
MOST_DROPPED = 1000
"""So many dropped files are remembered, to say that they were dropped."""
_FULL = (
    "The files that you have sent would have {total:,.0f} MB together, and at most {most:,.0f} MB "
    "of one visitor's are held at a time. Send one after the other, or reload the page.",
    "The files that people are sending would have {total:,.0f} MB together, and at most "
    "{most:,.0f} MB are held at a time. Try again in a minute.",
)
"""Why a file is refused that is too much for its session, or for the server."""
_TICKET, _REFUSED = b"unrolled ticket ", b"unrolled refused "
_END = b"\r\n\r\n"


@dataclass(slots=True, eq=False)
class _File:
    session: str
    since: float
    size: int = 0
    """Bytes that have arrived."""
    upload: UploadFile | None = None
    """None until the whole file has arrived."""


class Incoming:
    """Files that arrive or wait for a page, by ticket. Safe to use from any thread."""

    def __init__(
        self,
        session_bytes: int = SESSION_BYTES,
        server_bytes: int = SERVER_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = session_bytes, server_bytes
        self.clock = clock
        self._lock = Lock()
        self._files: dict[bytes, _File] = {}
        self._dropped: list[bytes] = []

    def expect(self, session: str) -> bytes:
        """Return a ticket for a file that begins to arrive."""
        self.drop_old()
        ticket = _TICKET + token_hex(16).encode()
        with self._lock:
            self._files[ticket] = _File(session, self.clock())
        return ticket

    def count(self, ticket: bytes, size: int) -> None:
        """Count bytes as they arrive. Raises UploadError beyond the limits."""
        with self._lock:
            file, files = self._files[ticket], self._files.values()
            mine = sum(each.size for each in files if each.session == file.session)
            totals = mine, sum(each.size for each in files)
            for total, most, message in zip(totals, self._most, _FULL, strict=True):
                if (total := total + size) > most:
                    raise UploadError(message.format(total=total / 1e6, most=most / 1e6))
            file.size += size

    def arrived(self, ticket: bytes, upload: UploadFile) -> None:
        """Hold a file until a page takes it."""
        with self._lock:
            file = self._files[ticket]
            file.upload, file.size, file.since = upload, upload.size or 0, self.clock()

    def forget(self, ticket: bytes) -> None:
        """Forget a file that doesn't come."""
        with self._lock:
            self._files.pop(ticket, None)

    def take(self, content: bytes) -> bytes | None:
        """Return the bytes for a ticket; None where they were taken before.

        Content that is no ticket is returned as it is: the file came without the middleware. Raises
        UploadError, with a sentence, for a file that was refused or dropped.
        """
        if content.startswith(_REFUSED):
            raise UploadError(content.removeprefix(_REFUSED).decode())
        if not content.startswith(_TICKET):
            return content
        self.drop_old()
        with self._lock:
            if content in self._dropped:
                raise UploadError(
                    "The file arrived, but the page didn't read it within a minute. Send it again."
                )
            file = self._files.pop(content, None)
        if file is None or file.upload is None:
            return None
        with file.upload.file as opened:
            return opened.read()

    def drop_old(self) -> None:
        """Drop files that no page has taken for SECONDS."""
        oldest = self.clock() - SECONDS
        with self._lock:
            for ticket, file in [*self._files.items()]:
                if file.upload is not None and file.since < oldest:
                    file.upload.file.close()
                    del self._files[ticket]
                    self._dropped = [*self._dropped[1 - MOST_DROPPED :], ticket]


INCOMING = Incoming()
"""Those of this server."""


def take(file: Any) -> tuple[str, bytes] | None:
    """Return the name and the bytes of a file widget's value; None where they were taken before.

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
        path = UPLOADS.search(scope["path"]) if is_put else None
        length = Headers(raw=list(scope["headers"])).get("content-length", "") if path else ""
        if path is None or (length.isdecimal() and int(length) > MOST_BODY):
            await self._app(scope, receive, send)  # Streamlit refuses what says it is too large
            return
        ticket, upload = self._incoming.expect(path[1]), None
        pieces, head = self._pieces(receive), b""
        try:
            while _END not in head and len(head) < MOST_HEAD:
                head += await anext(pieces, _END)
            # Streamlit checks whose request it is before the rest is read.
            answer = await self._exchange(scope, head, ticket)
            if answer[0]["status"] < 300:
                try:
                    upload = await self._receive(ticket, scope, head, pieces)
                except UploadError as error:
                    refused = _REFUSED + f"{error}".encode()
                    answer = await self._exchange(scope, head, refused)
            for message in answer:
                await send(message)
        except HTTPException as error:
            await PlainTextResponse(error.detail, error.status_code)(scope, receive, send)
        except (ConnectionError, TimeoutError):
            return
        finally:
            if upload is None:
                self._incoming.forget(ticket)

    async def _receive(
        self, ticket: bytes, scope: Scope, head: bytes, pieces: AsyncGenerator[bytes, None]
    ) -> UploadFile:
        """Receive the only file of a form.

        Raises UploadError for one that is refused, HTTPException for another body, and
        ConnectionError.
        """
        unread = [head]

        async def counted() -> Message:
            piece = unread.pop() if unread else await anext(pieces, None)
            self._incoming.count(ticket, len(piece or b""))
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

        try:
            try:
                # With its app in the scope, Starlette raises HTTPException for a broken form.
                request = Request({**scope, "app": self._app}, counted)
                (upload,) = (await request.form(max_files=1, max_fields=0)).values() or ("",)
            except UploadError:
                self._incoming.forget(ticket)
                async for _ in pieces:  # browsers expect no answer before they have sent all
                    pass
                raise
        except TimeoutError:
            raise UploadError(
                f"The file came too slowly: at least {LEAST_RATE * 60 / 1e6:g} MB a minute are "
                "needed. Send a smaller file, or try again over a faster connection."
            ) from None
        if not isinstance(upload, UploadFile):
            raise HTTPException(400, "A form with one file was expected.")
        self._incoming.arrived(ticket, upload)
        asyncio.get_running_loop().call_later(SECONDS + 1, self._incoming.drop_old)
        return upload

    async def _pieces(self, receive: Receive) -> AsyncGenerator[bytes, None]:
        """A request's body.

        Raises ConnectionError, TimeoutError where it comes too slowly, and HTTPException where it
        is longer than one file may be, which not every request says beforehand.
        """
        begin, size, goes_on = self._incoming.clock(), 0, True
        while goes_on:
            left = begin + SECONDS + size / LEAST_RATE - self._incoming.clock()
            message = await asyncio.wait_for(receive(), min(SECONDS, left))
            if message["type"] != "http.request":
                raise ConnectionError("the browser has gone")
            piece, goes_on = message.get("body", b""), message.get("more_body", False)
            size += len(piece)
            if size > MOST_BODY:
                raise HTTPException(413, "The file is too large.")
            yield piece

    async def _exchange(self, scope: Scope, head: bytes, content: bytes) -> list[Message]:
        """Return Streamlit's answer to the same request with another content of the file."""
        answer: list[Message] = []
        boundary, _, _ = head.partition(b"\r\n")
        body = head.partition(_END)[0] + _END + content + b"\r\n" + boundary + b"--\r\n"

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            answer.append(message)

        others = [pair for pair in scope["headers"] if pair[0] != b"content-length"]
        length = (b"content-length", f"{len(body)}".encode())
        await self._app({**scope, "headers": [*others, length]}, receive, send)
        return answer
