// The script of every page. It handles keys, gives a file dropped anywhere to the page's uploader, marks
// the timestep under the pointer in all pictures, opens a point's run on Sweep, and closes the sidebar on
// phones. white_page.js and plotly_private.js come first in the same module, since a component has one
// script.

// Selectors of fields for typing, of elements that cover the page, and of elements that handle keys.
const TYPED = "textarea, select, [role=textbox], [role=listbox], [data-testid=stMultiSelect], "
  + "input:not([type=range], [type=checkbox], [type=radio], [type=button])";
const COVERS = "dialog[open], [role=dialog], [role=alertdialog], [role=menu]";
const MOVED = "[type=range], [type=radio], canvas, [role=slider], [role=radiogroup], "
  + "[role=tablist], [role=grid]";
const PRESSED = "button, summary, input:not([type=range]), [role=button], [role=radio], [role=tab]";
const OWNERS = { "←": MOVED, "→": MOVED, space: PRESSED }; // key → elements that handle the key
const BLURS = "[data-testid=stButtonGroup], .st-key-present button, .st-key-present_foot button";
const NAMES = { ArrowLeft: "←", ArrowRight: "→", " ": "space" };

const CHARTS = ".st-key-chart_predictions, .st-key-chart_step_error, .st-key-chart_sample";
const TENSORS = ".timesteps"; // see lib.charts.strip
const FILLED = "[class*='st-key-card_'] > * > [class*='st-key-chart_']"; // see explore.css
const SWEPT = "[class*=st-key-sweep_]", POINTS = ".points a"; // a sweep's charts; links in its table
const UPLOADER = ":is(.st-key-upload_file, .st-key-open_file) input[type=file]";
const READS = ":is(.st-key-model_text, .st-key-error_text) textarea"; // they send pasted text at once
const MOST_PASTED = 250000; // characters, more than the app reads of a model or an error
const MODEL = /\.(keras|json|py|txt|ipynb|h5|hdf5)$/i, MODEL_FILE = ".st-key-model_file input[type=file]";
const ZONE = "[data-testid=stFileUploaderDropzone]";
const PARTS = `:is(.st-key-to_doctor, .st-key-to_error, .st-key-open_stack, .st-key-lesson_ways,
  .st-key-lesson_progress) button, :is(.st-key-gallery, .st-key-ways_of_card) a`;
const DRAGGED = 400; // milliseconds without a dragover event after which the file has left the window
const GIVES = 50; // tries, one every DRAGGED milliseconds, to find an uploader for a dropped file
const SETTLED = 700; // milliseconds to wait after a page was drawn or resized
const LEAVES = 10000; // milliseconds after a link's click; a page that is still open may then report
const PAUSE = 1000; // milliseconds without an action: the next action then makes a history entry
const LISTENER = ".st-key-listener", OPEN = "[data-testid=stSidebar][data-collapsed=false]";
const DRAWER = 768; // pixels: on a smaller screen, the open sidebar covers the page

// After a click on a link, no component may report to the previous page: Streamlit (1.67) would stay on
// that page, or show an empty page.
const mayTell = () => !("leaves" in document.documentElement.dataset);
const arrive = () => { delete document.documentElement.dataset.leaves; };
function leave() {
  document.documentElement.dataset.leaves = "";
  setTimeout(arrive, LEAVES);
}

function closeDrawer() {
  const small = innerWidth < DRAWER || (innerHeight < 500 && matchMedia("(pointer:coarse)").matches);
  if (small) document.querySelector(`${OPEN} [data-testid=stSidebarCollapseButton] button`)?.click();
}
let isFirst = true; // whether the browser has just loaded the page

// Quick actions, such as three presses of an arrow key, make one entry of the history.
const push = history.pushState.bind(history);
let acted = 0, isNew = true;
const act = () => { isNew ||= Date.now() - acted > PAUSE; acted = Date.now(); };
["keydown", "pointerdown", "popstate"].forEach((type) => addEventListener(type, act, true));
history.pushState = (...entry) => {
  const isHere = new URL(entry[2], document.baseURI).pathname === location.pathname;
  if (isNew || !isHere) push(...entry);
  else history.replaceState(...entry);
  isNew = false;
};

function nameOf({ key, code, shiftKey }) {
  const digit = key !== "?" && code.match(/^Digit(\d)$/)?.[1];
  return digit ? (shiftKey ? "Shift+" : "") + digit : NAMES[key] ?? key.toUpperCase();
}

// Return whether an element is for typing, also within a component. An iframe handles its own keys.
const isTyped = (element) => element.isContentEditable || element.matches?.(TYPED);

