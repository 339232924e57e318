"""Uploads between the browser and a page: a middleware keeps few of them in memory, and briefly.

Streamlit (1.67) keeps a file in memory until its session ends. Here it enters the memory when there
is room for it, its browser waiting meanwhile, and leaves it once a page has taken it.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.data import MAX_BYTES, total_memory

# The path to which browsers send files (Streamlit 1.67), with the file's id in it.
UPLOADS = re.compile(r"/_stcore/upload_file/[^/]+/([^/]+)$")
# Bytes of files in memory that no page has taken; a single file may be larger.
SERVER_BYTES = max(MAX_BYTES, min(4 * MAX_BYTES, total_memory() // 6))
SECONDS = 60.0  # a file waits so long for a page to take it
_HELD = dict[str, tuple[int, Callable[[], object]]]()
"""Files in memory that no page has taken: id → bytes, and what has Streamlit drop it."""


def take(file: Any) -> tuple[str, bytes] | None:
    """Return the name and the bytes of a file widget's value; None where they were taken before."""
    if not hasattr(file, "getvalue"):  # nothing, or a file that was dropped
        return None
    content = file.getvalue()
    if held := _HELD.get(file.file_id):
        _, drop = held
        drop()
        file.truncate(0)  # the session keeps the widget's value until its next run
    return file.name, content


def hold_uploads(app: ASGIApp, most: int = SERVER_BYTES) -> ASGIApp:
    """The middleware: holds back the end of a file until there is room for it in memory."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        is_put = scope["type"] == "http" and scope["method"] == "PUT"
        path = UPLOADS.search(scope["path"]) if is_put else None
        if path is None:
            await app(scope, receive, send)
            return
        file, size, loop = path[1], 0, asyncio.get_running_loop()

        async def nothing() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def ignore(_: Message) -> None:
            pass

        async def delete() -> None:
            await app({**scope, "method": "DELETE"}, nothing, ignore)

        def drop() -> None:  # from any thread
            if _HELD.pop(file, None):
                asyncio.run_coroutine_threadsafe(delete(), loop)

        async def receive_with_room() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if message["type"] == "http.request" and not message.get("more_body"):
                while _HELD and size + sum(each for each, _ in _HELD.values()) > most:
                    await asyncio.sleep(0.1)
                _HELD[file] = size, drop
                loop.call_later(SECONDS, drop)
            return message

        await app(scope, receive_with_room, send)

    return answer
