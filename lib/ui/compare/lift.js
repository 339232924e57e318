// The script that lifts a run's row and curves; what it is for stands in lift.py.

const ROW = ".st-key-compare_list [class*=st-key-compare_row_]";
const PLOT = ".st-key-compare_pictures .js-plotly-plot";

function mount() {
  const ended = new AbortController(), page = document.documentElement.dataset;
  const by = {}; // the letters of the row that has the focus, the row and the curve pointed at
  const show = (how, letter) => {
    by[how] = letter;
    const lifted = by.curve || by.row || by.focus;
    if (!lifted) delete page.lifts;
    else if (page.lifts !== lifted) page.lifts = lifted;
  };
  const letterOf = (target) =>
    target.closest?.(ROW)?.querySelector("[data-letter]")?.dataset.letter || undefined;
  // Plotly alone knows which curve is near: in what it draws a trace's uid begins with "runA_".
  const hear = (plot) => {
    if (!plot?.on || plot.lifts) return;
    plot.lifts = true;
    plot.on("plotly_hover", ({ points }) =>
      show("curve", `${points[0].fullData.uid}`.match(/^run([A-Z])_/)?.[1]));
    plot.on("plotly_unhover", () => show("curve"));
  };
  const listen = (type, act) =>
    document.addEventListener(type, act, { signal: ended.signal, capture: true });
  listen("pointerover", ({ target }) => {
    const plot = target.closest?.(PLOT);
    hear(plot);
    if (!plot) show("curve");
    show("row", letterOf(target));
  });
  listen("focusin", ({ target }) => show("focus", letterOf(target)));
  listen("focusout", () => show("focus"));
  return () => {
    ended.abort();
    delete page.lifts;
  };
}

export default function ({ parentElement }) {
  const root = parentElement.querySelector(".lift");
  root.end ??= mount();
  return () => {
    // Streamlit (1.67) ends a call that a newer one overtakes, too.
    if (!root.isConnected) root.end?.();
  };
}
