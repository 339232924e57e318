"""User journeys with the user's own model: paste it, fix it, drop its file, add a layer."""

import json
import re

from playwright.sync_api import expect

from tests.browser.driver import open_page, settle
from tests.browser.test_accessibility import PHONE, serious, width
from tests.browser.test_kept import drag
from tests.browser.test_shapes import expect_heading

PASTE = """text => {
    const data = new DataTransfer(), box = document.querySelector(".st-key-model_text textarea");
    data.setData("text/plain", text);
    box.focus();
    document.execCommand("insertText", false, text);
    box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
}"""


PYTORCH = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(6, 16, batch_first=True)
        self.fc = nn.Linear(32, 2)
    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1])
model = Net()
model(torch.randn(8, 10, 6))
"""


def test_pasted_pytorch_code_is_fixed_and_traced_in_keras_by_keyboard_on_a_phone(page):
    """The failing row has PyTorch's message. The Keras code becomes the traced stack.

    The part that checks a target then opens at its top.
    """
    page.set_viewport_size(PHONE)
    open_page(page, "/shapes")
    page.locator(".st-key-model_text textarea").wait_for()  # Its JavaScript may load late.
    page.evaluate(PASTE, PYTORCH)
    expect_heading(page, "breaks at layer 4, nn.Linear")
    message = page.locator(".st-key-layer_3 code").filter(has_text="cannot be multiplied")
    expect(message).to_contain_text("16 and 32x2)")
    page.get_by_role("button", name="nn.Linear(16, 2)").press("Enter")
    expect_heading(page, "From (N, 10, 6) to (N, 2)")
    expect(page.locator(".st-key-model_text textarea")).to_have_value(re.compile("Linear.16, 2"))
    page.locator("summary", has_text="The same in Keras").press("Enter")
    expect(page.locator("code").filter(has_text="layers.LSTM(16)")).to_be_visible()
    settle(page)
    assert width(page) <= PHONE["width"]
    assert not serious(page)
    page.get_by_role("button", name="Trace the Keras code").press("Enter")
    expect(page.locator(".st-key-layer_1")).to_contain_text("2 · LSTM")
    page.get_by_role("button", name="Check a target for this output").press("Enter")
    expect(page.locator(".st-key-check_loss input")).to_be_visible()
    expect(page.get_by_role("radiogroup", name="Part")).to_be_in_viewport()


def test_a_models_file_can_be_dropped_anywhere_on_the_page(page):
    """A configuration is read. An unreadable file gets an error, and the stack stays."""
    layers = [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 20, 4]}},
        {"class_name": "GRU", "config": {"units": 7}},
    ]
    config = {"class_name": "Sequential", "config": {"name": "mine", "layers": layers}}
    open_page(page, "/shapes")
    drag(page, "mine.json", json.dumps(config).encode(), "dragover", "drop")
    expect_heading(page, "From (N, 20, 4) to (N, 7)")
    drag(page, "bad.keras", b"PK nonsense", "dragover", "drop")
    expect(page.get_by_test_id("stAlert")).to_be_visible()
    expect_heading(page, "This model couldn't be read: the previous stack is shown")


def test_a_new_layer_is_added_below_the_chosen_layer(page):
    """The menu "Add below" inserts a layer, and later layers follow."""
    open_page(page, "/shapes?stack=input~lstm_seq_u5~dense_k2")
    page.locator(".st-key-layer_1").get_by_role("button", name="Add below").click()
    page.get_by_role("menuitem", name="Flatten").or_(
        page.get_by_role("option", name="Flatten")
    ).click()
    page.wait_for_url("**stack=input~lstm_u5_seq~flatten~dense_k2**")
    expect_heading(page, "to (N, 2)")
