"""Two parts of the Shapes page: check a target, and read an error."""

from dataclasses import asdict, replace
from functools import partial
from typing import Any

import streamlit as st

from lib import charts, shapes
from lib.charts import SCALES, Palette
from lib.experiment import LOSSES
from lib.shapes import Diagnosis, Explanation, ShapeTextError, TargetQuestion, shape_of
from lib.text import capital
from lib.ui import address
from lib.ui.session import session
from lib.ui.shapes.shown_stack import LOSS_OF, current_stack, mistake_of, open_stack, shows_sidebar
from lib.ui.widgets import PART, bound, card, card_chart, hint, pills, plain, press, say, takeaway

CHECK_KEY = "check"  # address key of the question about a target
ERROR_KEY = "error"  # address key of the example; pasted text never enters the address
LONGEST = 600  # most characters shown of each text in an explanation
SURE = {
    "certain": "Certain: the message states the cause.",
    "likely": "Likely, but not certain: the message alone doesn't show the cause.",
    "possible": "Possible: the message is vague, or isn't the last error in the text.",
}
EXAMPLE_OF = {message: name for name, message in shapes.EXAMPLES.items()}


def doctor(palette: Palette) -> None:
    """Draw the question, the verdict with its picture, the fixes, labels, and the proof."""
    question, page = shapes.read_question(address.page_value(CHECK_KEY)), session().shapes
    diagnosis = question.diagnose()
    mistake, title = mistake_of(diagnosis), charts.target.verdict_title(diagnosis)
    if mistake and diagnosis.verdict == "correct":
        title = "The shapes match, but the code has another problem"
    st.markdown(f"# {plain(title)}")
    if page.shape_problem:
        st.error(plain(page.shape_problem))
    narrow, wide = st.columns([2, 5])
    with narrow.container(border=True, height="stretch"):
        _question_fields(question)
    with wide.container(border=True, height="stretch", key="lineup"):
        if mistake:
            st.warning(f"{plain(mistake['warning'])}  \n`{mistake['code']}`")
        compared = charts.target.compared_sentence(diagnosis)
        sentence = f"{charts.target.verdict_title(diagnosis)}. {compared}"
        st.html(charts.target.lineup_picture(diagnosis, sentence, palette))
        takeaway(charts.target.compared_takeaway(diagnosis), f"{compared} {SCALES}")
        if diagnosis.keras_message:
            hint("Keras raises this error:")
            st.code(diagnosis.keras_message, language=None, wrap_lines=True)
    if diagnosis.verdict != "correct":
        with card("How to fix it", key="check_fixes"):
            _fixes(diagnosis)
    with card("Labels: what shapes don't show", key="labels"):
        _labels(mistake.get("note", ""))
    with card("Proof: two trained models", key="damage"):
        damage_card(question, palette)


def _question_fields(question: TargetQuestion) -> None:
    page = session().shapes
    for name, label in (("output", "Model output"), ("target", "y.shape")):
        text = page.no_shapes.get(name, f"{getattr(question, name)}")
        st.text_input(label, max_chars=200, **bound(f"check_{name}", text, partial(_read, name)))
    if page.made_up and page.stack_question == address.page_value(CHECK_KEY):
        hint("Your code doesn't show y's shape, so this shape fits the output. Enter your own.")
    loss = bound("check_loss", question.loss, lambda loss: _set(loss=loss))
    st.selectbox("Loss", shapes.LOSS_NAMES, **loss)
    if in_explore := LOSS_OF.get(question.loss):
        hint(LOSSES[in_explore].label)
    size = bound("check_batch", question.batch_size, lambda size: _set(batch_size=size))
    st.number_input("Batch size", 1, 4096, **size)


def _fixes(diagnosis: Diagnosis) -> None:
    fixes = diagnosis.fixes[:3]
    if not fixes:
        hint("No one-line fix is known. Give y and the output the same shape.")
    for column, fix in zip(st.columns(max(1, len(fixes))), fixes, strict=False):
        with column:
            say(f"If {fix.condition}, {fix.fix[0].lower()}{fix.fix[1:]}")
            st.code(fix.code, language="python", wrap_lines=True)
            hint(f"Afterward, the output is {fix.output_shape} and y is {fix.target_shape}.")


def _set(**values: Any) -> None:
    session().shapes.shape_problem, session().shapes.no_shapes = "", {}
    question = replace(shapes.read_question(address.page_value(CHECK_KEY)), **values)
    text = "" if question == TargetQuestion() else shapes.write_question(question)
    address.set_page_value(CHECK_KEY, text)


def _read(name: str, text: str) -> None:
    """Set the question's shape from a typed text, or say why the text is no shape."""
    question = shapes.read_question(address.page_value(CHECK_KEY))
    other = question.target if name == "output" else question.output
    try:
        _set(**{name: shapes.read_shape(text, samples=other[0])})
    except ShapeTextError as error:
        page = session().shapes
        page.shape_problem, page.no_shapes = capital(f"{error}"), {name: text}


