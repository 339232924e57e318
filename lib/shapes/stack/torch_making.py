"""Create a layer of PyTorch from its arguments: `nn.LSTM(3, 16, batch_first=True)`."""

from collections.abc import Mapping, Sequence
from typing import Any

from lib.shapes.stack import torch_layers, torch_operations
from lib.shapes.stack.base import Layer, LayerSetting, NotTraced, ShapeError, Stack
from lib.shapes.stack.making import KINDS, UNKNOWN, Unknown, setting_value
from lib.shapes.stack.plain import Unread
from lib.shapes.stack.torch_layers import TEXTS, TorchInput, TorchLayer, TorchRecurrent
from lib.shapes.stack.torch_operations import ACTIVATIONS, TorchActivation, TorchMethod
from lib.text import joined

_MODULES = vars(torch_layers) | vars(torch_operations)
_CLASSES: list[type[Layer]] = [
    each
    for each in _MODULES.values()
    if isinstance(each, type)
    and issubclass(each, (TorchInput, TorchLayer))
    and "kind" in vars(each)
]
TORCH_KINDS: dict[str, type[Layer]] = {each.kind: each for each in _CLASSES}
_LAYER_OF_NAME: dict[str, Any] = {
    name.removeprefix("nn."): each
    for each in _CLASSES
    if (name := f"{each.keras}").startswith("nn.")
}
# Arguments that no other layer must match.
_OPEN = ("num_embeddings", "out_features", "num_layers", "p", "dropout")


def is_torch(stack: Stack) -> bool:
    """Return whether a stack has layers of PyTorch."""
    return any(layer.kind in TORCH_KINDS for layer in stack)


def kinds_for(stack: Stack) -> dict[str, type[Layer]]:
    """Return the kinds of layers that can be added to a stack, of Keras or of PyTorch."""
    if not is_torch(stack):
        return KINDS
    return {kind: each for kind, each in TORCH_KINDS.items() if each is not TorchInput}


def create_torch_layer(
    name: str, args: Sequence[Any], keywords: Mapping[str, Any], stand_ins: dict[str, Any]
) -> Layer:
    """Return the layer, or an Unread with the error if PyTorch refuses its arguments.

    Unknown numbers of words and of answers become defaults, stored by argument in `stand_ins`.
    """
    dims = [one for one in (*args, *keywords.values()) if type(one) is int]
    if name == "Flatten":
        return TorchMethod("flatten", (*dims, *(1, -1)[len(dims) :])[:2])
    if name in ACTIVATIONS.values():
        function = {title: one for one, title in ACTIVATIONS.items()}[name]
        return TorchActivation(function, [*dims, None][0] if "softmax" in function else None)
    if name not in _LAYER_OF_NAME:
        return Unread(called=f"nn.{name}", error=NotTraced.of("not known", name=f"nn.{name}"))
    kind, created = _LAYER_OF_NAME[name], dict[str, Any]()
    given = dict(zip(kind.signature(), args, strict=False)) | {**keywords}
    if given.get("padding") in ("same", "valid"):
        given["same"] = given.pop("padding") == "same"
    class_name = "RNNBase" if issubclass(kind, TorchRecurrent) else name
    settings = {setting.name: setting for setting in kind.settings() if not setting.in_call}
    known = {*settings, *TEXTS["arguments"]["further"].split()}
    try:
        if strange := [one for one in given if one not in known]:
            message = f"{class_name}.__init__() got an unexpected keyword argument '{strange[0]}'"
            raise ShapeError(f"arguments of nn.{name}", f"{strange[0]}=…", message)
        if missing := [f"'{one}'" for one in kind.required if one not in given]:
            count = f"{len(missing)} required positional argument{'s' if missing[1:] else ''}"
            message = f"{class_name}.__init__() missing {count}: {joined(missing)}"
            raise ShapeError(joined(missing), "no value", message)
        for name_of, setting in settings.items():
            if name_of in given:
                is_open = isinstance(given[name_of], Unknown) and name_of in _OPEN
                stand_ins |= {name_of: setting.default} if is_open else {}
                value = setting.default if is_open else given[name_of]
                created[name_of] = _value(setting, value, name)
        return kind(**created)
    except (ShapeError, NotTraced) as error:
        return Unread(called=f"nn.{name}", error=error)


def _value(setting: LayerSetting, given: Any, name: str) -> Any:
    is_tuple, value = setting.tuple_length is not None, given
    if isinstance(given, Unknown):
        value = UNKNOWN
    elif is_tuple and isinstance(given, int):
        value = (given,)
    elif not is_tuple and isinstance(given, tuple) and len(given) == 1:
        value = given[0]
    value = setting_value(setting, value, name)
    has_limit = setting.limit and not setting.refusal and value is not None
    if has_limit and setting.within(value) != value:
        raise NotTraced.of("out of range", argument=setting.name, value=value)
    return value
