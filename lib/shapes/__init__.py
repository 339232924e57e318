"""Everything about tensor shapes, without building or running a model.

Output shapes and parameter counts, the tracer of layer stacks, the reader of pasted models, the
target doctor, and explanations of Keras's error messages.
"""

from lib.shapes.doctor import (
    LABEL_NOTES,
    LOSS_NAMES,
    SIGNS,
    AxisPair,
    Diagnosis,
    ShapeTextError,
    TargetQuestion,
    damage,
    diagnose_target,
    fitting_loss,
    head_mistake,
    read_question,
    read_shape,
    write_question,
)
from lib.shapes.doctor.damage import DAMAGE_EPOCHS, LEAK_EPOCHS, MISTAKES, Damage, Leak
from lib.shapes.doctor.loss_shapes import RULE_OF, Sizes
from lib.shapes.errors import EXAMPLES, checklist, explain_error
from lib.shapes.errors.message import Explanation
from lib.shapes.errors.pasted import both_ends
from lib.shapes.output import BLOCKS, STATES, bias_shapes, rnn_output_shape, rnn_parameter_count
from lib.shapes.remedy import Remedy
from lib.shapes.stack.base import MAX_LAYERS, Layer, LayerSetting, Ref, ShapeError, Stack, put
from lib.shapes.stack.code import code_lines, keras_code, output_places
from lib.shapes.stack.fixes import fixes
from lib.shapes.stack.joining import Joining
from lib.shapes.stack.link import (
    PATTERNS,
    from_text,
    out_of_range,
    pattern_of,
    read_text,
    read_value,
    to_text,
)
from lib.shapes.stack.making import KINDS
from lib.shapes.stack.plain import Input, Unread, with_given_outputs
from lib.shapes.stack.read import read_model, read_source
from lib.shapes.stack.read.pasted import LONGEST, ModelError, ModelReading
from lib.shapes.stack.recurrent import TIMESTEPS, Bidirectional, Recurrent
from lib.shapes.stack.rewrite import rewritten
from lib.shapes.stack.tensors import (
    Axis,
    Role,
    Tensor,
    has_time,
    readable_shape,
    readable_shapes,
    shape_in_letters,
    shape_of,
)
from lib.shapes.stack.torch_layers import RECURRENT
from lib.shapes.stack.torch_making import is_torch
from lib.shapes.stack.torch_to_keras import to_keras
from lib.shapes.stack.tracing import (
    TracedLayer,
    as_settings,
    broken_at,
    model_layers,
    model_stack,
    stopped_at,
    takes_previous,
    total,
    trace,
)
