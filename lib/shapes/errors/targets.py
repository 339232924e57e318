"""Messages about a y that doesn't fit the output or the loss."""

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.errors import remedies
from lib.shapes.errors.message import Message, number, shape
from lib.shapes.errors.pairs import class_numbers, incompatible, of_weights, refused, refused_early

LOSSES = "|".join(RULE_OF)

MESSAGES = [
    Message(
        r"calling (?P<layer>\w+)(?:\.call\(\))?(?:(?!Incompatible shapes|calling \w).)*"
        r"Incompatible shapes: \[(?P<one>[\d,]*)\] vs\.? \[(?P<other>[\d,]*)\]",
        r"Incompatible shapes(?:: \[(?P<one>[\d,]*)\] vs\.? \[(?P<other>[\d,]*)\])?",
        r'Dimensions must be equal, but are \d+ and \d+ for "\W*(?:node )?(?:compile_loss|loss/|'
        rf'{LOSSES})[^"]*".{{0,30}} with input shapes: \[(?P<one>[^\]]+)\], \[(?P<other>[^\]]+)\]',
        explain=incompatible,
    ),
    Message(
        r".target. and .output. must have the same (?:shape|rank)(?: up until the last)?"
        rf"(?:.*?.shape={shape('y')}, output\.shape={shape('output')})?",
        r"rank \(ndim\) .target\.ndim - 1."
        rf"(?:.*?target\.shape={shape('y')}, output\.shape={shape('output')})?",
        rf"array with shape {shape('y')} was passed for an output of shape {shape('output')}"
        r"(?:.*?loss .(?P<loss>\w+))?",
        rf"logits.*?and.*?labels.*?must have the same.*?\({shape('output')} vs {shape('y')}\)",
        rf"Shapes {shape('one')} and {shape('other')} are (?:in|not )compatible",
        explain=refused,
    ),
    Message(
        r"Timestep-wise sample weighting|sample_weight_mode|2D sample_weight",
        rf"sample_weight array with shape {shape('one')} for an input with shape {shape('other')}",
        explain=of_weights,
    ),
    Message(
        f"target array of shape {shape('y')} while using as loss .categorical_crossentropy",
        cause="y is {y}, one column of class numbers. The loss needs one column per class.",
        fix="Use the sparse loss, or convert y to a column per class.",
        code=f"{remedies.SPARSE}\n# or:\ny = keras.utils.to_categorical(y)",
    ),
    Message(
        r"(?:checking (?P<what>(?:model )?(?:input|target)): )?(?:expected )?(?P<layer>\S+) "
        rf"to have (?:{number('axes')} dimension\(?s\)?|shape {shape('want')})[.,]? but got array "
        r"with shape (?P<got>[(\[][^()\[\]]*[)\]]|[\d,]+)",
        rf'feed value of shape {shape("got")} for Tensor u?"(?P<layer>\w+_(?P<what>target))'
        rf'\w*:0",? which has shape "?{shape("want")}',
        explain=refused_early,
    ),
    Message(
        rf"labels \(received {shape('y')}\) should equal the shape of logits.*?"
        rf"\(received {shape('output')}\)",
        rf"same first dimension, got logits shape {shape('output')} and labels shape {shape('y')}",
        rf"labels\.shape={shape('y')} and logits\.shape={shape('output')}",
        explain=class_numbers,
    ),
    Message(
        r"y_true and y_pred have different struct|.loss. argument, can.t be|unexpected losses or",
        cause="The model's outputs don't match the parts of y, or the losses. A last layer with "
        "return_state=True makes its states outputs too.",
        fix="Remove return_state from the last layer, or pass one y and one loss per output.",
        code="LSTM(units)  # the last layer, without return_state\nmodel.fit(x, [y1, y2])",
    ),
    Message(
        r"logits and labels must be (?:broad|same size)"
        rf"(?:.*?: logits_size={shape('output')} labels_size={shape('y')})?",
        cause="Cross-entropy needs y in the shape of the output. Timesteps count as samples. The "
        "output is {output} and y is {y}.",
        remedies=[remedies.TARGET_PER_SAMPLE, remedies.TARGET_PER_STEP, remedies.OTHER_COLUMNS],
    ),
]