// Return all elements that a key may press, also within components.
function parts({ on, part = "button" }) {
  const places = on.flatMap((key) => [...document.querySelectorAll(`.st-key-${key}`)]);
  const trees = places.flatMap((place) => [
    place, ...[...place.querySelectorAll("*")].flatMap((each) => each.shadowRoot ?? []),
  ]);
  return trees.flatMap((tree) => [...tree.querySelectorAll(part)]);
}

// Return the first enabled element, a visible one if possible.
function find(key) {
  const ready = parts(key).filter((each) => !each.disabled);
  return ready.find((each) => each.checkVisibility()) ?? ready[0];
}

// Click an element, or move a range input, since a browser's range input ignores keys from scripts.
function press(element, key) {
  if (element.type !== "range") return element.click();
  const sent = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  if (!element.dispatchEvent(sent)) return;
  if (key === "ArrowLeft") element.stepDown();
  else element.stepUp();
  element.dispatchEvent(new Event("input", { bubbles: true }));
}

// Return two functions for a tensor's rows: `at` maps a point on the screen to a timestep from 0, `place`
// maps a timestep to left, top, width and height. Both return undefined outside of the rows.
function rows(tensor) {
  const middles = tensor.dataset.middles.split(" "), box = tensor.getBoundingClientRect();
  const height = middles[1] - middles[0]; // a fraction of the tensor's height, like the middles
  return {
    at(_, y) {
      const near = (middle) => Math.abs((y - box.top) / box.height - middle) < height / 2;
      const step = middles.findIndex(near); // several timesteps of an ellipsis have the same middle
      return step < 0 || middles[step] === middles[step + 1] ? undefined : step;
    },
    place(step) {
      if (step >= middles.length) return undefined;
      const top = box.top + (middles[step] - height / 2) * box.height;
      return [box.left, top - 2, box.width, height * box.height + 4]; // the outline surrounds the row
    },
  };
}

