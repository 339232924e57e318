// What goes with the replay's figure; what it is for stands in charts.py.

const REST = 350; // milliseconds without another epoch after which it rests
const AGAIN = 2000; // milliseconds until what wasn't heard is told again
const INSET = 10; // of the slider's ends within its rail, in pixels: Plotly's own
const NARROW = 640; // of a card in which panels stand below one another, in pixels

const mayTell = () => !("leaves" in document.documentElement.dataset); // see listener.js

function mount(root) {
  const own = { at: 0, names: [], playing: false, times: 0 };
  const range = root.querySelector("input"), play = root.querySelector(".play");

  function show(place) {
    own.at = place;
    range.value = place;
    range.setAttribute("aria-valuetext", own.names[place]);
  }
  // What is told while a page is drawn anew may be lost (Streamlit 1.67): so until Python knows it.
  function rest(wait = REST) {
    clearTimeout(own.resting);
    own.resting = setTimeout(() => {
      const name = own.names[own.at];
      if (own.playing || !mayTell() || name === undefined || name === own.known) return;
      own.tell("epoch", `${name} ${own.times += 1}`);
      rest(AGAIN);
    }, wait);
  }
  const end = () => { own.playing = false; rest(); };
  const events = {
    plotly_animatingframe: ({ name }) => { show(own.names.indexOf(name)); rest(); },
    plotly_buttonclicked: ({ active }) => { own.playing = active === 0; rest(); },
    plotly_sliderstart: () => { own.playing = false; },
    plotly_animated: end,
    plotly_animationinterrupted: end,
  };
  // The figure comes after this, and perhaps anew.
  function hear() {
    const plot = document.querySelector(".st-key-replay_chart .js-plotly-plot");
    if (plot?.on && plot !== own.plot) {
      own.plot = plot;
      root.classList.add("ready"); // for who waits until it hears
      Object.entries(events).forEach(([name, act]) => plot.on(name, act));
      show(plot.layout?.sliders?.[0]?.active ?? own.at);
    }
    const width = document.querySelector(".st-key-replay_chart")?.clientWidth;
    const narrow = width && width < NARROW ? "yes" : "";
    if (width && narrow !== own.narrow && mayTell()) own.tell("narrow", own.narrow = narrow);
  }
  own.hearing = setInterval(hear, 200);
  // Plotly (4.2) rejects, with nothing to say and nobody to hear it, what is interrupted.
  const hush = (event) => { if (event.reason === undefined) event.preventDefault(); };
  addEventListener("unhandledrejection", hush);
  own.end = () => {
    clearInterval(own.hearing);
    clearTimeout(own.resting);
    removeEventListener("unhandledrejection", hush);
  };

  // Plotly has no other way in than its slider and its buttons.
  range.oninput = () => {
    hear();
    const rail = own.plot?.querySelector(".slider-rail-touch-rect");
    if (!rail) return;
    const { left, top, width, height } = rail.getBoundingClientRect();
    const share = Number(range.value) / Math.max(1, own.names.length - 1);
    const at = { clientX: left + INSET + share * (width - 2 * INSET), clientY: top + height / 2 };
    rail.dispatchEvent(new MouseEvent("mousedown", { ...at, bubbles: true }));
    own.plot.dispatchEvent(new MouseEvent("mouseup", at));
  };
  play.onclick = () => {
    hear();
    const buttons = own.plot?.querySelectorAll(".updatemenu-button");
    buttons?.[own.playing ? 1 : 0]?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  };
  // Else the next press of space would close it again.
  if (document.activeElement?.closest?.(".st-key-open_replay")) range.focus({ preventScroll: true });
  return own;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".replay");
  const own = root.replay ??= mount(root);
  own.tell = setStateValue;
  own.known = data.epoch;
  if (own.names.join() !== data.names.join()) {
    const range = root.querySelector("input");
    own.names = data.names;
    range.max = own.names.length - 1;
    range.value = own.at = own.names.indexOf(own.known);
  }
  return () => {
    if (root.isConnected) return; // Streamlit (1.67) ends a call that a newer one overtakes, too
    own.end();
    delete root.replay;
  };
}
