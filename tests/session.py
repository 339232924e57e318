"""A session without a browser: a client of Streamlit's WebSocket protocol.

Thirty real browsers would use the processor time that a load test measures. Like the web client of
Streamlit 1.67, a session

- connects to `/_stcore/stream` and requests script runs with its page and its widgets,
- reruns a fragment with `run_every` by a timer, without waiting for the previous run (a full run
  ends all timers and starts the timers that are still needed),
- keeps the newest element of each place. It draws nothing.
"""

import asyncio
import contextlib
import re
import time
from secrets import token_hex

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedOK

from lib.ui.browser import COOKIE
from tests.waiting import PATIENCE

ENDLESS = "T=24&U=64&N=1280&epochs=5000"  # a run that takes many minutes
EPOCH = re.compile(r"epoch ([\d,]+) of", re.IGNORECASE)
WIDGETS = (
    *("button", "button_group", "checkbox", "multiselect", "number_input"),
    *("radio", "selectbox", "slider", "text_area", "text_input"),
)


class Session:
    """A browser tab, used as an async context. Entering the context waits for the first script run.

    Args:
        url: the address of the server.
        query: the query of the address, without the question mark.
        page: the path of the page, such as "guide"; empty for Explore.
        named: whether the session sends a cookie. A frame on another site sends no cookie.
    """

    def __init__(self, url, query="", page="", *, named=True):
        self.updates = []  # times of changes of the loss chart, on `time.perf_counter`
        self.errors = []  # exceptions shown on the page
        self.received = 0  # bytes of all messages
        self.full_runs = 0  # finished full script runs
        self.query = query  # the query of the address
        self._url = url
        self._cookies = {"Cookie": f"{COOKIE}={token_hex(16)}"} if named else {}
        self._page_name, self._page = page, ""
        self._shown = {}  # by place: element, id of its fragment, number of its script run
        self._run, self._run_fragments = 0, []  # the script run's number, and its fragments' ids
        self._widgets, self._timers, self._fragments = {}, {}, {}
        self._charts, self._folded = {}, {}
        self._changed = asyncio.Event()
        self._connection = self._reader = None

    async def __aenter__(self):
        self._connection = await connect(
            f"{self._url.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=["streamlit"],
            additional_headers=self._cookies,
            max_size=None,
            open_timeout=60,
            ping_interval=None,  # a slow machine must not lose its connection
        )
        self._reader = asyncio.create_task(self._read())
        await self.rerun()
        await self.until(lambda: self.full_runs > 0)
        return self

    async def __aexit__(self, *_):
        self._end_timers()
        if self._connection is not None:
            await self._connection.close()
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._reader

    # What the page shows

    @property
    def progress(self):
        """Return the text of the progress bar: the run's badge and its epoch."""
        return next((e.progress.text for e in self.elements("progress")), "")

    @property
    def epoch(self):
        """Return the epoch shown."""
        match = EPOCH.search(self.progress)
        return int(match[1].replace(",", "")) if match else 0

    @property
    def text(self):
        """Return all text on the page."""
        parts = [e.markdown.body for e in self.elements("markdown")]
        parts += [e.html.body for e in self.elements("html")]
        parts += [e.alert.body for e in self.elements("alert")]
        return "\n".join([*parts, self.progress])

    def elements(self, kind):
        """Return all elements of a kind from top to bottom, then the sidebar's."""
        shown = [self._shown[place][0] for place in sorted(self._shown)]
        return [element for element in shown if element.WhichOneof("type") == kind]

    def has(self, status):
        """Return whether the run's badge shows `status`."""
        return f"-badge[{status}]" in self.progress

    async def until(self, condition, seconds=PATIENCE):
        """Wait until `condition` returns True. A TimeoutError contains the page's text."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    if self._reader is not None and self._reader.done():
                        self._reader.result()
                        raise ConnectionError("the server has closed the connection")
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise TimeoutError(
                f"the condition isn't true after {seconds} s and {self.full_runs} full runs, "
                f"with {len(self._timers)} timers; the page's text: {self.text}"
            ) from None

    # User actions

    async def rerun(self, **state):
        """Request a script run; if `fragment_id` is given, request a run of that fragment."""
        message = BackMsg()
        client = message.rerun_script
        client.query_string, client.page_script_hash = self.query, self._page
        client.page_name = "" if self._page else self._page_name
        for name, value in state.items():
            setattr(client, name, value)
        client.context_info.url = self._url
        for widget, (kind, value) in self._widgets.items():
            state_of_widget = client.widget_states.widgets.add(id=widget)
            if kind.endswith("_array_value"):
                values = value if isinstance(value, list) else [value]
                getattr(state_of_widget, kind).data.extend(values)
            else:
                setattr(state_of_widget, kind, value)
        self._widgets = {  # a click is sent only once
            name: pair for name, pair in self._widgets.items() if pair[0] != "trigger_value"
        }
        await self._connection.send(message.SerializeToString())

    async def click(self, label):
        """Wait for the button with `label` and press it; return False if it is disabled."""

        def find():
            return [e.button for e in self.elements("button") if e.button.label == label]

        await self.until(find)
        button = find()[0]
        if button.disabled:
            return False
        self._widgets[button.id] = ("trigger_value", True)
        await self.rerun(fragment_id=self._fragments[button.id])
        return True

    async def move(self, label, value):
        """Move a slider, wait for the full script run, and return the duration in seconds."""
        start = time.perf_counter()
        before = self.full_runs
        await self.slide(label, value)
        await self.until(lambda: self.full_runs > before)
        return time.perf_counter() - start

    async def slide(self, label, value):
        """Move a slider, without waiting for its script run."""
        sliders = [e.slider for e in self.elements("slider") if e.slider.label.startswith(label)]
        if not sliders:
            raise LookupError(f"expected a slider whose label begins with {label!r}, found none")
        self._widgets[sliders[0].id] = ("double_array_value", value)
        await self.rerun()

    async def pick(self, label, option):
        """Pick an option of a select box or of segmented buttons, without waiting."""
        menus = [e.selectbox for e in self.elements("selectbox")]
        rows = [e.button_group for e in self.elements("button_group")]
        widget = next(each for each in [*menus, *rows] if each.label == label)
        kind = "string_value" if widget in menus else "string_array_value"
        self._widgets[widget.id] = (kind, option)
        await self.rerun(fragment_id=self._fragments[widget.id])

    async def unfold(self, label):
        """Open the expander whose label begins with `label`, and wait for its content."""
        before = self.full_runs
        folded = next(self._folded[each] for each in self._folded if each.startswith(label))
        self._widgets[folded] = ("bool_value", True)
        await self.rerun()
        await self.until(lambda: self.full_runs > before)

    async def stop_reading(self):
        """Stop reading messages, as a browser with a frozen tab does."""
        self._end_timers()
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader

    # Messages from the server

    async def _read(self):
        try:
            async for data in self._connection:
                self.received += len(data)
                message = ForwardMsg.FromString(data)
                handle = getattr(self, f"_on_{message.WhichOneof('type')}", None)
                if handle is not None:
                    handle(message)
                    self._changed.set()
        finally:
            self._changed.set()  # wake the callers of `until`: there are no more messages

    def _on_new_session(self, message):
        self._run += 1
        self._run_fragments = list(message.metadata.run.fragment_ids)
        if not self._run_fragments:
            self._end_timers()

    def _on_navigation(self, message):
        self._page = message.navigation.page_script_hash

    def _on_page_info_changed(self, message):
        self.query = message.page_info_changed.query_string

    def _on_auto_rerun(self, message):
        request = message.auto_rerun
        interval, running = self._timers.get(request.fragment_id, (0.0, None))
        if interval == request.interval:
            return
        if running is not None:
            running.cancel()
        timer = asyncio.create_task(self._tick(request.fragment_id, request.interval))
        self._timers[request.fragment_id] = request.interval, timer

    def _on_stop_auto_rerun(self, message):
        for fragment_id in message.stop_auto_rerun.fragment_ids:
            if fragment_id in self._timers:
                self._timers.pop(fragment_id)[1].cancel()

    def _on_delta(self, message):
        place, delta = tuple(message.metadata.delta_path), message.delta
        if not delta.HasField("new_element"):
            folded = delta.add_block.expandable
            self._folded |= {folded.label: folded.id} if folded.id else {}
            return
        element = delta.new_element
        self._shown[place] = element, delta.fragment_id, self._run
        kind = element.WhichOneof("type")
        if kind in WIDGETS:
            self._fragments[getattr(element, kind).id] = delta.fragment_id
        elif kind == "exception":
            self.errors.append(element.exception.message)
        elif kind == "plotly_chart" and "chart_loss" in element.plotly_chart.id:
            chart = element.plotly_chart
            if self._charts.get(chart.id, "") != chart.spec:
                self._charts[chart.id] = chart.spec
                self.updates.append(time.perf_counter())

    def _on_script_finished(self, message):
        if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        whole = not self._run_fragments
        self._shown = {  # a full run removes elements that it didn't draw
            place: shown
            for place, shown in self._shown.items()
            if shown[2] == self._run or not (whole or shown[1] in self._run_fragments)
        }
        self.full_runs += whole

    async def _tick(self, fragment_id, interval):
        with contextlib.suppress(ConnectionClosedOK):  # the connection closes if the session ends
            while True:
                await asyncio.sleep(interval)
                await self.rerun(fragment_id=fragment_id, is_auto_rerun=True)

    def _end_timers(self):
        for _, timer in self._timers.values():
            timer.cancel()
        self._timers = {}
