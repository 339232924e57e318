"""Random users who press, move, type and open everything.

Sessions without a browser (`tests.session`) look for exceptions, empty or unresponsive pages, and
sessions that rerun in a loop. Each finding has the user's last steps. A seed repeats the actions,
but their effects also depend on the machine.
"""

import asyncio
import time

from tests.faults.visitor import LIMIT, Visitor, random_value
from tests.session import WIDGETS, Session

SHOW_ERRORS = ("STREAMLIT_CLIENT_SHOW_ERROR_DETAILS", "full")
"""An environment variable of the server: pages show exceptions with their tracebacks."""
RUNS, RUNS_PER_SECOND = 6, 1.5
"""The full script runs that an action may cause: at once, and in each second after the action."""


class Tab(Session):
    """A session that can use all widgets of its page, and counts script runs."""

    finished = 0  # script runs that have ended, including runs of fragments
    runs = 0  # full script runs that have begun

    def _on_new_session(self, message):
        super()._on_new_session(message)
        self.runs += not self._run_fragments

    def _on_script_finished(self, message):
        super()._on_script_finished(message)
        self.finished += 1
        ids = {getattr(element, kind).id for element, _, kind in self._widgets_shown()}
        ids |= {*self._folded.values()}
        self._widgets = {name: value for name, value in self._widgets.items() if name in ids}

    def _widgets_shown(self):
        """Return each widget's element, the id of its fragment, and its kind."""
        shown = [(e, fragment, e.WhichOneof("type")) for e, fragment, _ in self._shown.values()]
        return [each for each in shown if each[2] in WIDGETS]

    async def navigate(self, visitor):
        """Follow a link, open an expander, or open a random address of this page."""
        links = [e.page_link for e in self.elements("page_link") if e.page_link.page_script_hash]
        if links and visitor.maybe(0.6):
            link = visitor.one_of(links)
            visitor.record_step(f"follows {link.label}: {link.query_string}")
            self._page, self.query = link.page_script_hash, link.query_string
            await self.rerun()
        elif self._folded and visitor.maybe(0.5):
            label = visitor.one_of(self._folded)
            visitor.record_step(f"opens {label}")
            self._widgets[self._folded[label]] = ("bool_value", True)
            await self.rerun()
        else:
            self.query = visitor.address()[1]
            visitor.record_step(f"goes to ?{self.query}")
            await self.rerun(is_history_navigation=visitor.maybe(0.5))

    async def use_widget(self, visitor):
        """Move, press, choose or fill in a random widget of the page."""
        shown = [
            (fragment, kind, getattr(element, kind))
            for element, fragment, kind in self._widgets_shown()
            if not getattr(element, kind).disabled
        ]
        if not shown:
            return await self.navigate(visitor)
        fragment, kind, widget = visitor.one_of(shown)
        field, value = random_value(visitor, kind, widget)
        visitor.record_step(f"{kind} {widget.label!r}: {value!r}")
        self._widgets[widget.id] = field, value
        return await self.rerun(fragment_id=fragment)


async def visit_pages(server, visitor, end):
    """Open random pages, one after the other, until `end` on `time.monotonic`."""
    while time.monotonic() < end:
        page, query = visitor.address()
        visitor.record_step(f"opens /{page}?{query}")
        try:
            async with asyncio.timeout(4 * LIMIT), Tab(server.url, query, page) as tab:
                await use_page(tab, visitor, end)
        except Exception as error:  # an error ends neither this user's visits nor other users'
            visitor.record_finding(f"{type(error).__name__}: {error}")
        await asyncio.sleep(visitor.number(0, 5))


async def use_page(tab, visitor, end):
    """Perform random actions, some in quick succession, and check the page."""
    for _ in range(int(visitor.rng.integers(1, 40))):
        before, runs, start = tab.finished, tab.runs, time.monotonic()
        await (tab.navigate if visitor.maybe(0.2) else tab.use_widget)(visitor)
        if visitor.maybe(0.3):  # perform the next action without waiting for this one
            await asyncio.sleep(visitor.number(0, 0.2))
            continue
        await tab.until(lambda n=before: tab.finished > n, LIMIT)
        await asyncio.sleep(visitor.number(0, 6))
        visitor.record_run(tab.query)
        seconds, count = time.monotonic() - start, tab.runs - runs
        if count > RUNS + RUNS_PER_SECOND * seconds:
            visitor.record_finding(f"{count} full script runs in {seconds:.1f} s")
        if tab.errors or not tab.text.strip():
            visitor.record_finding("; ".join(tab.errors) or "an empty page")
            return
        if time.monotonic() > end:
            return


async def run_visitors(server, seed, seconds, sessions=4):
    """Let random users use a server for some seconds; return their findings."""
    findings, runs, end = [], [], time.monotonic() + seconds
    visitors = [Visitor(f"session {k}", [seed, k], runs, findings) for k in range(sessions)]
    await asyncio.gather(*(visit_pages(server, visitor, end) for visitor in visitors))
    print(", ".join(f"{visitor.name}: {visitor.count} steps" for visitor in visitors), flush=True)
    return findings
