// Draws a figure on a page without Streamlit: a report, or the static site.

const PLAY = "▶ Play";

async function drawFigure(place, { data, layout, frames }) {
  const { sliders, updatemenus, ...look } = layout;
  look.font.family = getComputedStyle(document.body).fontFamily;
  place.replaceChildren();
  await Plotly.newPlot(place, { data, layout: look, frames, config: { displaylogo: false, responsive: true } });
  if (frames) addControls(place, sliders[0], updatemenus[0]);
}

// Plotly can't be controlled by keyboard: a button and a slider replace Plotly's own.
function addControls(place, { steps, active, currentvalue }, { buttons }) {
  const names = steps.map(({ args }) => args[0][0]), [slowly, atOnce] = buttons.map(({ args }) => args[1]);
  const bar = document.createElement("div");
  bar.className = "replay";
  bar.innerHTML = `<button type="button">${PLAY}</button>
    <input type="range" aria-label="Epoch" min="0" max="${names.length - 1}"> <output></output>`;
  const [button, slider, output] = bar.children;
  const move = (...how) => Plotly.animate(place, ...how).catch(() => {}); // rejected by the next move
  function show(frame) {
    slider.value = frame;
    output.value = currentvalue.prefix + steps[frame].label;
    slider.setAttribute("aria-valuetext", steps[frame].label);
  }
  function stop() {
    button.textContent = PLAY;
    move([null], atOnce);
  }
  button.onclick = async () => {
    if (button.textContent !== PLAY) return stop();
    button.textContent = "❚❚ Pause";
    const first = (Number(slider.value) + 1) % names.length; // after the last frame, start over
    await move(names.slice(first), slowly);
    button.textContent = PLAY;
  };
  slider.oninput = () => {
    stop();
    show(slider.value);
    move([names[slider.value]], atOnce);
  };
  place.on("plotly_animatingframe", ({ name }) => show(names.indexOf(name)));
  show(active);
  if (place.previousElementSibling?.className === "replay") place.previousElementSibling.remove();
  place.before(bar);
}
