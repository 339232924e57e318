"""Whether memory stays flat during an hour of users who come, train and leave."""

import asyncio
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.bench.figures import anonymous_mb, slope
from tests.browser.server import serve, without_known
from tests.session import Session

PERSON_SECONDS = 0.2  # between two clicks: what comes sooner is taken for the same one
PEOPLE = 8
WARM_MINUTES = 10  # after these memory has to be flat
ANSWER_SECONDS = 60.0  # what hasn't come within this has failed
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
}  # what people come with, all equally likely. Runs end within a minute by themselves
SLIDERS = {"Units": (2, 64), "Timesteps": (4, 40)}
CHANCES = (0.4, 0.3, 0.1, 0.2)  # to train, move a slider, stop, or only look
DETAILS = ("trained", "failures", "by_minute")  # for the result alone


class Person:
    """A random user who comes, changes settings, trains, leaves and returns."""

    def __init__(self, server, rng, links, failed):
        self._server, self._rng = server, rng
        self._links, self._failed = links, failed  # of everybody
        self.trained = 0

    async def live(self, end):
        """Visit repeatedly until `end` on `time.monotonic`, by settings or a run's link."""
        while time.monotonic() < end:
            query = "&".join(f"{key}={self._rng.choice(values)}" for key, values in LINKS.items())
            if self._links and self._rng.random() < 0.4:
                query = str(self._rng.choice(self._links))
            try:
                async with Session(self._server.url, query) as session:
                    await session.unfold("More")
                    await self._stay(session, end)
                    for error in session.errors:
                        self._fail("exception", query, error)
                    if session.has("failed"):
                        self._fail("failed", session.query, session.text)
            except Exception as error:  # whatever it is, the others go on, and so does this one
                self._fail(type(error).__name__, query, f"{error}")
            await asyncio.sleep(self._rng.exponential(3))

    async def _stay(self, session, end):
        """Perform a few actions, and check the page in between."""
        acts = [self._train, self._slide, self._stop, self._look]
        for _ in range(self._rng.integers(2, 12)):
            if time.monotonic() > end or session.errors or session.has("failed"):
                return
            await acts[self._rng.choice(len(acts), p=CHANCES)](session)
            await asyncio.sleep(min(PERSON_SECONDS + self._rng.exponential(3), 15))

    def _fail(self, what, query, text):
        self._failed.append(f"{what}, {query}: {' '.join(text.split())[-600:]}")

    async def _train(self, session):
        """Press Train again; a training run is stopped first."""
        await self._stop(session)
        before = session.query
        if await session.click("Train"):
            await session.until(lambda: session.query != before, ANSWER_SECONDS)
            await session.until(
                lambda: session.epoch > 0 or session.has("failed") or session.errors, ANSWER_SECONDS
            )
            self._links[:] = [*self._links, session.query][-PEOPLE:]
            self.trained += 1

    async def _slide(self, session):
        label = str(self._rng.choice(list(SLIDERS)))
        low, high = SLIDERS[label]
        await session.slide(label, int(self._rng.integers(low, high + 1)))

    async def _stop(self, session):
        if await session.click("Stop"):
            await session.until(lambda: not session.has("training"), ANSWER_SECONDS)

    async def _look(self, _):
        await asyncio.sleep(self._rng.exponential(10))


async def soak(server, minutes, log, seed=0):
    """Run `PEOPLE` users for some minutes; return memory by minute and failures."""
    links, failed, by_minute, pids = [], [], [], set()
    rngs = [np.random.default_rng([seed, number]) for number in range(PEOPLE)]
    people = [Person(server, rng, links, failed) for rng in rngs]
    start = time.monotonic()
    work = asyncio.gather(*(person.live(start + 60 * minutes) for person in people))
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
            "trained": sum(person.trained for person in people),
            "failed": len(failed),
        }
        by_minute.append(row)
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    await work
    written = without_known(log.read_text(encoding="utf-8", errors="replace"))
    return summary(by_minute, failed, written.count("Traceback"))


def summary(by_minute, failed, tracebacks):
    """Return a soak's summary; memory counts from `WARM_MINUTES`, if it took longer."""
    points = [
        (row["minute"] / 60, row["page_mb"] + row["worker_mb"])
        for row in by_minute
        if row["minute"] >= WARM_MINUTES
    ]
    grows = slope(points)
    return {
        "minutes": by_minute[-1]["minute"],
        "trained": by_minute[-1]["trained"],
        "memory_mb_warm": points[0][1] if points else None,
        "memory_mb_end": by_minute[-1]["page_mb"] + by_minute[-1]["worker_mb"],
        "memory_mb_per_hour": None if grows is None else round(grows, 1),
        "workers_replaced": by_minute[-1]["workers_so_far"] - by_minute[-1]["workers"],
        "failed": len(failed),
        "failures": failed[:20],
        "tracebacks": tracebacks,
        "by_minute": by_minute,
    }


def soak_alone(minutes):
    """Run a soak on its own server, and write the results to a file."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.txt"
        with serve(log) as server:
            return asyncio.run(soak(server, minutes, log))
