"""A worker is killed while users train. See also `tests/agreement/test_faults.py`."""

import asyncio

import psutil
import pytest

from tests.faults.stories import next_worker, play, stop, train, wait_for_text
from tests.session import ENDLESS, Session

KILLED = "was killed (SIGKILL"


@pytest.mark.weekly  # test_faults in tests/agreement kills a worker, too
def test_runs_continue_after_their_worker_is_killed(server):
    """Two training runs continue, and a paused run continues from its epoch once it is resumed.

    All three users see the reason.
    """

    async def story():
        paused = f"{ENDLESS}&pace=fast&seeds=1"
        async with (
            Session(server.url, ENDLESS) as one,
            Session(server.url, f"{ENDLESS}&seed=3") as other,
            Session(server.url, paused) as resting,
        ):
            await asyncio.gather(train(one), train(other), train(resting))
            await resting.click("Step")
            await resting.until(lambda: resting.has("paused"))
            epoch = resting.epoch
            (worker,) = server.workers()
            worker.kill()
            await next_worker(server, worker)
            for session in (one, other):
                await wait_for_text(session, KILLED, "again")
                await session.until(lambda s=session: s.has("training") and s.epoch > 0)
            await resting.click("Resume")
            await wait_for_text(resting, KILLED, f"This run continues from epoch {epoch}.")
            await resting.until(lambda: resting.has("training") and resting.epoch > epoch)
            await stop(one, other, resting)
            assert one.errors == other.errors == resting.errors == []
            assert not psutil.pid_exists(worker.pid)

    play(story())
