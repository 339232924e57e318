"""Memory during an hour in which users come, train and leave. It should stop growing."""

import asyncio
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.bench.figures import anonymous_mb, slope
from tests.browser.server import serve, without_known
from tests.session import Session

CLICK_SECONDS = 0.2  # the minimum time between two clicks: the app counts faster clicks as one
USERS = 8
WARM_MINUTES = 10  # memory should be flat after this time
RESPONSE_SECONDS = 60.0  # a page must respond within this time
LINKS = {
    "U": (4, 8, 16, 24, 32, 48),
    "T": (8, 12, 16, 24, 32),
    "N": (160, 320, 640),
    "cell": ("lstm", "gru", "simple_rnn"),
    "layers": (1, 1, 1, 2),
    "seeds": (1, 4, 8),
    "optimizer": ("adam", "sgd", "rmsprop"),
    "data": ("running_mean", "parity", "adding", "seattle"),
    "epochs": (40, 100, 300, 1000),
    "pace": ("slow", "normal", "fast"),
}  # users open links with random values; all these runs end within a minute
SLIDERS = {"Units": (2, 64), "Timesteps": (4, 40)}  # the lowest and highest value
PROBABILITIES = (0.4, 0.3, 0.1, 0.2)  # of training, moving a slider, stopping, and only looking
DETAILS = ("trained", "failures", "by_minute")  # fields of the result that tables don't show


class User:
    """A random user who comes, changes settings, trains, leaves and returns."""

    def __init__(self, server, rng, links, failed):
        self._server, self._rng = server, rng
        self._links, self._failed = links, failed  # lists that all users share
        self.trained = 0  # the number of runs that have trained

    async def live(self, end):
        """Visit links to new settings or to users' runs, until `end` on `time.monotonic`."""
        while time.monotonic() < end:
            query = "&".join(f"{key}={self._rng.choice(values)}" for key, values in LINKS.items())
            if self._links and self._rng.random() < 0.4:
                query = str(self._rng.choice(self._links))
            try:
                async with Session(self._server.url, query) as session:
                    await session.unfold("More")
                    await self._use_page(session, end)
                    for error in session.errors:
                        self._fail("exception", query, error)
                    if session.has("failed"):
                        self._fail("failed", session.query, session.text)
            except Exception as error:  # an error ends neither this user's visits nor others'
                self._fail(type(error).__name__, query, f"{error}")
            await asyncio.sleep(self._rng.exponential(3))

    async def _use_page(self, session, end):
        """Perform a few actions, and check the page in between."""
        acts = [self._train, self._slide, self._stop, self._look]
        for _ in range(self._rng.integers(2, 12)):
            if time.monotonic() > end or session.errors or session.has("failed"):
                return
            await acts[self._rng.choice(len(acts), p=PROBABILITIES)](session)
            await asyncio.sleep(min(CLICK_SECONDS + self._rng.exponential(3), 15))

    def _fail(self, kind, query, text):
        self._failed.append(f"{kind}, {query}: {' '.join(text.split())[-600:]}")

    async def _train(self, session):
        """Stop a training run, press Train, and wait for the first epoch."""
        await self._stop(session)
        before = session.query
        if await session.click("Train"):
            await session.until(lambda: session.query != before, RESPONSE_SECONDS)
            await session.until(
                lambda: session.epoch > 0 or session.has("failed") or session.errors,
                RESPONSE_SECONDS,
            )
            self._links[:] = [*self._links, session.query][-USERS:]
            self.trained += 1

    async def _slide(self, session):
        label = str(self._rng.choice(list(SLIDERS)))
        low, high = SLIDERS[label]
        await session.slide(label, int(self._rng.integers(low, high + 1)))

    async def _stop(self, session):
        if await session.click("Stop"):
            await session.until(lambda: not session.has("training"), RESPONSE_SECONDS)

    async def _look(self, _):
        await asyncio.sleep(self._rng.exponential(10))


async def soak(server, minutes, log, seed=0):
    """Let random users use a server for some minutes; return the `summary`."""
    links, failed, by_minute, pids = [], [], [], set()
    rngs = [np.random.default_rng([seed, number]) for number in range(USERS)]
    users = [User(server, rng, links, failed) for rng in rngs]
    start = time.monotonic()
    work = asyncio.gather(*(user.live(start + 60 * minutes) for user in users))
    while not work.done():
        end = start + 60 * (len(by_minute) + 1)
        while not work.done() and time.monotonic() < end:
            await asyncio.wait([work], timeout=1)
            now = {worker.pid for worker in server.workers()}
            pids |= now
        row = {
            "minute": round((time.monotonic() - start) / 60, 2),
            "page_mb": round(anonymous_mb([server.process])),
            "worker_mb": round(anonymous_mb(server.children())),
            "workers": len(now),
            "workers_so_far": len(pids),
            "trained": sum(user.trained for user in users),
            "failed": len(failed),
        }
        by_minute.append(row)
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    await work
    written = without_known(log.read_text(encoding="utf-8", errors="replace"))
    return summary(by_minute, failed, written.count("Traceback"))


def summary(by_minute, failed, tracebacks):
    """Return a soak's results. The growth of memory is measured after `WARM_MINUTES`."""
    points = [
        (row["minute"] / 60, row["page_mb"] + row["worker_mb"])
        for row in by_minute
        if row["minute"] >= WARM_MINUTES
    ]
    growth = slope(points)
    return {
        "minutes": by_minute[-1]["minute"],
        "trained": by_minute[-1]["trained"],
        "memory_mb_warm": points[0][1] if points else None,
        "memory_mb_end": by_minute[-1]["page_mb"] + by_minute[-1]["worker_mb"],
        "memory_mb_per_hour": None if growth is None else round(growth, 1),
        "workers_replaced": by_minute[-1]["workers_so_far"] - by_minute[-1]["workers"],
        "failed": len(failed),
        "failures": failed[:20],
        "tracebacks": tracebacks,
        "by_minute": by_minute,
    }


def soak_alone(minutes):
    """Run a soak on its own server; return the results."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.txt"
        with serve(log) as server:
            return asyncio.run(soak(server, minutes, log))
