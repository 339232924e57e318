"""Create a layer from its arguments in Keras: `LSTM(16, return_sequences=True)`."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lib.shapes.stack import joining, plain, recurrent, windows
from lib.shapes.stack.base import CLASSES, Layer, LayerSetting, NotTraced, ShapeError
from lib.shapes.stack.plain import PYTHON_OPS, Input, TimeDistributed, Unread
from lib.shapes.stack.recurrent import Bidirectional, Recurrent
from lib.shapes.stack.settings import KERAS, KERAS2, MOST, SIGNATURES, STEPS, tuple_refusal
from lib.text import capital, joined

_MODULES = [module.__name__ for module in (recurrent, plain, windows, joining)]
_CLASSES = [each for each in CLASSES if each.__module__ in _MODULES]  # without PyTorch's layers
_CLASSES.sort(key=lambda each: _MODULES.index(each.__module__))
KINDS: dict[str, type[Layer]] = {each.kind: each for each in _CLASSES}


class Unknown:
    """A value that is known only when the code runs."""

    def __repr__(self) -> str:
        return "…"


UNKNOWN = Unknown()
ALIASES: dict[str, str] = KERAS["aliases"]
ALIASES_OF_ARGUMENTS = {"alpha": "negative_slope"}
# Arguments that aren't traced → their default.
_NOT_TRACED = {"groups": 1, "output_shape": None}
# Settings that must be equal in both directions, because shapes and parameters depend on them.
_SHARED = "cell", "units", "return_sequences", "return_state", "stateful", "use_bias", "reset_after"
# Arguments that take a number, or a tuple with one number per axis.
_ALONG_AXES = ("kernel_size", "strides", "pool_size", "dilation_rate")
_LAYER_OF_NAME = {kind.keras: kind for kind in KINDS.values() if kind not in (Unread, *PYTHON_OPS)}
LAYER_NAMES = frozenset({*SIGNATURES, *ALIASES, *_LAYER_OF_NAME})


def create_layer(
    name: str,
    args: Sequence[Any] = (),
    keywords: Mapping[str, Any] = {},
    stand_ins: dict[str, Any] | None = None,
) -> Layer:
    """Return the layer that Keras creates with these arguments: plain values, layers, or UNKNOWN.

    An unknown or refused layer becomes an `Unread` with the error, and with a correction if there
    is one. Unknown numbers and activations become defaults, stored by argument in `stand_ins`.
    """
    name = ALIASES.get(name, name)
    if name not in SIGNATURES:
        return Unread(called=name, error=NotTraced.of("not known", name=name))
    try:
        names = arguments_of(name)
        values = dict(zip(names, args, strict=False))
        if len(args) > len(names) or values.keys() & keywords:
            raise ShapeError.of("arguments in order", name=name, most=len(names), count=len(args))
        values |= keywords
        needed = SIGNATURES[name].get("required", ())
        missing = [f"'{word}'" for word in needed if word not in values]
        if right := corrections(name, values):
            return _refused(name, values, right, missing)
        if missing:
            raise ShapeError.of("missing arguments", name=name, listed=joined(missing))
        return _layer(name, values, {} if stand_ins is None else stand_ins)
    except (ShapeError, NotTraced) as error:
        return Unread(called=name, error=error)


def arguments_of(name: str) -> list[str]:
    """Return a layer's arguments in Keras's order. `name` may be its current or an earlier name."""
    row = SIGNATURES.get(ALIASES.get(name, name), {})
    return [*row.get("required", ()), *row.get("optional", ())]


def corrections(name: str, arguments: Iterable[str]) -> dict[str, str]:
    """Return the right name of each argument that the layer refuses; "" if it must be removed."""
    name, given, known = ALIASES.get(name, name), [*arguments], arguments_of(name)
    taken = {*known, *KERAS["every_layer"], *KERAS["further_arguments"].get(name, ())}
    free, right = [one for one in known if one not in given], dict[str, str]()
    for argument in (one for one in given if one not in taken):
        renamed = [one for one in KERAS2["renamed"].get(argument, ()) if one in free]
        right[argument] = [*renamed, *difflib.get_close_matches(argument, free, 1, 0.8), ""][0]
    return right


def _refused(name: str, values: dict[str, Any], right: dict[str, str], missing: list[str]) -> Layer:
    corrected = {right.get(key, key): value for key, value in values.items()}
    corrected.pop("", None)
    strange = {key: values[key] for key in right}
    shown = {key: UNKNOWN if isinstance(value, Layer) else value for key, value in strange.items()}
    # Python refuses a missing argument, and any unknown one of a layer without **kwargs.
    row = "missing arguments" if missing else "unknown for Keras"
    row = "unknown for Python" if "only_these" in SIGNATURES[name] else row
    words = {"listed": joined(missing), "arguments": shown, "first": next(iter(shown))}
    error, change = ShapeError.of(row, name=name, **words), _change(right, values)
    return Unread(called=name, error=error, fixed=_fixed(name, corrected), change=change)


def _change(right: dict[str, str], values: dict[str, Any]) -> str:
    """Return what to do about refused arguments: "Rename output_dim to units"."""
    renamed = [f"{old} to {new}" for old, new in right.items() if new]
    removed = [old for old, new in right.items() if not new]
    steps = [f"rename {joined(renamed)}"] if renamed else []
    if "input_length" in removed and "input_dim" in values:
        removed.remove("input_length")
        steps.append("replace input_length and input_dim by input_shape")
    steps += [f"remove {joined(removed)}"] if removed else []
    if "batch_input_shape" in removed:
        steps.append(f"start with keras.Input(batch_shape={values['batch_input_shape']})")
    return capital("; ".join(steps))


def _fixed(name: str, corrected: dict[str, Any]) -> Layer | None:
    """Return the layer with these corrected arguments, or None if it is refused again."""
    layer = create_layer(name, (), corrected)
    return None if isinstance(layer, Unread) else layer


def _layer(name: str, values: dict[str, Any], stand_ins: dict[str, Any]) -> Layer:
    inner = values.get("layer")
    if isinstance(inner, Unread) and inner.fixed:
        return replace(inner, fixed=_fixed(name, {**values, "layer": inner.fixed}))
    if name == "TimeDistributed":
        return TimeDistributed(_inside(name, inner))
    if name == "Bidirectional":
        return _bidirectional(name, values)
    kind = _LAYER_OF_NAME[name]
    values = {ALIASES_OF_ARGUMENTS.get(key, key): value for key, value in values.items()}
    for argument, usual in _NOT_TRACED.items():
        if values.get(argument, usual) != usual:
            raise NotTraced.of("not known", name=f"{argument} of {name}")
    settings = [setting for setting in kind.settings() if setting.name in values]
    for setting in settings:
        is_number = setting.limit and not setting.options and setting.default is not None
        has_stand_in = (is_number and setting.tuple_length is None) or setting.name == "activation"
        if has_stand_in and isinstance(values[setting.name], Unknown):
            values[setting.name] = stand_ins[setting.name] = setting.default
    return kind(**{one.name: setting_value(one, values[one.name], name) for one in settings})


def _inside(name: str, value: Any) -> Layer:
    if isinstance(value, Layer):
        return value
    raise ShapeError.of("no layer inside", name=name, value=value)


def _bidirectional(name: str, values: dict[str, Any]) -> Layer:
    forward, backward = _inside(name, values["layer"]), values.get("backward_layer")
    if isinstance(forward, Unread):
        return forward
    if not isinstance(forward, Recurrent):
        raise NotTraced.of("nothing to reverse", name=forward.keras)
    settings = {setting.name: setting for setting in Bidirectional.settings()}
    shared = {key: getattr(forward, key) for key in settings if hasattr(forward, key)}
    mode = setting_value(settings["merge_mode"], values.get("merge_mode", "concat"), name)
    other = backward if isinstance(backward, Recurrent) else replace(forward, go_backwards=True)
    if other.go_backwards == forward.go_backwards:
        raise ShapeError.of("the same direction")
    if any(getattr(forward, key, None) != getattr(other, key, None) for key in _SHARED):
        raise NotTraced.of("directions that differ")
    return Bidirectional(merge_mode=mode, **shared)


def setting_value(setting: LayerSetting, value: Any, name: str) -> Any:
    """Return the value of a setting for this Keras argument. Raises ShapeError or NotTraced."""
    if setting.options is not None:
        # Use the default for an unknown option. For a padding, this is an assumption.
        return setting.default if isinstance(value, Unknown) else _choice(setting, value)
    if isinstance(value, Unknown):
        raise NotTraced.of("an unknown value", argument=setting.name, name=name)
    if value is None and setting.optional:
        return None
    if setting.tuple_length is None and setting.name not in _ALONG_AXES:
        if setting.limit is None:
            return bool(value)
        if name == "LayerNormalization" and isinstance(value, (list, tuple)) and len(value) == 1:
            (value,) = value  # Keras stores axis=-1 as [-1].
        is_decimal = setting.limit.step < 1 and isinstance(value, (int, float))
        if is_decimal and abs(value) <= MOST.maximum:
            return value
        return _whole(value, setting, name)
    count = 1 if setting.tuple_length is None else setting.tuple_length  # 0: any number of sizes
    if not isinstance(value, (list, tuple)):
        if count == 0:
            kind = type(value).__name__
            raise ShapeError.of("one for several", name=setting.name, value=value, type=kind)
        value = (value,) * (count or 1)
    if setting.name == "dilation_rate" and len({*value}) == 1:
        value = value[:1]  # A saved model repeats the number for each axis.
    if count == 0:
        value = [-1 if size is None else size for size in value]
    sizes = tuple(_whole(size, setting, name) for size in value)
    if count and len(sizes) != count:
        message = (setting.refusal or tuple_refusal(1)).format(name=setting.name, value=value)
        raise ShapeError(f"{count} numbers for {setting.name}", f"{value!r}", message)
    return sizes[0] if setting.tuple_length is None else sizes


def _whole(value: Any, setting: LayerSetting, name: str) -> int:
    if isinstance(value, Unknown):
        raise NotTraced.of("an unknown value", argument=setting.name, name=name)
    if not isinstance(value, int):
        wants_tuple = "must be a tuple" in setting.refusal
        fails_later = not setting.refusal or (setting.tuple_length and not wants_tuple)
        if fails_later:
            raise NotTraced.of("no whole number", argument=setting.name, value=value)
        message = setting.refusal.format(name=setting.name, value=value) if wants_tuple else ""
        raise ShapeError(f"a whole number for {setting.name}", f"{setting.name}={value!r}", message)
    if abs(value) > (most := (setting.limit or MOST).maximum):
        sizes = {"value": f"{value:,}", "most": f"{most:,.0f}"}
        raise NotTraced.of("too much to trace", argument=setting.name, **sizes)
    return int(value)


def _choice(setting: LayerSetting, value: Any) -> str:
    options = setting.options or {}
    if value is None:
        return next((name for name in ("none", "linear") if name in options), setting.default)
    choice = f"{value}".lower() if setting.name in ("padding", "data_format") else value
    if isinstance(choice, str) and choice in options:
        return choice
    if "activation" in setting.name:
        raise ShapeError.of("no activation", value=value)
    raise ShapeError.of("no option", name=setting.name, value=value, options=", ".join(options))


def input_layer(shape: Sequence[Any]) -> Input | Unread:
    """Return the Input of this shape (batch first, None for any size), or an Unread if invalid."""
    batch, *sizes = shape
    known = [size for size in shape if size is not None]
    words = {"shape": tuple(sizes), "most": f"{STEPS.maximum:,.0f}"}
    error: ShapeError | NotTraced
    if any(type(size) is not int or size < 0 for size in known):
        error = ShapeError.of("no size of an input", **words)
    elif len(sizes) > 5 or 0 in known or max(known, default=1) > STEPS.maximum:
        error = NotTraced.of("input sizes out of range", **words)
    elif len(sizes) == 2:
        return Input(sizes[0], sizes[1], batch=batch)
    elif len(sizes) == 1:
        return Input(features=sizes[0], batch=batch, form="flat")
    else:
        return Input(batch=batch, form="other", shape=tuple(size or 0 for size in sizes))
    return Unread(called="Input", error=error)