def take_stack_output() -> None:
    """Ask about the traced stack's output, with y and loss from its code or with fitting ones."""
    stack, page, asked = current_stack(), session().shapes, address.page_value(CHECK_KEY)
    if asked == page.stack_question:  # drop the question of an earlier stack
        asked = ""
    question, tensors = shapes.read_question(asked), shapes.trace(stack)[-1].tensors
    if not tensors:  # an earlier click has changed the stack
        return
    address.set_page_value(PART, "target")
    reading = page.reading if any(layer.origin for layer in stack) else None
    activation = getattr(stack[-1].inside, "activation", "")
    loss = (reading and reading.loss) or shapes.fitting_loss(activation, question.loss)
    if shows_sidebar() and page.label_loss:  # logits don't tell the loss
        loss = page.label_loss
    batch, *rest = shape_of(tensors[0])
    sample_shape = tuple(size or shapes.TIMESTEPS for size in rest)
    rule, target = shapes.RULE_OF.get(loss), question.target
    if reading and reading.target:
        target = tuple(size or shapes.TIMESTEPS for size in reading.target)
    elif not asked:  # y has not been set yet
        target = (target[0], *(sample_shape[:-1] if rule and rule.labels else sample_shape))
    size = batch or question.batch_size
    _set(output=(target[0], *sample_shape), target=target, loss=loss, batch_size=size)
    page.stack_question = address.page_value(CHECK_KEY)
    page.made_up = not asked and reading is not None and not reading.target


def _labels(opened: str) -> None:
    for note in sorted(shapes.LABEL_NOTES["notes"], key=lambda note: note["title"] != opened):
        with st.expander(note["title"], expanded=note["title"] == opened, type="compact"):
            say(note["text"])
            st.code(note["code"], language="python", wrap_lines=True)


def damage_card(question: TargetQuestion, palette: Palette) -> None:
    """Draw the recorded mistake that is closest to the question."""
    fitting = shapes.damage.mistake_of(question.output, question.target)
    case = fitting or next(iter(shapes.MISTAKES))
    if case != fitting or question.loss != shapes.damage.LOSS:
        hint(
            f"The example has its own settings: {shapes.MISTAKES[case].title}, mean squared error."
        )
    st.markdown(":gray-badge[recorded]")
    drawing = charts.scenes.damage(case)
    card_chart(drawing.draw(palette), *drawing.words, "damage_predictions")


def decoder() -> None:
    """Draw the explanation beside the message, and a checklist."""
    page, examples = session().shapes, shapes.EXAMPLES
    if page.message is None:
        page.message = examples.get(address.page_value(ERROR_KEY), next(iter(examples.values())))
    explanation = shapes.explain_error(page.message)
    unknown = "Unknown message" if page.message.strip() else "Paste an error message"
    st.markdown(f"# {'What this message means' if explanation else unknown}")
    left, right = st.columns(2)
    # On a narrow screen, an explanation is above the box, but a checklist is below the box.
    with left.container(border=True, key="explanation" if explanation else "checklist"):
        if explanation:
            _explained(explanation)
        else:
            _checklist(page.message)
        _way_on(explanation)
    with right.container(border=True):
        control = bound("error_text", page.message, _show)
        st.text_area("Paste a message or traceback of Keras or PyTorch", height=150, **control)
        hint("Or open an example. The server reads the text but doesn't store it.")
        picked = page.message if page.message in EXAMPLE_OF else None
        pills("Examples", EXAMPLE_OF, picked, "error_example", _show)
    if explanation:
        with right.container(border=True):
            _checklist(page.message)


def _checklist(message: str) -> None:
    st.markdown("### Check these shapes in order")
    lines = enumerate(shapes.checklist(message), 1)
    st.markdown("\n".join(f"{place}. {plain(line)}" for place, line in lines))


def _explained(explanation: Explanation) -> None:
    several = len(explanation.meanings) > 1
    st.markdown(f"### {'Message' if several else 'Cause'}")
    st.markdown(plain((explanation.happened if several else explanation.cause)[:LONGEST]))
    hint(SURE[explanation.confidence])
    st.markdown(f"### {'Possible causes and fixes, likeliest first' if several else 'Fix'}")
    for number, meaning in enumerate(explanation.meanings, 1):
        condition, fix = plain(meaning.condition[:LONGEST]), plain(meaning.fix[:LONGEST])
        fix = f"**{number} · If {condition},** {fix[:1].lower()}{fix[1:]}" if several else fix
        st.markdown(fix)
        st.code(meaning.code[:LONGEST], language="python", wrap_lines=True)
    shown = "which cause applies" if several else "whether this is the cause"
    hint(f"This line shows {shown}. In all code, x, y and model stand for yours.")
    st.code(explanation.check, language="python", wrap_lines=True)


def _way_on(explanation: Explanation | None) -> None:
    """Offer the stack, or y and the output, that the message describes, or to trace code."""
    stack = shapes.from_text(explanation.stack) if explanation else ()
    target = explanation.target if explanation else None
    if stack:
        press("Open this stack", "stacks", "open_stack", partial(open_stack, stack))
    if target:
        press("Check this target", "rule", "check_target", partial(_check_target, target))
    if not (stack or target):
        trace = partial(address.set_page_value, PART, "")
        press("Paste your code to trace its shapes", "stacks", "trace_code", trace)


def _check_target(question: TargetQuestion) -> None:
    _set(**asdict(question))
    address.set_page_value(PART, "target")


def _show(message: str) -> None:
    session().shapes.message = shapes.both_ends(message)
    address.set_page_value(ERROR_KEY, EXAMPLE_OF.get(message, ""))
