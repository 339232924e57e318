"""Messages about a y that doesn't fit the output or the loss."""

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.errors.message import Message, number, shape
from lib.shapes.errors.pairs import (
    counted_together,
    cut_early,
    incompatible,
    of_weights,
    refused,
    refused_early,
)
from lib.shapes.errors.y_fixes import TEXTS

LOSSES = "|".join(RULE_OF)

of = TEXTS.message
MESSAGES = [
    Message(
        r"calling (?P<layer>\w+)(?:\.call\(\))?(?:(?!Incompatible shapes|calling \w).)*"
        r"Incompatible shapes: \[(?P<one>[\d,]*)\] vs\.? \[(?P<other>[\d,]*)\]",
        r"Incompatible shapes(?:: \[(?P<one>[\d,]*)\] vs\.? \[(?P<other>[\d,]*)\])?(?!: layer)",
        r"required broadcastable shapes",
        rf"ncompatible shapes for broadcasting: (?:shapes=\[)?{shape('one')}, {shape('other')}",
        rf"Input dimension mis-match\..*?Inputs shapes: \[{shape('one')}, {shape('other')}\]",
        r'Dimensions must be equal, but are \d+ and \d+ for "?\W*(?:node )?(?:compile_loss|loss/|'
        rf'{LOSSES})(?:[^"]*"?.{{0,30}} with input shapes: \[(?P<one>[^\]]+)\], '
        r"\[(?P<other>[^\]]+)\])?",
        explain=incompatible,
    ),
    Message(
        r".?target.? and .?output.? must(?: have the same(?: shape| rank)?)?(?: up until the last)?"
        rf"(?:.*?.shape={shape('y')}, output\.shape={shape('output')})?",
        r'rank \(ndim\) "target\.ndim - 1"'
        rf"(?:.*?target\.shape={shape('y')}, output\.shape={shape('output')})?",
        rf"array with shape {shape('y')} was passed for an output of shape {shape('output')}"
        r'(?:.*?loss "(?P<loss>\w+))?',
        r"logits.{0,3} and .{0,3}labels.{0,3} must have the same[^()]{0,99}"
        rf"\({shape('output')} vs {shape('y')}\)",
        rf"Shapes {shape('one')} and {shape('other')}(?:\W*$| are (?:in|not )compatible)",
        explain=refused,
    ),
    Message(
        rf"sample_weight array with shape {shape('one')}\. In order to",
        r"Timestep-wise sample weighting|sample_weight_mode|2D sample_w|Expected sample_weight",
        rf"sample_weight array with shape {shape('one')} for an input with shape {shape('other')}",
        explain=of_weights,
    ),
    Message(
        r"(?:checking (?P<what>(?:model )?(?:input|target)): )?(?:expected )?(?P<layer>\S{1,99}) "
        rf"to have (?:{number('axes')} dimension\(?s\)?|shape {shape('want')})[.,]? but got array "
        r"with shape (?P<got>[(\[][^()\[\]]*[)\]]|[\d,]+)",
        rf"index [1-9]\(0-based\).*?expected {number('axes')}, ?got \d+ with shape ?{shape('got')}",
        rf'feed value of shape {shape("got")} for Tensor u?"(?P<layer>\w+_(?P<what>target))'
        rf'\w*:0",? which has shape "?{shape("want")}',
        explain=refused_early,
    ),
    Message(
        rf"expected (?P<layer>\S+) to have (?:{number('axes')} dimen|shape {shape('want')})",
        explain=cut_early,
    ),
    Message(
        rf"labels \(received {shape('y')}\) should equal the shape of logits.*?"
        rf"\(received {shape('output')}\)",
        rf"same first dimension, got logits shape {shape('output')} and labels shape {shape('y')}",
        rf"labels\.shape={shape('y')} and logits\.shape={shape('output')}",
        rf"logits and labels must be (?:broad|same size).*?: logits_size={shape('output')} "
        rf"labels_size={shape('y')}",
        r"logits and labels must (?:be same|have the same first dimen)",
        explain=counted_together,
    ),
    of(
        "theano",
        rf"has shape\[\d\] == {number('one')}, but the output.* axis is {number('other')}",
    ),
]
