// A talk's full screen, blank screen and clock, and dragging of scenes in its overview: see talks.py.

const TICK = 1000; // milliseconds
const CARD = "[class*=st-key-scene_card_]"; // a scene in the overview; its key ends with its place
const DRAG = 8; // pixels: a shorter move of the pointer is a click

const two = (number) => `${Math.floor(number)}`.padStart(2, "0");
const placeOf = (card) => card.className.match(/scene_card_(\d+)/)[1];

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

  // Drag a scene onto another one to move it there. Fingers scroll the page instead.
  let held;
  const cardAt = ({ clientX, clientY }) => document.elementFromPoint(clientX, clientY)?.closest(CARD);
  listen("pointerdown", ({ target, button, pointerType, clientX, clientY }) => {
    const card = target.closest?.(CARD);
    if (card && button === 0 && pointerType !== "touch") held = { card, x: clientX, y: clientY };
  });
  listen("pointermove", (event) => {
    if (!held) return;
    const x = event.clientX - held.x, y = event.clientY - held.y;
    if (Math.hypot(x, y) > DRAG) held.card.classList.add("dragged");
    if (held.card.matches(".dragged")) held.card.style.translate = `${x}px ${y}px`;
  });
  listen("pointerup", (event) => {
    const card = held?.card;
    held = undefined;
    if (!card?.matches(".dragged")) return;
    const to = cardAt(event); // not the dragged card, which ignores the pointer
    if (to) own.move(`${placeOf(card)} ${placeOf(to)}`);
    setTimeout(() => { // wait for the click that ends a drag: it must press nothing
      card.classList.remove("dragged");
      card.style.translate = "";
    });
  });

  own.tick = () => {
    const now = new Date(), since = Math.max(0, Date.now() - own.began) / 1000;
    find(".clock").textContent = `${two(now.getHours())}:${two(now.getMinutes())}`;
    find(".since").textContent = `${Math.floor(since / 60)}:${two(since % 60)}`;
  };
  own.ticking = setInterval(own.tick, TICK);
  return own;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".screen");
  root.screen ??= mount(root);
  root.classList.toggle("notes", data.notes);
  root.screen.move = (places) => setTriggerValue("moved", places);
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
