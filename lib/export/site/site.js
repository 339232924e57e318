// The static site: charts that are drawn when they come into view, the strip's sliders, the playhead.

const files = {}, loads = {}; // values of the files in data/, and promises of loaded scripts, by address
const dark = matchMedia("(prefers-color-scheme: dark)"), narrow = matchMedia("(max-width: 40rem)");
const all = (selector, act) => document.querySelectorAll(selector).forEach(act);

function load(address) {
  return loads[address] ??= new Promise((resolve, onerror) => {
    const onload = () => setTimeout(resolve); // a new task, so that a large script doesn't block the page for long
    document.head.append(Object.assign(document.createElement("script"), { src: address, onload, onerror }));
  });
}
async function read(name) {
  const file = `${name}.${dark.matches ? "dark" : "light"}`;
  await load(`data/${file}.js`);
  return files[file];
}

async function draw(place) {
  await begun;
  const layout = "replay" in place.dataset && narrow.matches ? ".narrow" : "";
  const [figure] = await Promise.all([read(place.dataset.figure + layout), load("plotly.js")]);
  await drawFigure(place, structuredClone(figure)); // Plotly changes what it draws
}
// In a narrow window, a chart waits for the first scroll, press or key: on a phone, Plotly takes 0.4 s to load.
const begun = new Promise((resolve) => {
  if (!narrow.matches) return resolve();
  for (const type of ["scroll", "pointerdown", "pointermove", "keydown"]) addEventListener(type, resolve, { once: true });
});
const inView = new IntersectionObserver((entries) => entries.forEach(({ isIntersecting, target }) => {
  if (!isIntersecting) return;
  inView.unobserve(target);
  draw(target);
}));

// The output shape, parameters and formula of each layer, as `rnn_output_shape` and `rnn_parameter_count`.
function traced({ blocks, biases }, { T, F, U, layers, mode }) {
  const product = (F, U) => `${blocks > 1 ? `${blocks}·` : ""}${U}·(${F}+${U}+${biases[0]})`;
  return Array.from({ length: layers }, (_, k) => ({
    shape: mode === "last" && k === layers - 1 ? [U] : [T, U],
    parameters: blocks * U * ((k ? U : F) + U + biases[0]),
    formula: `${product(k ? "U" : "F", "U")} = ${product(k ? U : F, U)}`,
  }));
}

function startStrip(form) {
  const { codes, cells, sizes, modes } = JSON.parse(form.dataset.strip), place = form.nextElementSibling;
  function show() {
    const chosen = Object.fromEntries([...form.elements].map(({ name, value }) => [name, isNaN(value) ? value : +value]));
    all("output", (output) => { output.value = chosen[output.id]; });
    const { T, F, U, cell, layers } = chosen, scale = Math.min(10, 150 / Math.max(T, F, U));
    const code = (name) => `<button type="button" class="copy">Copy</button><pre tabindex="0">${Object.entries(sizes).reduce(
      (text, [key, size]) => text.replaceAll(size, chosen[key]), codes[`${cell}-${layers}-${name}`])}</pre>`;
    const tensor = (shape, color) => `<div class="tensor"><code>(${["N", ...shape].join(", ")})</code>
      <i class="${color}" style="--w:${shape.at(-1)};--h:${shape.length > 1 ? shape[0] : 1};--pitch:${scale}px;--line:${scale < 4 ? 0 : 1}px"></i></div>`;
    const panel = ([mode, { label, keras, about }]) => {
      const steps = traced(cells[cell], { ...chosen, mode });
      const total = steps.reduce((sum, { parameters }) => sum + parameters, 0).toLocaleString("en");
      const formulas = steps.map(({ formula, parameters }) => `<p>${formula} = <strong>${parameters.toLocaleString("en")}</strong> params</p>`);
      const tensors = steps.map(({ shape }) => `<span>→ ${cells[cell].label} →</span>${tensor(shape, mode)}`);
      return `<section class="box"><h2 class="${mode}">${label} <code>${keras}</code></h2><p>${about}</p>
        <div class="chain">${tensor([T, F], "ink")}${tensors.join("")}</div>${formulas.join("")}
        ${layers > 1 ? `<p><strong>${total}</strong> params in all</p>` : ""}${code(mode)}</section>`;
    };
    const panels = Object.entries(modes).filter(([mode]) => chosen.mode === "both" || chosen.mode === mode);
    place.innerHTML = `${panels.map(panel).join("")}<section class="box"><h2>PyTorch</h2>${code("torch")}</section>`;
  }
  form.oninput = show;
  addEventListener("pageshow", show); // Back restores the form's values
}

function startPlayhead(place) {
  const data = JSON.parse(place.dataset.playhead), [words, formulas] = document.querySelector(".formulas").children;
  let newest = data;
  async function show(at) {
    newest = at;
    const [takeaway, html] = (await read(`cell-${at.unit}`))[at.step];
    if (newest === at) [words.textContent, formulas.innerHTML] = [takeaway, html];
  }
  playhead({ data, parentElement: place, setStateValue: (_, at) => show(at) });
  dark.addEventListener("change", () => show(newest));
}

addEventListener("DOMContentLoaded", () => {
  all(".strip-form", startStrip);
  all(".playhead", startPlayhead);
  all(".plot", (place) => inView.observe(place));
  all(".option", (option) => { option.ontoggle = () => { // an answer opens the picture
    if (option.open) all(".later", (later) => { later.open = true; });
  }; });
  for (const query of [dark, narrow]) query.addEventListener("change", () => all(".js-plotly-plot", draw));
});
addEventListener("click", async ({ target }) => {
  if (!target.matches(".copy")) return;
  await navigator.clipboard?.writeText(target.nextElementSibling.textContent);
  target.textContent = navigator.clipboard ? "Copied" : "Select the code to copy it";
  setTimeout(() => { target.textContent = "Copy"; }, 2000);
});
