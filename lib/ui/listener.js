// The script of every page: hears keys; gives a file that is dropped anywhere to the page's uploader;
// marks the timestep under the pointer in all pictures; lifts the curves of a run's row on Compare; opens
// the run of a point on Sweep; closes the drawer on phones. white_page.js and plotly_private.js stand
// before it in one module, since a component has one script.

// Where a person types, what covers the page, and who has keys of their own.
const TYPED = "textarea, select, [role=textbox], [role=listbox], [data-testid=stMultiSelect], "
  + "input:not([type=range], [type=checkbox], [type=radio], [type=button])";
const COVERS = "dialog[open], [role=dialog], [role=alertdialog], [role=menu]";
const MOVED = "[type=range], [type=radio], canvas, [role=slider], [role=radiogroup], "
  + "[role=tablist], [role=grid]";
const PRESSED = "button, summary, input:not([type=range]), [role=button], [role=radio], [role=tab]";
const OWNERS = { "←": MOVED, "→": MOVED, space: PRESSED };
const GIVES_BACK = "[data-testid=stButtonGroup], .st-key-present button, .st-key-present_foot button";
const NAMES = { ArrowLeft: "←", ArrowRight: "→", " ": "space" };

const CHARTS = ".st-key-chart_predictions, .st-key-chart_step_error, .st-key-chart_sample";
const TENSORS = ".timesteps"; // see lib.charts.strip
const PAPER = 715; // what A4 has across within its margins, in pixels
const FILLED = "[class*='st-key-card_'] > * > [class*='st-key-chart_']"; // see explore.css
const RUNS = ".st-key-compare_list [class*=st-key-compare_row_]", CURVES = ".st-key-compare_pictures";
const SWEPT = "[class*=st-key-sweep_]", POINTS = ".points a"; // charts, and links by their points' names
const UPLOADER = ":is(.st-key-upload_file, .st-key-open_file) input[type=file]";
const READS = ":is(.st-key-model_text, .st-key-error_text) textarea";
const MOST_PASTED = 250000; // characters; more than is read of a model, or of an error
const MODEL = /\.(keras|json|py|txt|ipynb|h5|hdf5)$/i, MODEL_FILE = ".st-key-model_file input[type=file]";
const ZONE = "[data-testid=stFileUploaderDropzone]";
const PARTS = `:is(.st-key-to_doctor, .st-key-to_error, .st-key-open_stack, .st-key-lesson_ways,
  .st-key-lesson_progress) button, :is(.st-key-gallery, .st-key-ways_of_card) a`;
const DRAGGED = 400; // milliseconds after which a file that is dragged has left the window
const GIVES = 50; // times that, in which an uploader may come for one that was dropped
const REST = 700; // milliseconds after a page was drawn or has got another size
const LEAVES = 10000; // milliseconds until a page that was to be left may tell something again
const MOVES = 1000; // milliseconds between two addresses of one entry in the history
const LISTENER = ".st-key-listener", OPEN = "[data-testid=stSidebar][data-collapsed=false]";
const DRAWER = 768; // the sidebar lies above a page that is narrower, in pixels

// Once a link has been pressed no component may tell anything of the page that is left: Streamlit
// (1.67) would then go on with that page, or show an empty one.
const mayTell = () => !("leaves" in document.documentElement.dataset);
const arrive = () => { delete document.documentElement.dataset.leaves; };
function leave() {
  document.documentElement.dataset.leaves = "";
  setTimeout(arrive, LEAVES);
}

// On a small screen the open sidebar covers the page.
function closeDrawer() {
  const small = innerWidth < DRAWER || (innerHeight < 500 && matchMedia("(pointer:coarse)").matches);
  if (small) document.querySelector(`${OPEN} [data-testid=stSidebarCollapseButton] button`)?.click();
}
let opens = true; // until the first page of this document is drawn

// Several moves of a slider within a second become one entry of the history.
const push = history.pushState.bind(history);
let pushed = 0;
addEventListener("popstate", () => { pushed = 0; });
history.pushState = (state, title, url) => {
  const isHere = new URL(url, document.baseURI).pathname === location.pathname;
  const write = isHere && Date.now() - pushed < MOVES ? history.replaceState.bind(history) : push;
  pushed = Date.now();
  write(state, title, url);
};

