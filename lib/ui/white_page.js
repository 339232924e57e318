// Part of the script of every page: see browser.py.

const CHECK_EVERY = 1000; // milliseconds
const WHITE_CHECKS = 3; // consecutive checks until a page counts as white
const EARLIEST_RELOAD = 10000; // milliseconds after a load

// Reload a white page. Streamlit (1.67) removes the whole page when a message refers to a place that
// doesn't exist. Each page has a `marker`. A page without a marker is white, unless a script is running.
function reloadWhenWhite(marker) {
  const page = document.documentElement.dataset;
  if ("watched" in page) return;
  page.watched = "";
  let whiteChecks = 0;
  setInterval(() => {
    const app = document.querySelector("[data-testid=stApp]");
    const isIdle = !app || app.dataset.testScriptState === "notRunning";
    whiteChecks = isIdle && !document.querySelector(marker) ? whiteChecks + 1 : 0;
    if (whiteChecks >= WHITE_CHECKS && performance.now() >= EARLIEST_RELOAD) location.reload();
  }, CHECK_EVERY);
}
