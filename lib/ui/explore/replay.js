// What goes with the replay's figure; what it is for stands in replay.py.

const REST = 350; // milliseconds without another epoch after which it rests
const AGAIN = 2000; // milliseconds until what wasn't heard is told again
const INSET = 10; // of the slider's ends within its rail, in pixels: Plotly's own
const NARROW = 640; // of a card in which panels stand below one another, in pixels

const mayTell = () => !("leaves" in document.documentElement.dataset); // see listener.js

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

function mount(root) {
  const own = { at: 0, names: [], strips: [], told: [], playing: false, times: 0 };
  const range = root.querySelector("input"), play = root.querySelector(".play");

  function show(name) {
    own.at = own.names.indexOf(name);
    own.missing = undefined;
    range.value = own.at;
    range.setAttribute("aria-valuetext", name);
    const images = document.querySelectorAll(".st-key-strip img"), shades = own.strips[own.at];
    if (shades?.length === images.length) images.forEach((image, k) => { image.src = shades[k]; });
    rest();
  }
  // What is told while a page is drawn anew may be lost (Streamlit 1.67): so until Python knows it.
  function rest(wait = REST) {
    clearTimeout(own.resting);
    own.resting = setTimeout(() => {
      const name = own.names[own.at];
      const waits = own.playing || own.missing !== undefined || !mayTell();
      if (waits || name === undefined || name === own.known) return;
      own.told.push(name);
      own.tell("epoch", `${name} ${own.times += 1}`);
      rest(AGAIN);
    }, wait);
  }
  const events = {
    plotly_animatingframe: ({ name }) => show(name),
    plotly_buttonclicked: ({ active }) => {
      own.playing = active === 0;
      if (own.playing) document.querySelector(".st-key-card_replay")?.scrollIntoView({ block: "nearest" });
      rest();
    },
    plotly_sliderstart: () => { own.playing = false; },
    plotly_animated: () => { own.playing = false; rest(); },
    plotly_animationinterrupted: () => { own.playing = false; rest(); },
  };
  // The figure comes after this, and perhaps anew.
  function hear() {
    const plot = document.querySelector(".st-key-replay_chart .js-plotly-plot");
    if (plot?.on && plot !== own.plot) {
      own.plot = plot;
      root.classList.add("ready"); // for who waits until it hears
      Object.entries(events).forEach(([name, act]) => plot.on(name, act));
      const known = own.names.indexOf(own.known), active = plot.layout?.sliders?.[0]?.active;
      own.at = active ?? own.at;
      if (document.activeElement !== range) range.value = own.at;
      // Another page may have gone to another epoch since the figure was drawn.
      if (known >= 0 && known !== own.at) own.missing = known;
    }
    if (own.missing !== undefined) go(own.missing); // again, until the figure has its frames
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
  function go(place) {
    const rail = own.plot?.querySelector(".slider-rail-touch-rect");
    if (!rail) return;
    const { left, top, width, height } = rail.getBoundingClientRect();
    const share = place / Math.max(1, own.names.length - 1);
    const at = { clientX: left + INSET + share * (width - 2 * INSET), clientY: top + height / 2 };
    rail.dispatchEvent(new MouseEvent("mousedown", { ...at, bubbles: true }));
    own.plot.dispatchEvent(new MouseEvent("mouseup", at));
  }
  range.oninput = () => { hear(); go(Number(range.value)); };
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
  root.replay ??= mount(root);
  const own = root.replay;
  own.tell = setStateValue;
  // What Python says may be an answer, even to what was told before the newest; else it is news.
  const answered = own.told.lastIndexOf(data.epoch), isNews = answered < 0 && data.epoch !== own.known;
  own.told.splice(0, answered + 1);
  own.known = data.epoch;
  if (own.names.join() !== data.names.join()) {
    own.names = data.names;
    const range = root.querySelector("input");
    range.max = own.names.length - 1;
    range.value = own.at = own.names.indexOf(own.known);
  } else if (own.plot && isNews) own.missing = own.names.indexOf(own.known);
  if (own.packed !== data.strips) {
    own.packed = data.strips;
    unpacked(data.strips).then((strips) => { own.strips = strips; });
  }
  return () => {
    if (root.isConnected) return; // Streamlit (1.67) ends a call that a newer one overtakes, too
    own.end();
    delete root.replay;
  };
}
