// Plotly (4.2) beyond its documentation: all that scripts use. `browser.component` puts this file before
// them. CSS files and report.html, which can't import names, use classes of the same kind by themselves.

// Classes of parts of a chart, and the pixels from an end of a slider to the end of its rail.
const LAYERS = ".main-svg", POINTER_LAYERS = ".hoverlayer, .zoomlayer, .draglayer";
const RAIL = ".slider-rail-touch-rect", RAIL_INSET = 10, PLOT_BUTTONS = ".updatemenu-button";

// Return two functions for a chart's columns, or null if the chart has no timesteps: `at` maps a point on
// the screen to a timestep from 0, and `place` maps a timestep to left, top, width and height.
function columns(chart) {
  // Two charts take turns (see lib.ui.widgets). Use the visible chart: the hidden one may be older.
  const shown = (each) => each._fullLayout && each.checkVisibility({ visibilityProperty: true });
  const plot = [...chart.querySelectorAll(".js-plotly-plot")].find(shown);
  if (!plot) return null;
  const { hovermode, xaxis, _size: size } = plot._fullLayout;
  const steps = xaxis?.tickvals?.at(-1); // the last timestep always has a tick
  if (!size || !xaxis?.range || steps === undefined) return null; // Plotly may rename private fields
  const { l, t, w, h } = size, [low, high] = xaxis.range;
  const box = plot.getBoundingClientRect(), scale = box.width / plot.offsetWidth; // see present.css
  const each = w / (high - low) * scale;
  return {
    marksItself: hovermode === "x unified", // Plotly draws its own mark
    at(x) {
      const value = low + (x - box.left - l * scale) / each;
      if (value < low || value > high) return undefined;
      return Math.max(1, Math.min(steps, Math.round(value))) - 1;
    },
    place(step) {
      if (step >= steps || step + 1 < low || step + 1 > high) return undefined;
      const width = Math.max(4, Math.min(each, 12)); // at least 4 pixels, so that marks stay visible
      const left = box.left + l * scale + (step + 1 - low) * each - width / 2;
      return [left, box.top + t * scale, width, h * scale];
    },
  };
}
