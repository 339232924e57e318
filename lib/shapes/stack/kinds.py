"""Every kind of layer that a stack may have: the registry that menus, links and readers go by.

To add one, write its class beside its like, add its kind to the menu here, its arguments to
signatures.toml, and cases to tests/agreement/layer_cases.py, by which it is compared with Keras.
"""

from lib.shapes.stack import elementwise, joining, plain, recurrent, windows
from lib.shapes.stack.base import LAYERS, Layer

MODULES = (elementwise, joining, plain, recurrent, windows)
"""Where the classes are; importing them fills LAYERS."""
_MENU = """
lstm gru rnn bi cells convlstm convlstm2d
input embed dense td
repeat flatten reshape permute last unpack
conv1d conv1dt maxpool avgpool gmaxpool pool upsample zeropad crop
mask drop sdrop noise bnorm lnorm act relu leaky softmax number
concat add sub mul ave max min dot attend addattend mha
conv2d maxpool2d avgpool2d gmaxpool2d pool2d conv3d maxpool3d avgpool3d gmaxpool3d pool3d
unread
"""
KINDS: dict[str, type[Layer]] = {kind: LAYERS[kind] for kind in _MENU.split()}
"""By name in the address, as menus offer them, with what is used most often first.

Recurrent layers; inputs and outputs; of the shape; along time; number by number; joining; pictures.
"""
