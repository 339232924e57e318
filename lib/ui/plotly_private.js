// Part of the script of every page (see browser.py): all that it reads of a chart without a name in
// Plotly's documentation.

// The trace that a curve on the screen was drawn from.
const traceOf = (curve) => curve.__data__?.[0]?.trace ?? { name: "" };

// A chart's columns: which timestep, from 0, is at a place on the screen, and which place, as left,
// top, width and height, has a timestep. Undefined where there is none; null for a chart without.
function columns(chart) {
  // Of the two that take turns (see lib.ui.widgets) the one that is seen: the other may be older.
  const shown = (each) => each._fullLayout && each.checkVisibility({ visibilityProperty: true });
  const plot = [...chart.querySelectorAll(".js-plotly-plot")].find(shown);
  if (!plot) return null;
  const { hovermode, xaxis, _size: size } = plot._fullLayout;
  const steps = xaxis?.tickvals?.at(-1); // the last one is always named
  if (!size || !xaxis?.range || steps === undefined) return null; // Plotly has other names
  const { l, t, w, h } = size, [low, high] = xaxis.range;
  const box = plot.getBoundingClientRect(), scale = box.width / plot.offsetWidth; // see present.css
  const each = w / (high - low) * scale;
  return {
    marksItself: hovermode === "x unified", // by Plotly
    at(x) {
      const value = low + (x - box.left - l * scale) / each;
      if (value < low || value > high) return undefined;
      return Math.max(1, Math.min(steps, Math.round(value))) - 1;
    },
    place(step) {
      if (step >= steps || step + 1 < low || step + 1 > high) return undefined;
      const width = Math.max(4, Math.min(each, 12)); // in the middle, so that marks stay in sight
      const left = box.left + l * scale + (step + 1 - low) * each - width / 2;
      return [left, box.top + t * scale, width, h * scale];
    },
  };
}
