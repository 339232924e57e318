"""Everything about tensor shapes, in plain Python: no model is built or run.

Output shapes and parameter counts of Keras's recurrent layers, the tracer of layer stacks and the
reader of pasted models, the target doctor, and explanations of Keras's error messages.
"""

from lib.shapes.doctor import damage, leak
from lib.shapes.doctor.damage import (
    EPOCHS,
    LOSS,
    MISTAKES,
    TRAINED_SAMPLES,
    Damage,
    Mistake,
    mistake_of,
)
from lib.shapes.doctor.diagnosis import Diagnosis, diagnose_target
from lib.shapes.doctor.leak import EPOCHS as LEAK_EPOCHS
from lib.shapes.doctor.leak import Leak
from lib.shapes.doctor.lineup import SIGNS, AxisFate, AxisPair
from lib.shapes.doctor.loss_shapes import RULE_OF, Sizes, Verdict
from lib.shapes.doctor.question import (
    LOSS_NAMES,
    OUTPUTS,
    TARGETS,
    ShapeTextError,
    TargetQuestion,
    fitting_loss,
    read_question,
    read_shape,
    write_question,
)
from lib.shapes.errors.explain import CHECKLIST, EXAMPLES, described_stack, explain_error
from lib.shapes.errors.message import Explanation
from lib.shapes.errors.pasted import ends, sizes
from lib.shapes.output import (
    BLOCKS,
    STATES,
    Shape,
    bias_shapes,
    rnn_output_shape,
    rnn_parameter_count,
)
from lib.shapes.stack.base import MAX_LAYERS, Layer, LayerSetting, Ref, Stack, insert, put, swap
from lib.shapes.stack.code import (
    INCOMPLETE,
    code_lines,
    is_chain,
    keras_code,
    spare_states,
    takes_previous,
)
from lib.shapes.stack.code import ends as code_ends
from lib.shapes.stack.errors import ShapeError
from lib.shapes.stack.explore import as_settings
from lib.shapes.stack.fixes import StackFix, fixes
from lib.shapes.stack.joining import Joining
from lib.shapes.stack.kinds import KINDS
from lib.shapes.stack.link import LONGEST as LINK_LONGEST
from lib.shapes.stack.link import PATTERNS, from_text, out_of_range, pattern_of, read_text, to_text
from lib.shapes.stack.plain import Input, Unread, with_said_outputs
from lib.shapes.stack.quiz import Question, question
from lib.shapes.stack.read import read, read_model
from lib.shapes.stack.read.pasted import LONGEST
from lib.shapes.stack.read.reading import ModelError, Note, Reading
from lib.shapes.stack.recurrent import TIMESTEPS, Bidirectional, CellStack, Recurrent
from lib.shapes.stack.rewrite import rewritten
from lib.shapes.stack.tensors import (
    Axis,
    Role,
    Tensor,
    has_time,
    letters,
    readable_shape,
    readable_shapes,
)
from lib.shapes.stack.tensors import sizes as tensors_sizes
from lib.shapes.stack.tracing import (
    TracedLayer,
    broken,
    model_layers,
    model_stack,
    stopped,
    total,
    trace,
    uncounted,
)

__all__ = [
    "BLOCKS",
    "CHECKLIST",
    "EPOCHS",
    "EXAMPLES",
    "INCOMPLETE",
    "KINDS",
    "LEAK_EPOCHS",
    "LINK_LONGEST",
    "LONGEST",
    "LOSS",
    "LOSS_NAMES",
    "MAX_LAYERS",
    "MISTAKES",
    "OUTPUTS",
    "PATTERNS",
    "RULE_OF",
    "SIGNS",
    "STATES",
    "TARGETS",
    "TIMESTEPS",
    "TRAINED_SAMPLES",
    "Axis",
    "AxisFate",
    "AxisPair",
    "Bidirectional",
    "CellStack",
    "Damage",
    "Diagnosis",
    "Explanation",
    "Input",
    "Joining",
    "Layer",
    "LayerSetting",
    "Leak",
    "Mistake",
    "ModelError",
    "Note",
    "Question",
    "Reading",
    "Recurrent",
    "Ref",
    "Role",
    "Shape",
    "ShapeError",
    "ShapeTextError",
    "Sizes",
    "Stack",
    "StackFix",
    "TargetQuestion",
    "Tensor",
    "TracedLayer",
    "Unread",
    "Verdict",
    "as_settings",
    "bias_shapes",
    "broken",
    "code_ends",
    "code_lines",
    "damage",
    "described_stack",
    "diagnose_target",
    "ends",
    "explain_error",
    "fitting_loss",
    "fixes",
    "from_text",
    "has_time",
    "insert",
    "is_chain",
    "keras_code",
    "leak",
    "letters",
    "mistake_of",
    "model_layers",
    "model_stack",
    "out_of_range",
    "pattern_of",
    "put",
    "question",
    "read",
    "read_model",
    "read_question",
    "read_shape",
    "read_text",
    "readable_shape",
    "readable_shapes",
    "rewritten",
    "rnn_output_shape",
    "rnn_parameter_count",
    "sizes",
    "spare_states",
    "stopped",
    "swap",
    "takes_previous",
    "tensors_sizes",
    "to_text",
    "total",
    "trace",
    "uncounted",
    "with_said_outputs",
    "write_question",
]
