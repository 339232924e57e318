"""PyTorch's layers that read neighboring timesteps: the convolution and the pools."""

from typing import ClassVar

from lib.experiment import Limit
from lib.shapes.stack import windows
from lib.shapes.stack.base import Inputs, Outputs, Stack
from lib.shapes.stack.settings import WINDOW, count, setting
from lib.shapes.stack.torch_layers import TorchLayer, refusal


class TorchConv1d(TorchLayer, kind="torch.conv1d", keras="nn.Conv1d", width_letter="C"):
    """Reads a few neighboring timesteps at a time. The features come before the timesteps."""

    time_letter = "T′"
    reads_time = True
    required = ("in_channels", "out_channels", "kernel_size")
    fixed_size = "in_channels", -2
    order = "in_channels out_channels kernel_size stride padding dilation groups bias padding_mode"
    in_channels: int = count("f", 3, "")
    out_channels: int = count("k", 16, "")
    kernel_size: int = setting("w", 3, limit=WINDOW)
    stride: int = setting("s", 1, limit=WINDOW)
    padding: int = setting("p", 0, limit=Limit(0, 1000))
    bias: bool = setting("nobias", True)

    def in_keras(self) -> Stack:
        sizes = self.out_channels, self.kernel_size, self.stride
        conv = windows.Conv1D(*sizes, data_format="channels_first", use_bias=self.bias)
        return (*_zeros(self.padding), conv)


def _zeros(padding: int) -> Stack:
    around = windows.ZeroPadding1D((padding, padding), data_format="channels_first")
    return (around,) if padding else ()


class TorchMaxPool(TorchLayer, kind="torch.maxpool", keras="nn.MaxPool1d"):
    """Keeps the largest of a few neighboring timesteps."""

    time_letter = "T′"
    reads_time = True
    required = ("kernel_size",)
    order = "kernel_size stride padding dilation return_indices ceil_mode"
    pooling: ClassVar[type[windows.MaxPooling1D]] = windows.MaxPooling1D
    kernel_size: int = setting("w", 2, limit=WINDOW)
    stride: int | None = setting("s", None, limit=WINDOW, optional=True)
    padding: int = setting("p", 0, limit=Limit(0, 1000))

    def call(self, inputs: Inputs) -> Outputs:
        if self.padding > self.kernel_size // 2:
            wanted = "padding of at most half the window"
            raise refusal(f"pool {self.keras}", wanted, *inputs.tensors, layer=self)
        return super().call(inputs)

    def in_keras(self) -> Stack:
        sizes = self.kernel_size, self.stride
        return (*_zeros(self.padding), self.pooling(*sizes, data_format="channels_first"))


class TorchAvgPool(TorchMaxPool, kind="torch.avgpool", keras="nn.AvgPool1d"):
    """Takes the mean of a few neighboring timesteps."""

    order = "kernel_size stride padding ceil_mode count_include_pad"
    pooling = windows.AveragePooling1D