function mount(root) {
  const own = { keys: [], sent: {}, ended: new AbortController() };
  const help = root.querySelector("dialog"), marks = root.querySelector(".marks");
  const listen = (type, act) =>
    document.addEventListener(type, act, { signal: own.ended.signal, capture: true });

  function showKeys() {
    const usable = own.keys.filter((key) => parts(key).length);
    help.querySelector("dl").replaceChildren(...usable.map(({ name, does }) => {
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
    event.stopPropagation(); // Streamlit handles R, too
    if (!event.repeat || element.type === "range") press(element, event.key);
  });

  // Send pasted text at once, not only when the field loses the focus.
  listen("paste", (event) => {
    const { target, clipboardData } = event;
    if (!target.matches?.(READS)) return;
    const text = clipboardData?.getData("text") ?? "";
    if (text.length > MOST_PASTED) { // megabytes would block the field
      event.preventDefault();
      document.execCommand("insertText", false, text.slice(0, MOST_PASTED));
    }
    const enter = { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true };
    setTimeout(() => target.dispatchEvent(new KeyboardEvent("keydown", enter)));
  });

  // Give a file dropped anywhere to the page's uploader, and wait for the uploader if necessary.
  // Streamlit handles a file dropped on the uploader.
  const hasFile = ({ dataTransfer }) => [...dataTransfer?.types ?? []].includes("Files");
  const frame = root.querySelector(".drop"), hideFrame = () => frame.togglePopover(false);
  let hideTimer;
  listen("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    frame.togglePopover(true);
    clearTimeout(hideTimer);
    hideTimer = setTimeout(hideFrame, DRAGGED);
  });
  listen("drop", (event) => {
    if (!hasFile(event)) return;
    hideFrame();
    const zone = event.target.closest?.(ZONE);
    if (zone?.querySelector(`${UPLOADER}, ${MODEL_FILE}, .st-key-torch_file *`)) return;
    event.preventDefault();
    event.stopPropagation();
    const [file] = event.dataTransfer.files;
    if (file) give(file, GIVES);
  });
  function give(file, tries) {
    const model = MODEL.test(file.name) && document.querySelector(MODEL_FILE);
    const input = model || document.querySelector(UPLOADER), transfer = new DataTransfer();
    if (!input && tries && !own.ended.signal.aborted) setTimeout(give, DRAGGED, file, tries - 1);
    if (!input) return;
    transfer.items.add(file);
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // A button or link to another part of the page scrolls to the top.
  listen("click", ({ target }) =>
    target.closest?.(PARTS) && document.querySelector("[data-testid=stMain]").scrollTo(0, 0));

  // A click on empty space focuses the whole page. Undo this: the next key would outline the page.
  listen("focusin", ({ target }) => {
    if (target.matches("[data-testid=stMain]:not(:focus-visible)")) target.blur();
  });

  arrive(); // the next page has mounted this script
  if ((root.getRootNode().host ?? root).closest(LISTENER)) reloadWhenWhite(LISTENER);
  const path = location.pathname;
  addEventListener("popstate", () => {
    clearTimeout(own.later); // a report would also send the sliders' values from before Back
    if (location.pathname !== path) leave();
  }, { signal: own.ended.signal });
  listen("click", (event) => {
    const link = event.target.closest?.("[data-testid=stPageLink-NavLink]");
    if (!link || !mayTell() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.getAttribute("href").split("?")[0] === location.pathname.split("/").pop()) return;
    leave();
    event.preventDefault();
    event.stopImmediatePropagation();
    setTimeout(() => link.click()); // click after the reports that are already waiting
  });
  listen("click", ({ target, detail }) => {
    // A clicked button loses the focus, unless it opened a field for typing.
    const focused = document.activeElement;
    if (detail && target.closest?.(BLURS) && focused && !isTyped(focused)) focused.blur();
    if (target.closest?.(".st-key-menu a")) closeDrawer();
  });

  let marked = {}; // the picture and the step of the visible marks
  const unmark = () => { marked = {}; marks.replaceChildren(); };
  function point({ target, clientX, clientY }) {
    const picture = target.closest?.(`${CHARTS}, ${TENSORS}`);
    const axis = (each) => (each.matches(TENSORS) ? rows : columns)(each);
    const step = picture && axis(picture)?.at(clientX, clientY);
    if (step === undefined || step === null) return unmark();
    if (picture === marked.picture && step === marked.step) return;
    // Read all places before writing any, so that the browser computes the layout once.
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
  listen("pointerdown", point); // after a touch, the mark stays until the next touch or scroll
  listen("pointerout", ({ pointerType, relatedTarget }) => {
    if (pointerType === "mouse" && !relatedTarget) unmark();
  });
  listen("scroll", unmark);
  own.unmark = unmark;

  // A click on a point of a sweep's chart clicks the point's link in the table. `on_select` of
  // st.plotly_chart (1.67) would fade the other points, and need a script run first.
  listen("pointerover", ({ target }) => {
    const plot = target.closest?.(`${SWEPT} .js-plotly-plot`);
    if (!plot?.on || plot.hasListener) return;
    plot.hasListener = true;
    plot.on("plotly_click", ({ points }) => {
      const name = points.find((each) => each.customdata)?.customdata;
      [...document.querySelectorAll(POINTS)].find((each) => each.textContent === name)?.click();
    });
  });

  // Report the heights of charts that fill a place once the page rests, so that Python draws the next
  // charts in these heights. Streamlit (1.67) would show each chart in another height for a moment.
  function measure() {
    const charts = [...document.querySelectorAll(FILLED)].filter((each) => each.clientHeight);
    const placeOf = (each) => each.className.match(/st-key-(chart_\w+)/)[1];
    const heights = charts.map((each) => [placeOf(each), each.clientHeight]);
    const near = ([name, height]) => Math.abs(height - own.sent[name]) < 3;
    if (heights.every(near)) return;
    own.sent = Object.fromEntries(heights);
    own.tell("heights", heights.map((each) => each.join(":")).join(" "));
  }
  // When the system switches to dark, Streamlit (1.67) follows, but Python's charts would stay light
  // until the next script run.
  const background = () => getComputedStyle(root).getPropertyValue("--st-background-color");
  let reported = background();
  function reportBackground() {
    if (background() !== reported) own.tell("background", reported = background());
  }
  own.reportSoon = () => {
    clearTimeout(own.later);
    own.later = setTimeout(() => {
      measure();
      reportBackground();
      if (isFirst && !acted) closeDrawer();
      isFirst = false;
    }, SETTLED);
  };
  addEventListener("resize", () => { unmark(); own.reportSoon(); }, { signal: own.ended.signal });
  matchMedia("(prefers-color-scheme: dark)")
    .addEventListener("change", own.reportSoon, { signal: own.ended.signal });
  root.classList.add("ready"); // for tests, which wait for it
  return own;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".listener");
  root.listener ??= mount(root);
  root.listener.keys = data; // the page's keys
  root.listener.tell = (...message) => mayTell() && setStateValue(...message);
  root.listener.reportSoon();
  root.listener.unmark(); // a redrawn picture may have moved
  return () => {
    // Streamlit (1.67) also calls this function when a newer call replaces this call.
    if (root.isConnected) return;
    root.listener?.ended.abort();
    clearTimeout(root.listener?.later);
    delete root.listener;
  };
}