function nameOf({ key, code, shiftKey }) {
  const digit = key !== "?" && code.match(/^Digit(\d)$/)?.[1];
  return digit ? (shiftKey ? "Shift+" : "") + digit : NAMES[key] ?? key.toUpperCase();
}

// Whether a person types here, also in a component's own tree. An iframe keeps its keys to itself.
const isTyped = (element) => element.isContentEditable || element.matches?.(TYPED);

// All that a key may work on, in a component's own tree too.
function parts({ on, part = "button" }) {
  const places = on.flatMap((key) => [...document.querySelectorAll(`.st-key-${key}`)]);
  const trees = places.flatMap((place) => [
    place, ...[...place.querySelectorAll("*")].flatMap((each) => each.shadowRoot ?? []),
  ]);
  return trees.flatMap((tree) => [...tree.querySelectorAll(part)]);
}

// Of these one that is shown, if it can be pressed, else one that could be if it were shown.
function find(key) {
  const ready = parts(key).filter((each) => !each.disabled);
  return ready.find((each) => each.checkVisibility()) ?? ready[0];
}

// A click, or a move of a range: Streamlit's hears keys, the browser's own only those of a person.
function press(element, key) {
  if (element.type !== "range") return element.click();
  const told = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  if (!element.dispatchEvent(told)) return;
  if (key === "ArrowLeft") element.stepDown();
  else element.stepUp();
  element.dispatchEvent(new Event("input", { bubbles: true }));
}

// A tensor's rows: which timestep, from 0, is at a place on the screen, and which place, as left, top,
// width and height, has a timestep; undefined where there is none. `columns` has the same of a chart.
function rows(tensor) {
  const middles = tensor.dataset.middles.split(" "), box = tensor.getBoundingClientRect();
  const height = middles[1] - middles[0]; // as those, a share of the tensor's
  return {
    at(_, y) {
      const near = (middle) => Math.abs((y - box.top) / box.height - middle) < height / 2;
      const step = middles.findIndex(near); // an ellipsis stands for more than one
      return step < 0 || middles[step] === middles[step + 1] ? undefined : step;
    },
    place(step) {
      if (step >= middles.length) return undefined;
      const top = box.top + (middles[step] - height / 2) * box.height;
      return [box.left, top - 2, box.width, height * box.height + 4]; // the outline lies around it
    },
  };
}

