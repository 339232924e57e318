// A talk's full screen and blank screen: see talks.py.

function mount(root) {
  const find = (name) => root.querySelector(name);
  const black = find(".black"), ended = new AbortController();
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

  return ended;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".screen");
  root.ended ??= mount(root);
  if (root.scene !== data.scene) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  root.scene = data.scene;
  return () => {
    if (root.isConnected) return; // Streamlit (1.67) also ends a call that a newer call replaces
    root.ended?.abort();
    delete root.ended;
  };
}
