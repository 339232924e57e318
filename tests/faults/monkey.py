"""Random users who press, move, type and open everything, from a seed.

Sessions without a browser (`tests.session`) look for exceptions, empty or unresponsive pages, and
sessions that rerun in a loop. Each finding has the user's last steps. A seed repeats the actions;
their effects also depend on the machine.
"""

import asyncio
import time

from tests.faults.wishes import LIMIT, Visitor, wish
from tests.session import WIDGETS, Session

SHOW_ERRORS = ("STREAMLIT_CLIENT_SHOW_ERROR_DETAILS", "full")
"""In a server's environment: pages show what was raised, and where."""
RUNS, RUNS_PER_SECOND = 6, 1.5
"""How often a page may run as a whole after a single wish, and in each second after it."""


class Tab(Session):
    """A session that can use everything on its page, and counts its script runs."""

    finished, runs = 0, 0
    """Runs that have ended, also those of fragments; those of the whole page that have begun."""

    def _on_new_session(self, message):
        super()._on_new_session(message)
        self.runs += not self._run_fragments

    def _on_script_finished(self, message):
        super()._on_script_finished(message)
        self.finished += 1
        there = {getattr(element, kind).id for element, _, kind in self._widgets_shown()}
        there |= {*self._folded.values()}
        self._widgets = {name: held for name, held in self._widgets.items() if name in there}

    def _widgets_shown(self):
        """Return each widget's element, its fragment, and its kind."""
        shown = [(of, fragment, of.WhichOneof("type")) for of, fragment, _ in self._shown.values()]
        return [each for each in shown if each[2] in WIDGETS]

    async def goes(self, visitor):
        """Follow a link, return to an earlier address of this page, or open an expander."""
        links = [e.page_link for e in self.elements("page_link") if e.page_link.page_script_hash]
        if links and visitor.likes(0.6):
            link = visitor.one_of(links)
            visitor.does(f"follows {link.label}: {link.query_string}")
            self._page, self.query = link.page_script_hash, link.query_string
            await self.rerun()
        elif self._folded and visitor.likes(0.5):
            words = visitor.one_of(self._folded)
            visitor.does(f"opens {words}")
            self._widgets[self._folded[words]] = ("bool_value", True)
            await self.rerun()
        else:
            self.query = visitor.address()[1]
            visitor.does(f"goes to ?{self.query}")
            await self.rerun(is_history_navigation=visitor.likes(0.5))

    async def touches(self, visitor):
        """Move, press, choose or fill in one of the page's widgets."""
        shown = [
            (fragment, kind, getattr(element, kind))
            for element, fragment, kind in self._widgets_shown()
            if not getattr(element, kind).disabled
        ]
        if not shown:
            return await self.goes(visitor)
        fragment, kind, widget = visitor.one_of(shown)
        held = wish(visitor, kind, widget)
        visitor.does(f"{kind} {widget.label!r}: {held[1]!r}")
        self._widgets[widget.id] = held
        return await self.rerun(fragment_id=fragment)


async def wander(server, visitor, end):
    """Visit pages without a browser until `end` on `time.monotonic`."""
    while time.monotonic() < end:
        page, query = visitor.address()
        visitor.does(f"opens /{page}?{query}")
        try:
            async with asyncio.timeout(4 * LIMIT), Tab(server.url, query, page) as tab:
                await stay(tab, visitor, end)
        except Exception as error:  # whatever it is, the others go on, and so does this one
            visitor.found(f"{type(error).__name__}: {error}")
        await asyncio.sleep(visitor.number(0, 5))


async def stay(tab, visitor, end):
    """Perform some actions, a few in quick succession, and check the page."""
    for _ in range(int(visitor.rng.integers(1, 40))):
        before, runs, start = tab.finished, tab.runs, time.monotonic()
        await (tab.goes if visitor.likes(0.2) else tab.touches)(visitor)
        if visitor.likes(0.3):  # the next thing at once
            await asyncio.sleep(visitor.number(0, 0.2))
            continue
        await tab.until(lambda n=before: tab.finished > n, LIMIT)
        await asyncio.sleep(visitor.number(0, 6))
        visitor.saw(tab.query)
        seconds, count = time.monotonic() - start, tab.runs - runs
        if count > RUNS + RUNS_PER_SECOND * seconds:
            visitor.found(f"{count} runs of the page in {seconds:.1f} s")
        if tab.errors or not tab.text.strip():
            visitor.found("; ".join(tab.errors) or "an empty page")
            return
        if time.monotonic() > end:
            return


async def let_loose(server, seed, seconds, sessions=4):
    """Run some users for some seconds; return their findings."""
    findings, runs, end = [], [], time.monotonic() + seconds
    visitors = [Visitor(f"session {k}", [seed, k], runs, findings) for k in range(sessions)]
    await asyncio.gather(*(wander(server, visitor, end) for visitor in visitors))
    print(", ".join(f"{visitor.name}: {visitor.count} steps" for visitor in visitors), flush=True)
    return findings
