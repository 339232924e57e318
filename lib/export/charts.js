// Draws a figure on a page without Streamlit: a report, or the static site.

const PLAY = "▶ Play";

async function drawFigure(place, { data, layout, frames }) {
  const { sliders, updatemenus, ...look } = layout;
  look.font.family = getComputedStyle(document.body).fontFamily;
  const config = { displaylogo: false, responsive: true };
  place.replaceChildren();
  await Plotly.newPlot(place, { data, layout: look, frames, config });
  if (frames) addControls(place, sliders[0], updatemenus[0]);
}

// Plotly (4.1) can't be controlled by keyboard: a button and a slider replace Plotly's own.
function addControls(place, { steps, active }, { buttons }) {
  const names = steps.map(({ args }) => args[0][0]), [slowly, atOnce] = buttons.map(({ args }) => args[1]);
  const bar = document.createElement("div");
  bar.className = "replay";
  bar.innerHTML = `<button type="button">${PLAY}</button>
    <input type="range" aria-label="Epoch" min="0" max="${names.length - 1}"> <output></output>`;
  const [button, slider, output] = bar.children;
  function show(frame) {
    slider.value = frame;
    output.value = `after epoch ${steps[frame].label}`;
    slider.setAttribute("aria-valuetext", steps[frame].label);
  }
  function stop() {
    button.textContent = PLAY;
    Plotly.animate(place, [null], atOnce);
  }
  button.onclick = async () => {
    if (button.textContent !== PLAY) return stop();
    button.textContent = "❚❚ Pause";
    const first = (Number(slider.value) + 1) % names.length;
    await Plotly.animate(place, names.slice(first), slowly).catch(() => {}); // rejected by a pause
    button.textContent = PLAY;
  };
  slider.oninput = () => {
    stop();
    show(slider.value);
    Plotly.animate(place, [names[slider.value]], atOnce);
  };
  place.on("plotly_animatingframe", ({ name }) => show(names.indexOf(name)));
  show(active);
  if (place.previousElementSibling?.className === "replay") place.previousElementSibling.remove();
  place.before(bar);
}
