"""Messages about labels, weights of samples, losses and metrics. Their texts: targets.toml."""

from lib.shapes.errors.message import Message, number, shape, word
from lib.shapes.errors.pairs import metric
from lib.shapes.errors.y_fixes import TEXTS

of = TEXTS.message
MESSAGES = [
    of(
        "labels_per_timestep",
        r"class_weight.{1,2}not supported for 3\+ dim",
        r"class_weight.*?only (?:0-dim|length-1|size-1)",
    ),
    of("missing_weight", rf"\] = {number('label')} is not in.*?GatherV2.*?IteratorGetNext"),
    of(
        "weight_type",
        r'"\w+" object has no attribute "(?:get|keys|items)"|truth value of an array',
        within="class_weight.{0,300}(?:object has no attribute|truth value)",
    ),
    of(
        "label_of_nan",
        r"class_weight.{1,2}must contain all classes.*?The classes \{[^}]*\b(?P<nan>nan)\b",
        r"label value of (?P<label>-(?:2147483648|9223372036854775808)) which is",
    ),
    of(
        "weights_of_classes",
        r"class_weight.{1,2}must contain all classes.*?The classes (?P<missing>\{.*?\})",
        r"class_weight.{1,2}to be a dict with keys from 0 to one less than the number",
    ),
    of("weights_of_outputs", r'class_weight" is only supported for Models with a single output'),
    of("mix_of_targets", r"t handle a mix of (?P<one>[\w-]+) and (?P<other>[\w-]+) targets"),
    of("both_weights", r'You cannot "class_weight" and "sample_weight" at the same time'),
    of("logits", r'from_logits=True", but the "output" argument was.*? an? (?P<activation>\w+)'),
    of(
        "labels_from_1",
        r"label value of (?P<label>[2-9]|\d\d+) .*?0, (?P=label)\).*?values: (?!(?:\d+ )*0\b)",
    ),
    of(
        "one_column",
        rf"softmax over axis -1 of a tensor of shape {shape('output')}\. This axis has size 1",
        rf"with num_classes > 1\. Received: y_pred\.shape={shape('output')}",
        r"label value of (?P<label>[1-9]\d*) which is outside.*?\[0, 1\)",
    ),
    of("negative_label", r"label value of (?P<label>-\d+) which is outside the valid range"),
    of(
        "large_label",
        r"label value of (?P<label>\d+) which(?:.*?\[0, (?P<classes>(?P<next>(?P=label)\b)|\d+))?",
    ),
    of("num_classes", rf"index {number('label')} is out of.*? axis 1 .*?size {number('classes')}"),
    Message(
        rf'are {number("one")} and {number("other")} for "\W*(?:node )?(?:\w+/)*Equal',
        r"Incompatible shapes: (?P<one>\[[\d,]*\]) vs\.? (?P<other>\[[\d,]*\])\W{1,9}node "
        r"(?:metrics/\w+/)?(?:Equal|LogicalAnd)|does not start with segment_ids",
        explain=metric,
    ),
    of("f1_score", rf"FBetaScore expects.*?pred.shape={shape('output')}.*?true.shape={shape('y')}"),
    of(
        "classes_of_metric",
        rf"must be equal, but are {number('kept')} and {number('size')}.*?AssignAddVariable",
        rf"equal, but are {number('kept')} and {number('size')} for .*?AddV2.*?/ReadVariableOp",
    ),
    of(
        "one_column_of_y",
        rf'target array of shape {shape("y")} while using as loss "categorical_crossentropy',
    ),
    of("last_axis", rf"not squeeze dim\[\d\].*?got {number('size')}.*?(?:metrics|loss)/"),
    of("squeeze", rf"not squeeze dim\[{number('axis')}\], expected .*?got {number('size')}"),
    of("no_gradient", "None. for gradient"),
    of(
        "list_of_metrics",
        r'"(?P<kind>\w*metrics)" \w+ to be .*?=(?P<got>(?P<nested>\[\[)?(?P<alone>\w+)?\S*)',
    ),
    of("no_loss", r"has no loss to optimize|No loss to compute"),
    of(
        "ctc_timesteps",
        rf"\(required: {number('need')}, available: {number('time')}",
        "Not enough time for target transition|No valid path found",
    ),
    of("ctc_length", rf"sequence_length\(\d+\) <= {number('time')}"),
    of("ctc_empty", "Labels length is zero in batch"),
    of(
        "ctc_blank",
        rf"Saw a non-null label.*?num_classes: {number('classes')}",
        "All labels must be nonnegative integers",
    ),
    of("no_probabilities", r"predictions must be (?:>= 0|<= 1)"),
    of(
        "types",
        r'Input "\w+" of "\w+" Op has type (?P<one>\w+) that does not match type (?P<other>\w+)',
        r"compute (?!MatMul)\w+ as input #.*?be an? (?P<one>\w+) tensor but is an? (?P<other>\w+)",
    ),
    of(
        "monitored",
        rf"(?:conditioned on metric .|best model only with ){word('name')}",
        r'reported to the Oracle, expected: \["(?P<name>\w+)"\], found: [^[]*(?P<found>\[.*?\])',
    ),
    of("history", r'^"(?P<name>acc|accuracy|val_\w+)"$'),
    of("crf", 'no attribute "learn_mode"'),
    of(
        "list_of_targets",
        rf"checking (?:model )?target: .*?Expected to see 1 array.*?list of {number('count')}",
        r"checking (?:model )?target: you are passing a list",
    ),
    of("list_of_y", r"different struct\w+\. y_true: [\[({].*? y_pred: \*"),
    of(
        "outputs",
        r'(?:list of lists as|providing the|dict argument) "\w*(?P<metrics>metrics)"',
        r'y_true and y_pred have different struct|"loss" argument, can.?t be|unexpected losses or',
        rf"one entry per model outputs?\. The model has {number('outputs')} outputs",
        r"as many entries as the model has|(?:in|from) (?:the )?loss (?:dict|arg)|e output struct",
    ),
]
