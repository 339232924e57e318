// A talk's full screen, blank screen and clock: see talks.py.

const TICK = 1000; // milliseconds

const two = (number) => `${Math.floor(number)}`.padStart(2, "0");

function mount(root) {
  const find = (name) => root.querySelector(name);
  const black = find(".black"), ended = new AbortController();
  const own = { ended, began: 0 };
  const isBlank = () => black.matches(":popover-open");
  const listen = (type, act) => addEventListener(type, act, { signal: ended.signal, capture: true });

  find(".full").onclick = ({ currentTarget, detail }) => {
    if (detail) currentTarget.blur(); // so that keys control the page again
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.().catch(() => {}); // a browser may refuse
  };
  find(".blank").onclick = ({ currentTarget, detail }) => {
    if (detail) currentTarget.blur();
    black.showPopover();
  };
  black.onclick = () => black.hidePopover();
  // A key ends the blank screen and does nothing else. Modifier keys and a held B don't end it.
  listen("keydown", (event) => {
    if (!isBlank() || event.repeat || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    black.hidePopover();
  });

  own.tick = () => {
    const now = new Date(), since = Math.max(0, Date.now() - own.began) / 1000;
    find(".clock").textContent = `${two(now.getHours())}:${two(now.getMinutes())}`;
    find(".since").textContent = `${Math.floor(since / 60)}:${two(since % 60)}`;
  };
  own.ticking = setInterval(own.tick, TICK);
  return own;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".screen");
  root.screen ??= mount(root);
  root.classList.toggle("notes", data.notes);
  root.screen.began = Date.now() - 1000 * data.seconds;
  root.screen.tick();
  if (root.scene !== data.scene) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  root.scene = data.scene;
  return () => {
    if (root.isConnected) return; // Streamlit (1.67) also ends a call that a newer call replaces
    root.screen?.ended.abort();
    clearInterval(root.screen?.ticking);
    delete root.screen;
  };
}