function mount(root) {
  const own = { keys: [], told: {}, ended: new AbortController() };
  const help = root.querySelector("dialog"), marks = root.querySelector(".marks");
  const listen = (type, act) =>
    document.addEventListener(type, act, { signal: own.ended.signal, capture: true });

  function showKeys() {
    help.querySelector("dl").replaceChildren(...own.keys.filter((key) => parts(key).length).map(({ name, does }) => {
      const row = document.createElement("div");
      row.innerHTML = "<dt><kbd></kbd></dt><dd></dd>";
      row.querySelector("kbd").textContent = name;
      row.querySelector("dd").textContent = does;
      return row;
    }));
    help.showModal();
  }
  help.onclick = () => help.close();
  help.onkeydown = ({ key, repeat }) => { if (key === "?" && !repeat) help.close(); };

  listen("keydown", (event) => {
    const path = event.composedPath(), [from] = path;
    if (event.ctrlKey || event.altKey || event.metaKey || path.some(isTyped)) return;
    const name = nameOf(event);
    if (help.open || document.querySelector(COVERS)) return;
    if (name === "?") return showKeys();
    const key = own.keys.find((each) => each.name === name);
    if (!key || (OWNERS[name] && from.closest(OWNERS[name]))) return;
    const element = find(key);
    if (!element) return;
    event.preventDefault();
    event.stopPropagation(); // R is Streamlit's own, too
    if (!event.repeat || element.type === "range") press(element, event.key);
  });

  // What is pasted into a box that reads it is read at once, not first when the box is left.
  listen("paste", (event) => {
    const { target, clipboardData } = event;
    if (!target.matches?.(READS)) return;
    const text = clipboardData?.getData("text") ?? "";
    if (text.length > MOST_PASTED) { // of megabytes a box would be busy for long
      event.preventDefault();
      document.execCommand("insertText", false, text.slice(0, MOST_PASTED));
    }
    const enter = { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true };
    setTimeout(() => target.dispatchEvent(new KeyboardEvent("keydown", enter)));
  });

  // A file that is dropped anywhere goes to the page's uploader, and waits for that where it isn't
  // there yet; on the uploader it is Streamlit's own.
  const carries = ({ dataTransfer }) => [...dataTransfer?.types ?? []].includes("Files");
  const frame = root.querySelector(".drop"), unframe = () => frame.togglePopover(false);
  let dropped;
  listen("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    frame.togglePopover(true);
    clearTimeout(dropped);
    dropped = setTimeout(unframe, DRAGGED);
  });
  listen("drop", (event) => {
    if (!carries(event)) return;
    unframe();
    const zone = event.target.closest?.(ZONE);
    if (zone?.querySelector(`${UPLOADER}, ${MODEL_FILE}`)) return;
    event.preventDefault();
    event.stopPropagation();
    const [file] = event.dataTransfer.files;
    if (file) give(file, GIVES);
  });
  function give(file, times) {
    const model = MODEL.test(file.name) && document.querySelector(MODEL_FILE);
    const input = model || document.querySelector(UPLOADER), one = new DataTransfer();
    if (!input && times && !own.ended.signal.aborted) setTimeout(give, DRAGGED, file, times - 1);
    if (!input) return;
    one.items.add(file);
    input.files = one.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // On paper the page keeps the screen's layout, made smaller: see the print rules of browser.py.
  const paper = document.documentElement.style;
  addEventListener("beforeprint", () => {
    const width = document.querySelector("[data-testid=stVerticalBlock]:has(h1)")?.clientWidth;
    if (!width) return;
    paper.setProperty("--paper-width", `${width}px`);
    paper.setProperty("--paper-zoom", Math.min(1, PAPER / width));
  }, { signal: own.ended.signal });

  // A button or link to another part of the page: that one is read from its top.
  listen("click", ({ target }) =>
    target.closest?.(PARTS) && document.querySelector("[data-testid=stMain]").scrollTo(0, 0));

  // A press on the page's blank ground focuses all of it; the next key would frame it in grey.
  listen("focusin", ({ target }) => {
    if (target.matches("[data-testid=stMain]:not(:focus-visible)")) target.blur();
  });

  arrive(); // what is mounted is the next page's
  if ((root.getRootNode().host ?? root).closest(LISTENER)) reloadWhenWhite(LISTENER);
  const path = location.pathname;
  addEventListener("popstate", () => {
    clearTimeout(own.later); // what is told has the sliders' values from before Back
    if (location.pathname !== path) leave();
  }, { signal: own.ended.signal });
  listen("click", (event) => {
    const link = event.target.closest?.("[data-testid=stPageLink-NavLink]");
    if (!link || !mayTell() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.getAttribute("href").split("?")[0] === location.pathname.split("/").pop()) return;
    leave();
    event.preventDefault();
    event.stopImmediatePropagation();
    setTimeout(() => link.click()); // what was told before is sent with a timer of 0 ms, too
  });
  listen("click", ({ target, detail }) => {
    // A button that was clicked gives the focus back, unless it has opened a field to type into.
    const focused = document.activeElement;
    if (detail && target.closest?.(GIVES_BACK) && focused && !isTyped(focused)) focused.blur();
    if (target.closest?.(".st-key-menu a")) closeDrawer();
  });

  let marked = {}; // the picture and the step of the marks that are shown
  const unmark = () => { marked = {}; marks.replaceChildren(); };
  function point({ target, clientX, clientY }) {
    const picture = target.closest?.(`${CHARTS}, ${TENSORS}`);
    const axis = (each) => (each.matches(TENSORS) ? rows : columns)(each);
    const step = picture && axis(picture)?.at(clientX, clientY);
    if (step === undefined || step === null) return unmark();
    if (picture === marked.picture && step === marked.step) return;
    // All places are read before anything is written, so that the layout is computed once.
    const places = [...document.querySelectorAll(`${CHARTS}, ${TENSORS}`)].map((each) => {
      const along = axis(each);
      return each === picture && along?.marksItself ? undefined : along?.place(step);
    });
    marked = { picture, step };
    marks.replaceChildren(...places.filter(Boolean).map((place) => {
      const mark = document.createElement("div");
      ["left", "top", "width", "height"].forEach((side, k) => { mark.style[side] = `${place[k]}px`; });
      return mark;
    }));
  }
  listen("pointermove", point);
  listen("pointerdown", point); // a finger's mark stays until it touches something else, or scrolls
  listen("pointerout", ({ pointerType, relatedTarget }) => {
    if (pointerType === "mouse" && !relatedTarget) unmark();
  });
  listen("scroll", unmark);
  own.unmark = unmark;

  // A run's row that is pointed at, or has the focus, lifts its curves: compare.css fades the others.
  const page = document.documentElement.dataset;
  function lift({ target }) {
    const letter = target.closest?.(RUNS)?.querySelector("[data-letter]")?.dataset.letter;
    if (letter === page.lifts) return;
    if (!letter) return delete page.lifts;
    document.querySelectorAll(`${CURVES} .trace`).forEach((curve) => { // Plotly has no other mark
      curve.dataset.run = traceOf(curve).name.match(/^([A-F])(,|$)/)?.[1] ?? "";
    });
    page.lifts = letter;
  }
  listen("pointerover", lift);
  listen("focusin", lift);

  // A point of a sweep's chart opens what its row in the table does: at once, where `on_select` of
  // st.plotly_chart (1.67) fades the other points and needs a run of the page first.
  listen("pointerover", ({ target }) => {
    const plot = target.closest?.(`${SWEPT} .js-plotly-plot`);
    if (!plot?.on || plot.isHeard) return;
    plot.isHeard = true;
    plot.on("plotly_click", ({ points }) => {
      const name = points.find((each) => each.customdata)?.customdata;
      [...document.querySelectorAll(POINTS)].find((each) => each.textContent === name)?.click();
    });
  });

  // How high the charts are that fill a place, once all has come to rest: Python draws the next
  // ones so. Streamlit (1.67) would show each in its own height for a moment.
  function measure() {
    const charts = [...document.querySelectorAll(FILLED)].filter((each) => each.clientHeight);
    const placeOf = (each) => each.className.match(/st-key-(chart_\w+)/)[1];
    const heights = charts.map((each) => [placeOf(each), each.clientHeight]);
    const near = ([name, height]) => Math.abs(height - own.told[name]) < 3;
    if (heights.every(near)) return;
    own.told = Object.fromEntries(heights);
    own.tell("heights", heights.map((each) => each.join(":")).join(" "));
  }
  // A system that goes dark in the evening: Streamlit (1.67) follows, but Python hears of it with
  // the next run, and what it has drawn stays light until then.
  const ground = () => getComputedStyle(root).getPropertyValue("--st-background-color");
  let grounded = ground();
  function look() {
    if (ground() !== grounded) own.tell("ground", grounded = ground());
  }
  own.soon = () => {
    clearTimeout(own.later);
    own.later = setTimeout(() => {
      measure();
      look();
      if (opens) closeDrawer();
      opens = false;
    }, REST);
  };
  addEventListener("resize", own.soon, { signal: own.ended.signal });
  matchMedia("(prefers-color-scheme: dark)")
    .addEventListener("change", own.soon, { signal: own.ended.signal });
  root.classList.add("ready"); // for who waits until it hears
  return own;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".listener");
  root.listener ??= mount(root);
  root.listener.keys = data; // of this page
  root.listener.tell = (...told) => mayTell() && setStateValue(...told);
  root.listener.soon();
  root.listener.unmark(); // what is drawn anew may stand elsewhere
  return () => {
    // Streamlit (1.67) ends a call that a newer one overtakes, too.
    if (root.isConnected) return;
    root.listener?.ended.abort();
    clearTimeout(root.listener?.later);
    delete root.listener;
  };
}
