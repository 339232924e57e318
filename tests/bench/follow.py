"""The cost of an audience that follows a talk: one presenter and thirty browsers.

`python -m tests.bench.follow [--followers N]` prints one JSON object:

- `scene_reaches_all_s`, `scene_reaches_all_median_s`: the seconds from the presenter's click until
  the last follower has the whole scene, for the slowest click and for the median click.
- `processor_share_changing`, `processor_share_idle`: the fraction of a processor that the Streamlit
  process uses while the scene changes every ten seconds, and while nothing changes.

The sessions use Streamlit's protocol without a browser (`tests.session`).
"""

import argparse
import asyncio
import contextlib
import json
import re
import statistics
import time

from tests.bench.figures import cpu_seconds, wait_for_idle
from tests.browser.server import serve
from tests.session import Session

FOLLOW = re.compile(r"follow=\w+")  # the link for the audience, in the page's text
EVERY_SECONDS = 10.0  # the time between two scenes
SCENES, IDLE_SECONDS = 6, 20.0


async def wait_for_scene(followers, place):
    """Wait until all followers have drawn the scene with this number, from 1."""
    text = f"Following the presenter, scene {place} of"
    await asyncio.gather(*(s.until(lambda s=s: text in s.text) for s in followers))


def share(server, before, start):
    """Return the fraction of a processor that the page process has used since `start`."""
    return (cpu_seconds([server.process]) - before) / (time.perf_counter() - start)


async def measure(count):
    """Return the measurements for a number of followers."""
    waits = []
    with serve() as server:
        async with contextlib.AsyncExitStack() as stack:
            presenter = await stack.enter_async_context(Session(server.url, "present=1"))
            await presenter.until(lambda: presenter.elements("link_button"))
            await presenter.click("Follow me")
            await presenter.until(lambda: FOLLOW.search(presenter.text))
            query = f"present=1&{FOLLOW.findall(presenter.text)[-1]}"
            followers = [
                await stack.enter_async_context(Session(server.url, query)) for _ in range(count)
            ]
            await asyncio.to_thread(wait_for_idle, server.children)
            for s in followers:
                await s.until(lambda s=s: "Following the presenter" in s.text)
            await asyncio.sleep(3)
            before, start = cpu_seconds([server.process]), time.perf_counter()
            await asyncio.sleep(IDLE_SECONDS)
            idle = share(server, before, start)
            before, start = cpu_seconds([server.process]), time.perf_counter()
            for number in range(SCENES):
                clicked = time.perf_counter()
                waiting = asyncio.create_task(wait_for_scene(followers, number + 2))
                await presenter.click("Next")
                await waiting
                waits.append(time.perf_counter() - clicked)
                await asyncio.sleep(EVERY_SECONDS - waits[-1])
            changing = share(server, before, start)
    return {
        "followers": count,
        "scene_reaches_all_s": round(max(waits), 2),
        "scene_reaches_all_median_s": round(statistics.median(waits), 2),
        "processor_share_idle": round(idle, 4),
        "processor_share_changing": round(changing, 4),
    }


def main():
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--followers", type=int, default=30)
    print(json.dumps(asyncio.run(measure(parser.parse_args().followers))))


if __name__ == "__main__":
    main()
