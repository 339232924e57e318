// The scrubber's handle follows the training until a user drags it back. While the replay is open,
// the handle moves the replay's figure instead of the page.

const REST = 200; // milliseconds without a move, after which Python receives the epoch
const AGAIN = 2000; // milliseconds until an epoch that Python hasn't received is sent again
const LOOK = 200; // milliseconds between two looks at the page's progress and at the figure
const INSET = 10; // of a Plotly slider's ends within its rail, in pixels
const NARROW = 640; // width of a card whose panels stand below one another, in pixels
const CHART = ".st-key-replay_chart";
const RESTS = "[data-test-script-state=notRunning]"; // no script run is redrawing the page

const mayTell = () => !("leaves" in document.documentElement.dataset); // see listener.js

function mount(root) {
  const own = { frames: [], at: "", narrow: "", playing: false, times: 0, trained: 0, data: {} };
  const range = root.querySelector("input"), play = root.querySelector(".play");
  const output = root.querySelector("output");

  const stops = () => (own.plot ? own.frames : own.data.names);
  // The epoch of a name; "best" is the last one.
  const epochOf = (name) => (isNaN(name) ? own.trained : Number(name));

  // Draw the handle at a stop, and fill the track.
  function show() {
    const names = stops(), name = names.includes(own.at) ? own.at : names.at(-1) ?? "0";
    const isLast = name === names.at(-1), total = Math.max(1, own.data.epochs);
    const epoch = isLast && !own.wait ? own.trained : epochOf(name);
    const text = isNaN(name) ? name : epoch.toLocaleString("en");
    range.max = total;
    if (!own.dragging) range.value = epoch;
    range.disabled = names.length < 2;
    range.setAttribute("aria-valuetext", text);
    if (output.textContent !== text) output.textContent = text;
    const [here, trained] = [epoch, own.trained].map((each) => `${(100 * each) / total}%`);
    range.style.setProperty("--track", `linear-gradient(to right, var(--st-text-color) ${here},
      color-mix(in srgb, var(--st-text-color) 35%, transparent) ${here} ${trained},
      var(--st-border-color) ${trained})`);
    root.style.setProperty("--digits", `${total.toLocaleString("en").length}ch`);
    play.disabled = !own.plot && !own.data.replays;
    play.textContent = own.playing ? "❚❚" : "▶";
    play.setAttribute("aria-label", own.playing ? "Pause the replay" : "Play the replay");
  }

  // Streamlit (1.67) may lose a report while it redraws the page: send it until Python has it.
  function send() {
    const isNewest = own.data.live && own.at === own.data.names.at(-1);
    own.sent = `${isNewest ? "newest" : own.at} ${own.times += 1}`;
    own.tell("epoch", own.sent);
    clearTimeout(own.later);
    own.later = setTimeout(() => own.wait && mayTell() && send(), AGAIN);
  }
  function rest() {
    own.wait = true;
    clearTimeout(own.later);
    own.later = setTimeout(() => !own.playing && mayTell() && send(), REST);
  }
  function go(name) {
    if (name === undefined || name === own.at) return;
    own.at = name;
    rest();
    show();
    if (own.plot) press(own.frames.indexOf(name));
  }

  const nearest = (epoch) => stops().reduce((one, other) =>
    (Math.abs(epochOf(other) - epoch) < Math.abs(epochOf(one) - epoch) ? other : one));
  range.onpointerdown = () => { own.dragging = true; };
  range.onpointerup = range.onchange = () => { own.dragging = false; show(); };
  range.oninput = () => go(nearest(Number(range.value)));
  range.onkeydown = (event) => {
    const names = stops(), place = names.includes(own.at) ? names.indexOf(own.at) : names.length - 1;
    const to = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(names[to]);
  };

  // Plotly (4.2) can be moved by its own slider and buttons alone, which explore.css hides.
  function press(place) {
    const rail = own.plot.querySelector(".slider-rail-touch-rect");
    if (!rail || own.playing) return;
    const { left, top, width, height } = rail.getBoundingClientRect();
    const share = place / Math.max(1, own.frames.length - 1);
    const at = { clientX: left + INSET + share * (width - 2 * INSET), clientY: top + height / 2 };
    rail.dispatchEvent(new MouseEvent("mousedown", { ...at, bubbles: true }));
    own.plot.dispatchEvent(new MouseEvent("mouseup", at));
  }
  play.onclick = () => {
    own.opens = !own.plot;
    if (own.opens) return own.tell("replay", `yes ${own.times += 1}`);
    const buttons = own.plot.querySelectorAll(".updatemenu-button");
    buttons[own.playing ? 1 : 0]?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  };
  const end = () => { own.playing = false; rest(); show(); };
  const events = {
    plotly_animatingframe: ({ name }) => { own.at = name; rest(); show(); },
    plotly_buttonclicked: ({ active }) => { own.playing = active === 0; rest(); show(); },
    plotly_sliderstart: () => { own.playing = false; },
    plotly_animated: end,
    plotly_animationinterrupted: end,
  };
  // The figure comes after this script, and may be replaced.
  function look() {
    const bar = document.querySelector(".st-key-run_progress [role=progressbar]");
    const share = Number(bar?.getAttribute("aria-valuenow") ?? 0) / 100;
    if (own.data.live) own.trained = Math.max(own.trained, Math.round(share * own.data.epochs));
    const plot = document.querySelector(`${CHART} .js-plotly-plot`);
    const steps = plot?.on && plot.layout?.sliders?.[0]?.steps;
    if (!steps) own.plot = undefined;
    else if (plot !== own.plot) {
      own.plot = plot;
      own.frames = steps.map(({ args }) => args[0][0]);
      own.at = own.frames[plot.layout.sliders[0].active] ?? own.at;
      Object.entries(events).forEach(([name, act]) => plot.on(name, act));
    } else if (own.opens && document.querySelector(RESTS)) play.click(); // a redraw would break it
    root.classList.toggle("replays", Boolean(own.plot));
    const width = document.querySelector(CHART)?.clientWidth;
    const narrow = width && width < NARROW ? "yes" : "";
    if (width && narrow !== own.narrow && mayTell() && !own.playing) own.tell("narrow", own.narrow = narrow);
    show();
  }
  own.looking = setInterval(look, LOOK);
  // Plotly (4.2) rejects an interrupted animation without a reason.
  const hush = (event) => { if (event.reason === undefined) event.preventDefault(); };
  addEventListener("unhandledrejection", hush);
  own.end = () => {
    clearInterval(own.looking);
    clearTimeout(own.later);
    removeEventListener("unhandledrejection", hush);
  };
  own.update = (data) => {
    const isOther = data.run !== own.data.run;
    own.data = data;
    own.trained = isOther || !data.live ? data.trained : Math.max(data.trained, own.trained);
    if (data.heard === own.sent || isOther) own.wait = false;
    if (!own.wait && !own.playing && !own.dragging) own.at = data.picked || data.names.at(-1);
    if (data.live && !own.wait && !data.picked) own.at = ""; // it follows the training
    look();
  };
  return own;
}

export default function ({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector(".scrubber");
  const own = root.scrubber ??= mount(root);
  own.tell = setStateValue;
  own.update(data);
  return () => {
    if (root.isConnected) return; // Streamlit (1.67) ends a call that a newer one overtakes, too
    own.end();
    delete root.scrubber;
  };
}
