// The playhead's script; lib/ui/cell/chosen.py describes the playhead.

const SEND_EVERY = 150; // least milliseconds between two reports to Python
const REST_AFTER = 700; // milliseconds without a move before the position enters the address
const BEGINS_AFTER = 1500; // milliseconds before a playhead with `plays` starts
const PRESSES = ["pointerdown", "pointermove", "pointerup"];

function mount(root) {
  const find = (name) => root.querySelector(name);
  const play = find(".play"), stepIn = find(".step-in"), unitIn = find(".unit-in");
  // A smaller T or U doesn't change `picked`, as in Python: `at` limits the position.
  const own = { picked: null, data: null, report: () => {}, sent: 0, down: {} };

  function at() {
    const { step, unit } = own.picked ?? own.data, { steps, units } = own.data;
    return { step: Math.min(step, steps - 1), unit: Math.min(unit, units - 1) };
  }
  function show() {
    const { steps, units, order } = own.data, { step, unit } = at();
    stepIn.value = step + 1;
    unitIn.value = unit + 1;
    find(".step-out").textContent = `${step + 1} of ${steps}`;
    find(".unit-out").textContent = `${unit + 1} of ${units}`;
    stepIn.setAttribute("aria-valuetext", `timestep ${step + 1} of ${steps}`);
    unitIn.setAttribute("aria-valuetext", `unit ${unit + 1} of ${units}`);
    const page = document.documentElement.style;
    page.setProperty("--cell-t", step);
    page.setProperty("--cell-row", order.indexOf(unit));
  }
  function send() {
    own.later = null;
    own.sent = Date.now();
    own.report({ ...own.picked, rests: false });
  }
  function rest() {
    clearTimeout(own.later);
    own.later = null;
    own.report({ ...own.picked, rests: true });
  }
  function go(step, unit) {
    const { steps, units } = own.data;
    step = Math.max(0, Math.min(steps - 1, step));
    unit = Math.max(0, Math.min(units - 1, unit));
    if (step === at().step && unit === at().unit) return;
    own.picked = { step, unit };
    show();
    if (own.data.plays) return;
    clearTimeout(own.rest);
    own.rest = setTimeout(rest, REST_AFTER);
    own.later ??= setTimeout(send, Math.max(0, own.sent + SEND_EVERY - Date.now()));
  }
  function stop() {
    clearInterval(own.timer);
    own.timer = null;
    play.textContent = "▶ Play";
  }
  function toggle() {
    if (own.timer) return stop();
    if (at().step === own.data.steps - 1) go(0, at().unit);
    play.textContent = "❚❚ Pause";
    own.timer = setInterval(() => {
      go(at().step + 1, at().unit);
      if (at().step === own.data.steps - 1) stop();
    }, Math.max(100, Math.min(600, 8000 / own.data.steps)));
  }
  // A touch may start a scroll, so it picks a timestep only when it ends or moves sideways.
  function scrolls(event) {
    const { type, clientX, clientY } = event;
    if (type === "pointerdown") own.down = { clientX, clientY };
    const aside = Math.abs(clientX - own.down.clientX), along = Math.abs(clientY - own.down.clientY);
    return type === "pointerdown" || (type === "pointermove" && aside <= along);
  }
  function press(event) {
    if (event.pointerType === "touch" ? scrolls(event) : event.type === "pointerup") return;
    const block = event.target.closest?.("." + own.data.names.time);
    if (!block || (event.type === "pointermove" && event.buttons !== 1)) return;
    const box = block.getBoundingClientRect();
    const step = Math.floor(((event.clientX - box.left) / box.width) * own.data.steps);
    let { unit } = at();
    if (block.classList.contains(own.data.names.units)) {
      const row = Math.floor(((event.clientY - box.top) / box.height) * own.data.units);
      unit = own.data.order[Math.max(0, Math.min(own.data.units - 1, row))];
    }
    stop();
    go(step, unit);
  }
  // A press doesn't drag an image or select text, and it gives the focus to the slider.
  function grab(event) {
    if (event.button !== 0 || !event.target.closest?.("." + own.data.names.time)) return;
    event.preventDefault();
    stepIn.focus({ preventScroll: true });
  }
  // Plays once from the first timestep, unless the user has already moved the playhead.
  function begin() {
    own.begins = null;
    if (!own.timer && at().step === 0) toggle();
  }
  play.onclick = toggle;
  stepIn.oninput = () => { stop(); go(+stepIn.value - 1, at().unit); };
  unitIn.oninput = () => go(at().step, +unitIn.value - 1);
  for (const type of PRESSES) document.addEventListener(type, press);
  document.addEventListener("mousedown", grab);
  stop();
  root.classList.add("ready"); // hidden until now, because presses had no effect
  return {
    update(data, report) {
      const { steps, units } = data;
      // A newly opened link sets the playhead's position.
      if (own.data && data.links_opened !== own.data.links_opened) own.picked = null;
      own.data = data;
      own.report = report;
      root.classList.toggle("plays", data.plays);
      if (data.plays && own.begins === undefined) {
        own.picked = { step: 0, unit: data.unit };
        const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
        own.begins = still ? null : setTimeout(begin, BEGINS_AFTER);
      }
      stepIn.max = steps;
      unitIn.max = units;
      unitIn.disabled = units === 1;
      // The slider ends in the middle of the first and last columns. 50% means half the track's width.
      find(".inset").style.padding = `0 calc(50% / ${steps} - 8px)`;
      show();
    },
    end() {
      stop();
      clearTimeout(own.begins);
      clearTimeout(own.later);
      clearTimeout(own.rest);
      for (const type of PRESSES) document.removeEventListener(type, press);
      document.removeEventListener("mousedown", grab);
    },
  };
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".bar");
  root.playhead ??= mount(root);
  root.playhead.update(data, (at) => {
    if (!("leaves" in document.documentElement.dataset)) setStateValue("at", at); // see listener.js
  });
  return () => {
    // Streamlit (1.67) also cleans up when a newer call replaces this one, maybe during playback.
    if (root.isConnected) return;
    root.playhead?.end();
    delete root.playhead;
  };
}
