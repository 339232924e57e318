// A download button. Python makes the file after a press, and sends it as bytes: see browser.py.
export default function ({ data, parentElement, setTriggerValue }) {
  const button = parentElement.querySelector("button");
  const save = (content) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: button.about.mime }));
    link.download = button.about.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
  if (data instanceof Uint8Array) {
    if (button.waits) save(data);
    button.waits = false;
    button.made = data;
    return;
  }
  button.about = data;
  button.made = undefined;
  button.textContent = `⤓ ${data.label}`;
  button.onclick = () => {
    if (button.made !== undefined) return save(button.made);
    button.waits = true;
    setTriggerValue("asked", true);
  };
}
