// The scrubber's handle follows the training until a user drags it back. While the replay is open,
// the handle moves the replay's figure.

const AGAIN = 2000; // milliseconds until an epoch that Python hasn't received is sent again
const SETTLED = 200; // milliseconds without a move before the epoch is sent, and between checks of the page
const NARROW = 640; // pixels; a narrower card has its panels below one another
const CHART = ".st-key-replay_chart", BAR = ".st-key-run_progress [role=progressbar]";
const IDLE = "[data-test-script-state=notRunning]"; // found when no script run is redrawing the page

const mayReport = () => !("leaves" in document.documentElement.dataset); // see listener.js

function mount(root) {
  const own = { frames: [], at: "", narrow: "", playing: false, reports: 0, trained: 0, data: {} };
  const range = root.querySelector("input"), play = root.querySelector(".play");
  const output = root.querySelector("output");

  const stops = () => (own.plot ? own.frames : own.data.names); // epochs where the handle can stop
  const place = () => { const at = stops().indexOf(own.at); return at < 0 ? stops().length - 1 : at; };
  const epochOf = (name) => (isNaN(name) ? own.trained : Number(name)); // the last name may be "best"

  function show() {
    const names = stops(), name = names[place()], total = Math.max(1, own.data.epochs);
    const epoch = own.at === "" ? own.trained : epochOf(name);
    const text = isNaN(name) ? name : epoch.toLocaleString("en");
    range.max = total;
    range.value = epoch;
    range.disabled = names.length < 2;
    range.setAttribute("aria-valuetext", text);
    const shown = own.data.live && own.at === "" ? "" : text; // the status line counts trained epochs
    if (output.textContent !== shown) output.textContent = shown;
    const [here, trained] = [epoch, own.trained].map((each) => `${(100 * each) / total}%`);
    range.style.setProperty("--track", `linear-gradient(to right, var(--st-text-color) ${here},
      color-mix(in srgb, var(--st-text-color) 35%, transparent) ${here} ${trained},
      var(--st-border-color) ${trained})`);
    root.style.setProperty("--digits", `${total.toLocaleString("en").length}ch`);
    play.disabled = !own.plot && !own.data.replays;
    play.textContent = own.playing ? "❚❚" : "▶";
    play.setAttribute("aria-label", own.playing ? "Pause the replay" : "Play the replay");
  }

  // Streamlit (1.67) may lose a report while it redraws the page: repeat it until Python receives it.
  function send() {
    if (!own.waits || own.playing || !mayReport()) return;
    own.sent = `${own.at || "newest"} ${own.reports += 1}`; // the number makes it a new value
    own.report("epoch", own.sent);
    own.later = setTimeout(send, AGAIN);
  }
  function rest() {
    own.waits = true;
    own.sent = undefined; // a reply to the previous report must not move the handle back
    clearTimeout(own.later);
    own.later = setTimeout(send, SETTLED);
    show();
  }
  function go(name) {
    const follows = own.data.live && !own.plot && name === own.data.names.at(-1);
    if (follows) name = ""; // the handle follows the training, also if a newer epoch arrives at once
    if (name === undefined || name === own.at) return show();
    own.at = name;
    rest();
    if (own.plot && !own.playing) press(place());
  }
  range.oninput = () => {
    const far = (name) => Math.abs(epochOf(name) - Number(range.value));
    go(stops().reduce((one, other) => (far(other) < far(one) ? other : one)));
  };
  range.onkeydown = (event) => {
    const last = stops().length - 1;
    const to = { ArrowLeft: place() - 1, ArrowRight: place() + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(stops()[to]);
  };

  // Only Plotly's own slider and buttons, hidden by explore.css, can move the figure.
  function press(frame) {
    const rail = own.plot.querySelector(RAIL);
    if (!rail) return;
    const { left, top, width, height } = rail.getBoundingClientRect();
    const share = frame / Math.max(1, own.frames.length - 1);
    const at = { clientX: left + RAIL_INSET + share * (width - 2 * RAIL_INSET), clientY: top + height / 2 };
    rail.dispatchEvent(new MouseEvent("mousedown", { ...at, bubbles: true }));
    own.plot.dispatchEvent(new MouseEvent("mouseup", at));
  }
  play.onclick = () => {
    own.opens = !own.plot;
    if (own.opens) return own.report("replay", `yes ${own.reports += 1}`);
    const buttons = own.plot.querySelectorAll(PLOT_BUTTONS);
    buttons[own.playing ? 1 : 0]?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  };
  const end = () => { own.playing = false; rest(); };
  const events = {
    plotly_animatingframe: ({ name }) => { own.at = name; rest(); },
    plotly_buttonclicked: ({ active }) => { own.playing = active === 0; rest(); },
    plotly_sliderstart: () => { own.playing = false; },
    plotly_animated: end,
    plotly_animationinterrupted: end,
  };
  // Look for the figure again and again: it is drawn after this script runs, and may be replaced.
  own.look = () => {
    const share = Number(document.querySelector(BAR)?.getAttribute("aria-valuenow") ?? 0) / 100;
    if (own.data.live) own.trained = Math.max(own.trained, Math.round(share * own.data.epochs));
    const plot = document.querySelector(`${CHART} .js-plotly-plot`);
    const steps = plot?.on && plot.layout?.sliders?.[0]?.steps;
    if (steps && plot !== own.plot) {
      own.frames = steps.map(({ args }) => args[0][0]);
      own.at = own.frames[plot.layout.sliders[0].active] ?? own.at;
      Object.entries(events).forEach(([name, act]) => plot.on(name, act));
    } else if (steps && own.opens && document.querySelector(IDLE)) play.click(); // ▶ opened this figure
    own.plot = steps ? plot : undefined;
    root.classList.toggle("replays", Boolean(steps));
    const width = document.querySelector(CHART)?.clientWidth;
    const narrow = width && width < NARROW ? "yes" : "";
    if (width && narrow !== own.narrow && mayReport() && !own.playing) own.report("narrow", own.narrow = narrow);
    show();
  };
  own.update = (data) => {
    const isOther = data.run !== own.data.run;
    own.data = data;
    own.trained = isOther || !data.live ? data.trained : Math.max(data.trained, own.trained);
    if (data.received === own.sent?.split(" ")[0] || isOther) own.waits = false;
    // "" makes the handle follow the training.
    if (!own.waits && !own.playing) own.at = data.picked || (data.live ? "" : data.names.at(-1));
    own.look();
  };
  const looking = setInterval(own.look, SETTLED);
  // Ignore the rejections of Plotly (4.2) that have no reason: an animation was interrupted.
  const hush = (event) => { if (event.reason === undefined) event.preventDefault(); };
  addEventListener("unhandledrejection", hush);
  own.end = () => {
    clearInterval(looking);
    clearTimeout(own.later);
    removeEventListener("unhandledrejection", hush);
  };
  return own;
}

export default function ({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector(".scrubber");
  const own = root.scrubber ??= mount(root);
  own.report = setStateValue;
  own.update(data);
  return () => {
    if (root.isConnected) return; // Streamlit (1.67) also cleans up when a newer call replaces this one
    own.end();
    delete root.scrubber;
  };
}
