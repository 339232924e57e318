// A download button. Python makes the file after a press, and sends it as bytes: see browser.py.
export default function ({ data, parentElement, setTriggerValue }) {
  const button = parentElement.querySelector("button");
  const give = (content) => save(content, button.about.name, button.about.mime);
  if (data instanceof Uint8Array) {
    if (button.waits) give(data);
    button.waits = false;
    button.made = data;
    return;
  }
  button.about = data;
  button.made = undefined;
  button.textContent = `⤓ ${data.label}`;
  button.onclick = () => {
    if (button.made !== undefined) return give(button.made);
    button.waits = true;
    setTriggerValue("asked", true);
  };
}
