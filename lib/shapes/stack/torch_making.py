"""Create a layer of PyTorch from its arguments: `nn.LSTM(3, 16, batch_first=True)`."""

from collections.abc import Mapping, Sequence
from typing import Any

from lib.shapes.stack import torch_windows  # noqa: F401  its layers are in CLASSES
from lib.shapes.stack.base import CLASSES, Layer, LayerSetting, NotTraced, ShapeError, Stack
from lib.shapes.stack.making import UNKNOWN, Unknown, setting_value
from lib.shapes.stack.plain import Unread
from lib.shapes.stack.torch_layers import TEXTS, TorchInput, TorchLayer, TorchRecurrent
from lib.shapes.stack.torch_operations import ACTIVATIONS, TorchOperation, torch_operation
from lib.text import joined

_LAYERS = [one for one in CLASSES if issubclass(one, TorchLayer) and one is not TorchOperation]
_CLASSES: tuple[type[Layer], ...] = (TorchInput, *_LAYERS, TorchOperation)
TORCH_KINDS = {each.kind: each for each in _CLASSES}
_LAYER_OF_NAME = {each.keras.removeprefix("nn."): each for each in _LAYERS}
_FUNCTION_OF_NAME = {name: function for function, name in ACTIVATIONS.items()}
_ADAPTIVE = {"AdaptiveAvgPool1d": "mean", "AdaptiveMaxPool1d": "max"}  # traced for one output
# Functions of torch.nn.functional → the layer with the same arguments behind the tensor.
LAYER_OF_FUNCTION = {
    "dropout": "Dropout",
    "leaky_relu": "LeakyReLU",
    "max_pool1d": "MaxPool1d",
    "avg_pool1d": "AvgPool1d",
    "adaptive_max_pool1d": "AdaptiveMaxPool1d",
    "adaptive_avg_pool1d": "AdaptiveAvgPool1d",
}
# Arguments that no other layer must match: an unknown one becomes the default.
_OPEN = ("num_embeddings", "out_features", "num_layers", "p", "dropout")
_NO_EFFECT = {
    "device",
    "dtype",
    "inplace",
    "training",
    "padding_idx",
    "max_norm",
    "sparse",
    "momentum",
}
# Arguments that aren't traced → their default, which has no effect.
_NOT_TRACED = {
    "proj_size": 0,
    "padding": 0,
    "padding_mode": "zeros",
    "dilation": 1,
    "groups": 1,
    "ceil_mode": False,
    "return_indices": False,
    "count_include_pad": True,
    "affine": True,
    "elementwise_affine": True,
    "bias": True,
    "track_running_stats": True,
}


def is_torch(stack: Stack) -> bool:
    """Return whether a stack has layers of PyTorch."""
    return any(layer.kind in TORCH_KINDS for layer in stack)


def create_torch_layer(
    name: str, args: Sequence[Any], keywords: Mapping[str, Any], stand_ins: dict[str, Any]
) -> Layer:
    """Return the layer, or an Unread with the error if PyTorch refuses its arguments.

    Unknown numbers of words and of outputs become defaults, stored by argument in `stand_ins`.
    """
    if operation := _operation(name, args, keywords):
        return operation
    kind = _LAYER_OF_NAME.get(name)
    if kind is None:
        return Unread(called=f"nn.{name}", error=NotTraced.of("not known", name=f"nn.{name}"))
    given = dict(zip(kind.signature(), args, strict=False)) | {**keywords}
    # PyTorch's messages name the base class of the recurrent layers.
    owner = "RNNBase" if issubclass(kind, TorchRecurrent) else name
    settings = {setting.name: setting for setting in kind.settings() if not setting.in_call}
    try:
        if name == "Conv1d":
            given |= _padding(given)
        if given.get("proj_size") and name in ("GRU", "RNN"):
            raise ShapeError("no proj_size", "proj_size", TEXTS["proj_size"])
        for argument in {*_NOT_TRACED} - {*settings}:
            if (value := given.pop(argument, None)) not in (None, _NOT_TRACED[argument]):
                raise NotTraced.of("not known", name=f"{argument}={value}")
        if strange := [one for one in given if one not in {*settings, *_NO_EFFECT}]:
            raise ShapeError.of("unknown for Python", name=owner, first=strange[0])
        if missing := [f"'{one}'" for one in kind.required if one not in given]:
            raise ShapeError.of("missing arguments", name=owner, listed=joined(missing))
        for argument in _OPEN:
            if isinstance(given.get(argument), Unknown) and argument in settings:
                given[argument] = stand_ins[argument] = settings[argument].default
        used = [setting for setting in settings.values() if setting.name in given]
        return kind(**{one.name: _value(one, given[one.name], name) for one in used})
    except (ShapeError, NotTraced) as error:
        return Unread(called=f"nn.{name}", error=error)


def _padding(given: Mapping[str, Any]) -> dict[str, int]:
    """Return the padding of an nn.Conv1d as a number if it is "same" or "valid"."""
    kernel, stride = given.get("kernel_size"), given.get("stride", 1)
    if given.get("padding") == "same":
        if stride not in (1, (1,), [1]) and not isinstance(stride, Unknown):
            raise ShapeError("stride=1", f"stride={stride}", TEXTS["strided"])
        return {"padding": kernel // 2} if type(kernel) is int and kernel % 2 else {}
    return {"padding": 0} if given.get("padding") == "valid" else {}


def _operation(name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """Return the operation that a layer without weights applies, or None."""
    if name in _ADAPTIVE and [*args, *keywords.values()] in ([1], [(1,)]):
        return TorchOperation(_ADAPTIVE[name], (-1,), keepdim=True)
    if name == "Flatten":  # It keeps axis 0, unlike x.flatten().
        given = dict(zip(("start_dim", "end_dim"), args, strict=False))
        return torch_operation("flatten", (), {"start_dim": 1, **given, **keywords})
    function = _FUNCTION_OF_NAME.get(name)
    return function and torch_operation(function, args, keywords)


def _value(setting: LayerSetting, given: Any, name: str) -> Any:
    value = UNKNOWN if isinstance(given, Unknown) else given
    if isinstance(value, (list, tuple)) and len(value) == 1:  # kernel_size=(3,)
        (value,) = value
    value = setting_value(setting, value, name)
    has_limit = setting.limit and not setting.refusal and value is not None
    if has_limit and setting.within(value) != value:
        raise NotTraced.of("out of range", argument=setting.name, value=value)
    return value
