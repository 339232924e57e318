// The rows of the Downloads card, and the pictures that the browser makes. take.toml has the texts.

const AGAIN = 500, SILENT = 3000; // milliseconds to the next request: after a reply, and if none arrives
let ASKED = null; // the requested file; a variable of the module, since the element may be recreated
const SVG = "http://www.w3.org/2000/svg";
const SEEN = 700; // milliseconds between two checks of which pictures are on the page
const PAD = 10; // padding around a picture, in CSS pixels
const SCALE = 2; // pixels of a PNG per CSS pixel
const ALL = "*"; // the `picture` of the row that saves all pictures

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

// ── Pictures ──

// Streamlit's font as a data URL, so that a picture looks the same without the app.
let letters;
async function fontFace() {
  const faces = [...document.styleSheets].flatMap((sheet) => {
    try { return [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule); }
    catch { return []; } // a style sheet of another origin
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

// Return a chart: Plotly's layers without the hover labels.
function ofChart(place) {
  const seen = (each) => each.checkVisibility({ visibilityProperty: true });
  const plot = [...place.querySelectorAll(".js-plotly-plot")].find(seen);
  if (!plot) return null;
  const layers = [...plot.querySelectorAll(LAYERS)];
  if (!layers.length) return null; // not drawn yet
  const { width, height } = layers[0].getBoundingClientRect();
  const inside = layers.map((layer) => {
    const copy = layer.cloneNode(true);
    copy.querySelectorAll(POINTER_LAYERS).forEach((each) => each.remove());
    copy.querySelectorAll("[clip-path]").forEach((each) => { // Plotly may write the page's URL before the id
      each.setAttribute("clip-path", each.getAttribute("clip-path").replace(/url\((['"]?)[^#]*#/, "url($1#"));
    });
    return drawn("g", {}, ...copy.childNodes);
  });
  const moved = drawn("g", { transform: `translate(${PAD} ${PAD})` }, ...inside);
  const ground = getComputedStyle(layers[0]).backgroundColor;
  return { inside: [moved], width: width + 2 * PAD, height: height + 2 * PAD, ground };
}

// Return the shape strip: its texts, lines and images at their positions.
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

// Return a selector's element as SVG text with its size; null if it isn't on the page.
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

// CRC-32, as in ZIP files.
function checksum(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xEDB88320 : crc >>> 1;
  }
  return ~crc;
}

// Return an uncompressed ZIP of files { name, bytes } (APPNOTE.TXT 4.3): each file after its header,
// then a directory that repeats the headers, then the end record. Fields have 16 bits, or two times 16.
function zipped(files) {
  const long = (value) => [value & 0xFFFF, value >>> 16];
  const contents = [], directory = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const title = new TextEncoder().encode(name), size = long(bytes.length);
    // Version 2.0, a name in UTF-8, no compression, midnight, 1 January 1980.
    const about = [20, 0x800, 0, 0, 0x21, ...long(checksum(bytes)), ...size, ...size, title.length, 0];
    const header = new Uint16Array([0x4B50, 0x0403, ...about]);
    contents.push(header, title, bytes);
    directory.push(new Uint16Array([0x4B50, 0x0201, 20, ...about, 0, 0, 0, 0, 0, ...long(offset)]), title);
    offset += header.byteLength + title.length + bytes.length;
  }
  const size = directory.reduce((sum, each) => sum + each.byteLength, 0), count = files.length;
  const end = [0x4B50, 0x0605, 0, 0, count, count, ...long(size), ...long(offset), 0];
  return new Blob([...contents, ...directory, new Uint16Array(end)]);
}

// ── Rows ──

function mount(root) {
  const own = { data: null, text: "" };
  const parts = root.querySelector(".parts"), message = root.querySelector(".message");
  const report = (words, failed = false) => {
    message.textContent = words;
    message.classList.toggle("failed", failed);
  };
  const done = (name, bytes) => report(`Downloaded ${name} (${sizeOf(bytes)}).`);

  // Request one file at a time, and repeat the request until the file is ready.
  own.ask = (after = 0) => {
    clearTimeout(own.timer);
    parts.querySelectorAll("button").forEach((each) =>
      each.classList.toggle("waits", each.dataset.asks === ASKED?.id));
    if (!ASKED) return;
    own.timer = setTimeout(() => {
      if (!root.isConnected) return;
      own.send(ASKED.id);
      own.ask(SILENT);
    }, after);
  };
  function end() {
    ASKED = null;
    own.ask();
  }

  // Return files of the rows' pictures that are on the page.
  async function picturesOf(rows, kind) {
    const { stem } = own.data, files = [];
    for (const row of rows) {
      const svg = await picture(row.picture, row.title);
      if (!svg) continue;
      const bytes = kind === "svg" ? new TextEncoder().encode(svg.text) : await asPng(svg);
      files.push({ name: `${stem}-${row.name}.${kind}`, bytes });
    }
    return files;
  }
  async function takePicture(row, kind, name) {
    const isAll = row.picture === ALL, rows = own.data.parts.flatMap((part) => part.rows);
    const asked = isAll ? rows.filter(({ picture: of }) => of && of !== ALL) : [row];
    const files = await picturesOf(asked, kind);
    if (!files.length) return report("This picture isn't on the page now.", true);
    const file = isAll ? zipped(files) : new Blob([files[0].bytes]);
    save(file, name);
    done(name, file.size);
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
        const id = `${row.name}.${kind}`, end = row.picture === ALL ? `-${kind}.zip` : `.${kind}`;
        const name = own.data.stem + "-" + row.name + end;
        const act = () => takePicture(row, kind, name)
          .catch((error) => report(`The picture couldn't be made: ${error.message}.`, true));
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
        currentTarget.dataset.asks = tick?.checked ? tick.value : id;
        ASKED = { id: currentTarget.dataset.asks, name };
        report("Making the file …");
        own.ask();
      }));
    }
    const element = made("div", { className: "row" },
      made("div", {}, made("div", { textContent: row.title }),
        row.about && made("div", { className: "about" }, row.about)), files);
    if (row.picture && row.picture !== ALL) element.dataset.of = row.picture;
    return element;
  }
  // Show a picture's row only if its element is on the page, where it may appear later.
  const lookAround = () => parts.querySelectorAll("[data-of]").forEach((row) => {
    row.hidden = !document.querySelector(row.dataset.of);
  });

  own.receive = (data) => {
    if (data instanceof Uint8Array) {
      // The first line has the file's id: a reply may come twice, or after another request.
      const line = data.indexOf(10), id = new TextDecoder().decode(data.subarray(0, line));
      if (id !== ASKED?.id) return;
      const file = data.subarray(line + 1);
      save(file, ASKED.name);
      done(ASKED.name, file.length);
      own.send("received");
      return end();
    }
    const [{ message, ...rest }] = data, text = JSON.stringify(rest);
    if (text !== own.text) {
      const focused = root.getRootNode().activeElement?.dataset?.id;
      Object.assign(own, { data: rest, text });
      root.querySelector(".note").textContent = rest.note;
      parts.replaceChildren(...rest.parts.map((part) =>
        made("section", {}, made("h4", { textContent: part.title }), ...part.rows.map(rowOf))));
      if (focused) parts.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
    }
    lookAround();
    if (!ASKED || message?.id !== ASKED.id) return;
    report(message.words, message.failed);
    if (message.failed) end();
    else own.ask(AGAIN);
  };
  own.looking = setInterval(() => (root.isConnected ? lookAround() : clearInterval(own.looking)), SEEN);
  return own;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".take");
  const isNew = !root.take;
  root.take ??= mount(root);
  root.take.send = (id) => setTriggerValue("asked", id);
  root.take.receive(data);
  if (isNew) root.take.ask();
}
