"""Any layer, any chain and any small graph of layers, for tests that look for what was forgotten.

Each is made by a generator of random numbers, so that three hundred are as different as can be;
the strategies at the end hand it to Hypothesis.
"""

from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from lib.shapes.stack.base import Ref
from lib.shapes.stack.joining import Joining, MultiHeadAttention
from lib.shapes.stack.link import read_value
from lib.shapes.stack.making import KINDS
from lib.shapes.stack.plain import BY_PYTHON, Dense, Input, TimeDistributed, Unread
from lib.shapes.stack.recurrent import Recurrent
from lib.shapes.stack.tracing import broken_at, trace

OTHERS = [kind for kind in KINDS.values() if kind not in (Input, Unread)]
SEVERAL = [kind for kind in OTHERS if issubclass(kind, (Joining, MultiHeadAttention))]
INSIDE = [kind for kind in OTHERS if kind not in (TimeDistributed, *BY_PYTHON)]


def any_value(random, setting, *, small):
    """A value of a setting; small ones so that Keras is quick and sizes coincide."""
    if setting.optional and random.random() < 0.3:
        return None
    if setting.options is not None:
        return random.choice(list(setting.options))
    if setting.limit is not None:
        return any_number(random, setting.limit, small=small)
    if setting.cells:
        cells = ("lstm2", "lstm3.nobias", "gru2", "gru1.before", "gru2.before.nobias", "rnn3")
        return read_value(setting, "-".join(random.choices(cells, k=random.randint(1, 3))))
    if setting.sizes is not None:
        count = setting.sizes or random.randint(1, 3)
        return tuple(random.randint(0 if random.random() < 0.1 else 1, 4) for _ in range(count))
    return random.random() < (0.1 if setting.name == "stateful" else 0.5)


def any_number(random, limit, *, small):
    """A number within the limit: one of its first four, or of tenths a half or an end."""
    if limit.step < 1:
        return random.choice([limit.minimum, 0.5, limit.maximum])
    least = int(limit.minimum)
    return random.randint(least, least + 3 if small else int(limit.maximum))


def layer_of(random, kind, *, small=True):
    """A layer of that kind with any settings; those that are seldom set are most often usual."""
    if kind is TimeDistributed:
        inside = random.choice([Dense, *INSIDE])
        return TimeDistributed(layer_of(random, inside, small=small))
    values = {}
    for setting in kind.settings():
        if random.random() > (0.2 if setting.seldom else 0.8):
            continue
        values[setting.name] = any_value(random, setting, small=small)
    return kind(**values)


def any_layer(random, kinds=OTHERS, *, small=True):
    """A layer of any of these kinds."""
    return layer_of(random, random.choice(kinds), small=small)


def chain(random):
    """An input and up to five layers, each on what the one before gives; most break somewhere."""
    layers = [any_layer(random) for _ in range(random.randint(0, 5))]
    return (layer_of(random, Input), *layers)


def working_chain(random):
    """A chain of which no layer breaks."""
    stack = (layer_of(random, Input),)
    for _ in range(12):
        stack = _grown(stack, any_layer(random))
    return stack


def _grown(stack, layer):
    """The stack with the layer, where it works there."""
    return stack if broken_at(trace((*stack, layer))) is not None else (*stack, layer)


def graph(random):
    """Layers that name what they take, with several inputs; only the last may break."""
    stack = (layer_of(random, Input),)
    for _ in range(random.randint(4, 12)):
        kinds = [random.choice(OTHERS), random.choice(SEVERAL), Input, Input]
        layer = any_layer(random, kinds[: random.randint(1, 4)])
        stack = _grown(stack, _linked(random, stack, layer))
    return (*stack, _linked(random, stack, any_layer(random)))


def _linked(random, stack, layer):
    """The layer with the names of layers that it takes, or shares, or starts from."""
    shared = random.randrange(len(stack))
    if isinstance(layer, Input):  # a model's inputs have as many samples
        return replace(layer, batch=getattr(stack[0], "batch", None))
    if random.random() < 0.15 and not isinstance(stack[shared], (Input, Joining, *BY_PYTHON)):
        layer = replace(stack[shared], shares=shared)
    several = isinstance(layer, (Joining, MultiHeadAttention))
    count = random.choice([2, 2, 3]) if several else random.choice([0, 0, 1])
    layer = replace(layer, of=_some(random, stack, count))
    if isinstance(layer, Recurrent) and random.random() < 0.5:
        layer = replace(layer, states=_some(random, stack, random.choice([0, 1, 2])))
    return layer


def _some(random, stack, count):
    """References to tensors of layers in the stack, or to all that one gives."""
    steps = trace(stack)
    refs = []
    for _ in range(count):
        place = random.randrange(len(stack))
        tensors = len(steps[place].tensors)
        one = random.choice([None, *range(tensors)]) if tensors > 1 else None
        refs.append(Ref(place, one))
    return tuple(refs)


ANY_RANDOM = st.randoms(use_true_random=True)
CHAINS = ANY_RANDOM.map(chain)
WORKING_CHAINS = ANY_RANDOM.map(working_chain)
GRAPHS = ANY_RANDOM.map(graph)


def always(examples):
    """So many examples, the same ones every time."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
