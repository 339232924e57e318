"""Every kind of layer that a stack may have: the registry that menus, links and readers go by.

To add one, write its class beside its like, or a row in kinds.toml for one that varies another, and
put its kind here; tests/agreement/test_stack.py then compares it with Keras's.
"""

from lib.shapes.stack import each_step, elementwise, joining, plain, recurrent, shaping, windows
from lib.shapes.stack.base import LAYERS, Layer
from lib.text import beside

_MODULES = (each_step, elementwise, joining, plain, recurrent, shaping, windows)
_CLASSES = {name: value for module in _MODULES for name, value in vars(module).items()}
for _name, _row in beside(__file__).items():
    _varied, _about = _CLASSES[_row.pop("varies")], _row.pop("about")
    type(_name, (_varied,), {"__doc__": _about}, **_row)

_MENU = """
lstm gru rnn bi cells cell convlstm convlstm2d
input embed dense td
repeat flatten reshape permute last unpack
conv1d conv1dt maxpool avgpool gmaxpool pool upsample zeropad crop
mask drop sdrop noise bnorm lnorm act relu leaky softmax number
concat add sub mul ave max min dot attend addattend mha
conv2d maxpool2d avgpool2d gmaxpool2d pool2d conv3d maxpool3d avgpool3d gmaxpool3d pool3d
unread
"""
KINDS: dict[str, type[Layer]] = {kind: LAYERS[kind] for kind in _MENU.split()}
"""By name in the address, as menus offer them, with what is found most often first.

Recurrent layers; inputs and outputs; of the shape; along time; number by number; joining; pictures.
"""
