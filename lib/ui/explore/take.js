// The rows of what can be taken away, and what the browser makes itself: pictures of what is seen.
// What is said of it stands in take.py.

const AGAIN = 500, SILENT = 3000; // milliseconds until it is asked again: after a word, and without one
const QUEUE = []; // what is asked for: it outlives the element, which may be made anew
const SVG = "http://www.w3.org/2000/svg";
const SEEN = 700; // milliseconds between two looks at what is on the page
const PAD = 10; // room around a picture, in the page's pixels
const SCALE = 2; // pixels of a PNG for one of the page

const made = (name, attributes = {}, ...inside) => {
  const element = document.createElement(name);
  Object.assign(element, attributes);
  element.append(...inside.filter((each) => each));
  return element;
};
const drawn = (name, attributes, ...inside) => {
  const element = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.append(...inside);
  return element;
};

function sizeOf(bytes) {
  if (bytes < 1000) return `${Math.round(bytes)}\u00A0B`;
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${size < 9.95 ? size.toFixed(1).replace(".0", "") : Math.round(size)}\u00A0${unit}`;
}

function save(content, name) {
  const link = made("a", { href: URL.createObjectURL(new Blob([content])), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// ── Pictures ──

// Streamlit's letters as a data URL, so that a picture has them elsewhere, too.
let letters;
async function fontFace() {
  const faces = [...document.styleSheets].flatMap((sheet) => {
    try { return [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule); }
    catch { return []; } // of another origin
  });
  const family = getComputedStyle(document.body).fontFamily.split(",")[0].replace(/["']/g, "");
  const face = faces.find(({ style }) =>
    style.getPropertyValue("font-family").replace(/["']/g, "") === family
    && !/italic/.test(style.getPropertyValue("font-style")));
  const source = face?.style.getPropertyValue("src").match(/url\(["']?([^"')]+)/)?.[1];
  if (!source) return "";
  const base = face.parentStyleSheet.href ?? document.baseURI;
  const blob = await (await fetch(new URL(source, base))).blob();
  const data = await new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(blob);
  });
  const weight = face.style.getPropertyValue("font-weight") || "normal";
  return `@font-face{font-family:"${family}";font-weight:${weight};src:url(${data})}`;
}

// A chart: the layers that Plotly has drawn, without what follows the pointer.
function ofChart(place) {
  const seen = (each) => each.checkVisibility({ visibilityProperty: true });
  const plot = [...place.querySelectorAll(".js-plotly-plot")].find(seen);
  if (!plot) return null;
  const layers = [...plot.querySelectorAll(".main-svg")];
  if (!layers.length) return null; // it is being drawn
  const { width, height } = layers[0].getBoundingClientRect();
  const inside = layers.map((layer) => {
    const copy = layer.cloneNode(true);
    copy.querySelectorAll(".hoverlayer, .zoomlayer, .draglayer").forEach((each) => each.remove());
    copy.querySelectorAll("[clip-path]").forEach((each) => { // Plotly may name the page as well
      each.setAttribute("clip-path", each.getAttribute("clip-path").replace(/url\((['"]?)[^#]*#/, "url($1#"));
    });
    return drawn("g", {}, ...copy.childNodes);
  });
  const moved = drawn("g", { transform: `translate(${PAD} ${PAD})` }, ...inside);
  const ground = getComputedStyle(layers[0]).backgroundColor;
  return { inside: [moved], width: width + 2 * PAD, height: height + 2 * PAD, ground };
}

// The shape strip: its words, lines and images at their places.
function ofStrip(place) {
  const box = place.getBoundingClientRect(), inside = [];
  const at = ({ left, top }) => [left - box.left + PAD, top - box.top + PAD];
  const ink = document.createElement("canvas").getContext("2d");
  function words(node, style) {
    const range = document.createRange(), lines = [];
    [...node.data].forEach((letter, k) => {
      range.setStart(node, k);
      range.setEnd(node, k + 1);
      const rect = range.getClientRects()[0], last = lines.at(-1);
      if (!rect) return;
      const down = style.writingMode.startsWith("vertical");
      if (last && (down || Math.abs(last.rect.top - rect.top) < 2)) last.text += letter;
      else if (letter.trim()) lines.push({ rect, text: letter, down });
    });
    ink.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: below } = ink.measureText("x");
    lines.forEach(({ rect, text, down }) => {
      const [x, y] = at(rect);
      const turned = `translate(${x + (rect.width - up - below) / 2 + below} ${y}) rotate(90)`;
      inside.push(drawn("text", {
        ...(down ? { transform: turned } : { x, y: y + up }), fill: style.color,
        "font-family": style.fontFamily, "font-size": style.fontSize, "font-weight": style.fontWeight,
      }, text.trimEnd()));
    });
  }
  function walk(element) {
    const style = getComputedStyle(element), rect = element.getBoundingClientRect(), [x, y] = at(rect);
    const { width, height } = rect;
    if (element.matches(".arrow-head")) {
      const points = `${x},${y} ${x + width},${y + height / 2} ${x},${y + height}`;
      return inside.push(drawn("polygon", { points, fill: style.borderLeftColor }));
    }
    if (element.matches("img")) {
      const [, code] = element.src.split("base64,");
      const image = new DOMParser().parseFromString(atob(code), "image/svg+xml").documentElement;
      Object.entries({ x, y, width, height }).forEach(([key, value]) => image.setAttribute(key, value));
      return inside.push(image);
    }
    if (!/, 0\)|transparent/.test(style.backgroundColor)) {
      inside.push(drawn("rect", { x, y, width, height, fill: style.backgroundColor }));
    }
    element.childNodes.forEach((node) => {
      if (node.nodeType === Node.TEXT_NODE) words(node, style);
      else if (node.nodeType === Node.ELEMENT_NODE) walk(node);
    });
  }
  walk(place);
  return { inside, width: box.width + 2 * PAD, height: box.height + 2 * PAD };
}

// What a selector stands for as an SVG's text, with its size; null where it isn't on the page.
async function picture(selector, title) {
  const place = [...document.querySelectorAll(selector)].find((each) => each.checkVisibility());
  const of = place && (place.matches(".strip") ? ofStrip(place) : ofChart(place));
  if (!of) return null;
  const width = Math.ceil(of.width), height = Math.ceil(of.height);
  const page = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor;
  const ground = !of.ground || /, 0\)|transparent/.test(of.ground) ? page : of.ground;
  letters ??= fontFace().catch(() => "");
  const svg = drawn("svg", { width, height, viewBox: `0 0 ${width} ${height}` },
    drawn("title", {}, title), drawn("style", {}, await letters),
    drawn("rect", { width: "100%", height: "100%", fill: ground }), ...of.inside);
  return { text: new XMLSerializer().serializeToString(svg), width, height };
}

async function asPng({ text, width, height }) {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = made("canvas", { width: width * SCALE, height: height * SCALE });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  return new Uint8Array(await blob.arrayBuffer());
}

// Files side by side in a zip, as they are (APPNOTE.TXT 4.3: local headers, directory, its end).
function zipped(files) {
  const table = Uint32Array.from({ length: 256 }, (_, k) => {
    for (let bit = 0; bit < 8; bit++) k = k & 1 ? 0xEDB88320 ^ (k >>> 1) : k >>> 1;
    return k;
  });
  const crc = (bytes) => ~bytes.reduce((sum, each) => table[(sum ^ each) & 255] ^ (sum >>> 8), -1) >>> 0;
  const numbers = (...pairs) => pairs.flatMap(([value, count]) =>
    Array.from({ length: count }, (_, k) => (value >>> (8 * k)) & 255));
  const begin = [], directory = [];
  let offset = 0;
  files.forEach(({ name, bytes }) => {
    const title = new TextEncoder().encode(name), size = bytes.length;
    const about = numbers([20, 2], [0x800, 2], [0, 2], [0, 2], [0x21, 2], [crc(bytes), 4], [size, 4],
      [size, 4], [title.length, 2], [0, 2]);
    const local = new Uint8Array([...numbers([0x04034B50, 4]), ...about, ...title]);
    directory.push(new Uint8Array([...numbers([0x02014B50, 4], [20, 2]), ...about,
      ...numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]), ...title]));
    begin.push(local, bytes);
    offset += local.length + size;
  });
  const size = directory.reduce((sum, each) => sum + each.length, 0);
  const end = numbers([0x06054B50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [size, 4],
    [offset, 4], [0, 2]);
  return new Blob([...begin, ...directory, new Uint8Array(end)]);
}

// ── Rows ──

function mount(root) {
  const own = { queue: QUEUE, data: null, text: "" };
  const parts = root.querySelector(".parts"), said = root.querySelector(".said");
  const say = (words, failed = false) => {
    said.textContent = words;
    said.classList.toggle("failed", failed);
  };
  const button = (id) => parts.querySelector(`[data-id="${CSS.escape(id)}"]`);
  const look = () => {
    const waits = new Set(own.queue.map(({ id }) => id));
    parts.querySelectorAll("button").forEach((each) => {
      each.classList.toggle("waits", waits.has(each.dataset.asks));
    });
  };

  // One at a time is asked for, again and again until it is there; the others wait.
  const ask = (after = 0) => {
    clearTimeout(own.timer);
    look();
    if (!own.queue.length) return;
    own.timer = setTimeout(() => {
      if (!root.isConnected) return;
      own.tell(own.queue[0].id);
      ask(SILENT);
    }, after);
  };
  const next = () => {
    own.queue.shift();
    if (!own.queue.length) own.tell("received");
    ask();
  };
  const done = (name, bytes) => say(`${name} is made: ${sizeOf(bytes)}.`);

  async function takePicture(row, kind) {
    const rows = own.data.parts.flatMap((part) => part.rows).filter(({ picture: of }) => of);
    const asked = row.picture === "*" ? rows.filter((each) => each.picture !== "*") : [row];
    const files = [];
    for (const each of asked) {
      const svg = await picture(each.picture, each.title);
      if (!svg) continue;
      const bytes = kind === "svg" ? new TextEncoder().encode(svg.text) : await asPng(svg);
      files.push({ name: `${own.data.stem}-${each.name}.${kind}`, bytes });
    }
    if (!files.length) return say("That isn't on the page at the moment.", true);
    const all = row.picture === "*" && zipped(files);
    const name = all ? `${own.data.stem}-${row.name}-${kind}.zip` : files[0].name;
    save(all || files[0].bytes, name);
    done(name, all ? all.size : files[0].bytes.length);
  }

  function fileButton(row, id, label, name, act) {
    const element = made("button", { type: "button", title: name, onclick: act },
      made("span", { ariaHidden: "true", textContent: "⤓ " }), label,
      made("span", { className: "hidden", textContent: ` ${row.title}` }));
    Object.assign(element.dataset, { id, asks: id });
    return element;
  }
  function rowOf(row) {
    const files = made("div", { className: "files" });
    let tick;
    if (row.picture) {
      for (const kind of ["svg", "png"]) {
        const id = `${row.name}.${kind}`, name = `${own.data.stem}-${id}`;
        const act = () => takePicture(row, kind).catch((error) => say(`It couldn't be made: ${error.message}.`, true));
        files.append(fileButton(row, id, kind.toUpperCase(), name, act));
      }
    }
    for (const [id, label] of Object.entries(row.files)) {
      if (id.endsWith("_rows")) {
        tick = made("input", { type: "checkbox", value: id });
        files.prepend(made("label", {}, tick, label));
        continue;
      }
      const name = own.data.files[id];
      files.append(fileButton(row, id, label, name, ({ currentTarget }) => {
        const asked = currentTarget.dataset.asks = tick?.checked ? tick.value : id;
        if (own.queue.some((each) => each.id === asked)) return;
        own.queue.push({ id: asked, name });
        say("It is being made …");
        if (own.queue.length === 1) ask();
        else look();
      }));
    }
    const element = made("div", { className: "row" },
      made("div", {}, made("div", { textContent: row.title }),
        row.about && made("div", { className: "about" }, row.about)), files);
    if (row.picture && row.picture !== "*") element.dataset.of = row.picture;
    return element;
  }
  // Only of what is on the page can a picture be made; the page may draw it after these rows.
  const lookAround = () => parts.querySelectorAll("[data-of]").forEach((row) => {
    row.hidden = !document.querySelector(row.dataset.of);
  });

  own.hear = (data) => {
    const first = own.queue[0];
    if (data instanceof Uint8Array) {
      // What it is stands before it: an answer may come twice, or when another file is waited for.
      const end = data.indexOf(10), id = new TextDecoder().decode(data.subarray(0, end));
      if (id !== first?.id) return;
      const file = data.subarray(end + 1);
      save(file, first.name);
      done(first.name, file.length);
      return next();
    }
    const [{ said: told, ...rest }] = data, text = JSON.stringify(rest);
    if (text !== own.text) {
      const focused = root.getRootNode().activeElement?.dataset?.id;
      own.data = rest;
      own.text = text;
      root.querySelector(".note").textContent = rest.note;
      parts.replaceChildren(...rest.parts.map((part) =>
        made("section", {}, made("h4", { textContent: part.title }), ...part.rows.map(rowOf))));
      if (focused) button(focused)?.focus();
      look();
    }
    lookAround();
    if (!first || told?.id !== first.id) return;
    say(told.words, told.failed);
    if (told.failed) next();
    else ask(AGAIN);
  };
  own.ask = ask;
  own.looking = setInterval(() => (root.isConnected ? lookAround() : clearInterval(own.looking)), SEEN);
  return own;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".take");
  const isNew = !root.take;
  root.take ??= mount(root);
  root.take.tell = (id) => setTriggerValue("asked", id);
  root.take.hear(data);
  if (isNew) root.take.ask();
}
