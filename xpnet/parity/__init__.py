"""Parity: a certificate that two backends compute the same, up to rounding errors.

**What is compared.** One network is trained on the first backend. At each step every layer's
forward and backward, the gradients of its parameters, the gathered batch and the optimizer's
update are computed again on the second backend, *from the same bits*: its input, its parameters,
the upstream gradient and the optimizer's state are copied from the first. So each difference
belongs to one operation, its bound does not grow with depth or steps, and decisions by sign (the
mask of a ReLU) agree. The verdict is whether these differences are within the bounds below.

**Rounding.** With the unit roundoff u (2**-24 in float32, 2**-53 in float64), one operation gives
``fl(a op b) = (a op b)(1 + d)``, ``|d| <= u``, and n of them in any order, fused or not, give a
factor ``1 + t`` with ``|t| <= gamma_n = n u / (1 - n u)`` (Higham, *Accuracy and Stability of
Numerical Algorithms*, 2nd ed., lemma 3.1). So the error of a product of matrices over k terms is
at most ``gamma_k |x| |W|`` in each entry (section 3.5). Each backend may have that error, so two
of them differ by at most twice that:

    |A - B| <= 2 gamma_n * scale + 2 (n + m) * (smallest normal number, for underflow)

A backend may flush numbers below the smallest normal one to 0; m accounts for factors above 1
that the operation then multiplies this error by, such as a learning rate. No rounding explains a
result of another shape or dtype than the first backend's: it fails.

**TF32.** After ``xpnet.set_matmul_precision("tf32")`` a CUDA device may round both factors of each
term of a float32 product to TF32, with the unit roundoff 2**-11, and tensor cores may cut off
where they add, an error of up to 2 u instead of u. Then gamma_n is that of ``2 n + 2 * 2**13``
roundings for a product of n terms. NumPy computes in float32, so that twice gamma covers even a
device that cuts the factors off, an error of up to 2 * 2**-11. The certificate says so.

**Scale.** Differences are relative to `scale`, in each entry the sum of the absolute values of
the terms of which it is the sum, as ``|x| |W| + |b|``. The scale and n of each operation are in
its rule, in `layer_rules` and `update_rules`. Terms that are exactly 0 add no rounding and are
not counted: most pixels are 0. IEEE 754 does not define exp and log to the last bit: they are
assumed to have an error of at most 4 units in the last place, and count as 8 roundings. That is
above the maximum errors that CUDA's C++ Programming Guide ("Mathematical Functions") and NumPy's
loops state.

**Sensitivity.** The terms of a sum may cancel, so that `scale` is larger than the result. Each
check gives in `detectable` the smallest relative error of the whole result that it detects for
certain, at the entry that shows it best: ``2 * bound * scale / |A|``. It grows with n. Consider
it before you rely on a certificate in float32 of a large network.

**Drift.** The second backend also trains a network freely, from the same weights. Its distance
from the first is reported beside each check, relative to the largest entry, without a verdict:
where the input of a ReLU is within rounding of 0, its mask may differ. The estimate beside it is
the number of steps times the sum of all bounds of a step, to first order.

**Without a bound.** Where n u >= 1, there is no bound for a sum. A layer, loss or optimizer of
your own, or a subclass of this library's, has no rule unless ``rules=`` gives one: see
`LayerRule`, `UpdateBound` and `Bound`. Its results are compared and reported as "no bound", and
the certificate is not passed.
"""

from xpnet.parity.bounds import Bound, gamma, unit_roundoff
from xpnet.parity.certificate import Certificate
from xpnet.parity.certify import certify
from xpnet.parity.check import Check
from xpnet.parity.comparison import Difference, compare
from xpnet.parity.layer_rules import LayerRule
from xpnet.parity.update_rules import UpdateBound

__all__ = [
    "Bound",
    "Certificate",
    "Check",
    "Difference",
    "LayerRule",
    "UpdateBound",
    "certify",
    "compare",
    "gamma",
    "unit_roundoff",
]
