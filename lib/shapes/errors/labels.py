"""Messages about labels: their numbers, weights and metrics, and the activation for them."""

from lib.shapes.errors import remedies
from lib.shapes.errors.message import Message, number, shape
from lib.shapes.remedy import Remedy

MESSAGES = [
    Message(
        r"class_weight. not supported for 3\+ dim|class_weight.*?only (?:0-dim|length-1|size-1)",
        r"indices\[\d+\] = \d+ is not in.*?node GatherV2\}.*?IteratorGetNext",
        cause="class_weight needs one label per sample, and a weight for the largest class number.",
        remedies=[remedies.WEIGHT_PER_LABEL],
    ),
    Message(
        r"class_weight.{1,2}must contain all classes.*?The classes (?P<missing>\{.*?\})",
        r"class_weight.{1,2}to be a dict with keys from 0 to one less than the number",
        cause="class_weight needs a weight for each class, and classes are numbered from 0. The "
        "classes without a weight are {missing}.",
        fix="Number the classes from 0, and give each class a weight.",
        code="y = np.searchsorted(np.unique(y), y)  # class numbers from 0\n"
        "model.fit(x, y, class_weight=dict(enumerate(weights)))  # weights: one per class",
        confidence="likely",
    ),
    Message(
        r"class_weight. is only supported for Models with a single output",
        cause="class_weight needs a model with one output. Most likely this model has several.",
        fix="Pass the weight of each label as sample_weight, one array per output.",
        code="model.fit(x, [y1, y2], sample_weight=[w1, w2])",
    ),
    Message(
        r"t handle a mix of (?P<one>[\w-]+) and (?P<other>[\w-]+) targets",
        cause="scikit-learn needs y and the prediction in one form, but received {one} and "
        "{other}. Most likely one has a column per class.",
        fix="Convert both to class numbers, in one axis.",
        code="labels = np.argmax(y, axis=-1).ravel()  # if y has a column per class\n"
        "predicted = np.argmax(model.predict(x), axis=-1).ravel()",
    ),
    Message(
        r"You cannot .class_weight. and .sample_weight. at the same time",
        cause="fit takes either class_weight or sample_weight.",
        fix="Multiply the weights of the classes into sample_weight.",
        code="model.fit(x, y, sample_weight=w * weights[labels])  # weights: an array by class",
    ),
    Message(
        r"received .from_logits=True., but the .output. argument was produced by an? "
        r"(?P<activation>\w+)",
        cause="The last layer has the activation {activation}, but the loss expects logits. With "
        "TensorFlow, Keras finds the logits if the activation comes last, so the loss is right.",
        fix="Remove the activation, or remove from_logits=True.",
        code='Dense(units)  # with from_logits=True\nDense(units, activation="softmax")  # without',
    ),
    Message(
        rf"softmax over axis -1 of a tensor of shape {shape('output')}\. This axis has size 1",
        rf"with num_classes > 1\. Received: y_pred\.shape={shape('output')}",
        r"label value of (?P<label>[1-9]\d*) which is outside.*?\[0, 1\)",
        cause="The output has only one column. Its shape is {output}. Its only class is 0, but y "
        "contains class {label}. A softmax over one column always outputs 1.",
        remedies=[remedies.TWO_CLASSES, remedies.MORE_CLASSES],
        confidence="certain",
    ),
    Message(
        r"label value of (?P<label>-\d+) which is outside the valid range",
        cause="y contains the negative number {label}, but classes are numbered from 0.",
        remedies=[
            Remedy(
                "{label} marks values to ignore, such as padding",
                "Set ignore_class. The accuracy still counts these values, as wrong.",
                "loss = keras.losses.SparseCategoricalCrossentropy(ignore_class={label})",
            ),
            Remedy(
                "{label} marks samples without a label (one label per sample)",
                "Drop these samples.",
                "keep = y >= 0\nx, y = x[keep], y[keep]",
            ),
            Remedy(
                "{label} marks timesteps without a label (one label per timestep)",
                "Give these timesteps the weight 0. The accuracy still counts them, as class 0.",
                "model.fit(x, np.maximum(y, 0), sample_weight=(y >= 0))",
            ),
        ],
    ),
    Message(
        rf"label value of {number('label')} which is outside.*?\[0, {number('classes')}\)",
        cause="y contains class {label}, but the output has {classes} columns, from class 0 on.",
        fix="Number classes from 0, and end the model with one column per class.",
        code='Dense(int(y.max()) + 1, activation="softmax")',
    ),
    Message(
        rf"index (?P<label>\d+) is out of bounds for axis 1 with size {number('classes')}",
        cause="If to_categorical raised this, y contains class {label}, but num_classes is "
        "{classes}, and classes are numbered from 0.",
        fix="Subtract 1 if the class numbers start at 1. Otherwise, pass the number of classes.",
        code="y = y - 1\n# or:\ny = keras.utils.to_categorical(y, int(y.max()) + 1)",
    ),
    Message(
        rf'are {number("one")} and {number("other")} for "\W*(?:node )?(?:\w+/)*Equal',
        r"Incompatible shapes: (?P<one>\[[\d,]*\]) vs\.? (?P<other>\[[\d,]*\])\W{1,9}node "
        r"(?:Equal|LogicalAnd)|does not start with segment_ids",
        cause="A metric can't compare class numbers with columns. The sizes are {one} and {other}.",
        fix='Use "accuracy": Keras picks the accuracy from the shapes. Precision, Recall and AUC '
        "need a y with a column per class.",
        code=f"{remedies.COLUMNS}\ny = keras.utils.to_categorical(y)",
    ),
]
