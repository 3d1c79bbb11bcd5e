"""Parity: a certificate that two backends compute the same, up to the rounding they may differ by.

**What is compared.** One network is trained on the first backend. At each step every layer's
forward and backward, the gradients of its parameters, the gathered batch and the optimizer's
update are computed again on the second backend, *from the same bits*: its input, its parameters,
the gradient that comes from above and the optimizer's state are copied over from the first. So a
difference belongs to one operation alone, its bound does not grow with depth or steps, and what
is decided by a sign (the mask of a ReLU) is decided alike. These differences are held against the
bounds below: they are the verdict.

**Rounding.** With the unit roundoff u (2**-24 in float32, 2**-53 in float64), one operation gives
``fl(a op b) = (a op b)(1 + d)``, ``|d| <= u``, and n of them in any order, fused or not, give a
factor ``1 + t`` with ``|t| <= gamma_n = n u / (1 - n u)`` (Higham, *Accuracy and Stability of
Numerical Algorithms*, 2nd ed., lemma 3.1). So a product of matrices over k terms is off by at
most ``gamma_k |x| |W|``, entry by entry (section 3.5). Each backend may be off by that much from
the exact result, so two of them differ by at most twice that:

    |A - B| <= 2 gamma_n * scale + 2 (n + m) * (smallest normal number: what may underflow)

A backend may take numbers below the smallest normal one for 0; m counts what the operation then
makes larger, as a learning rate above 1 does. No rounding explains a result of another shape or
dtype than the first backend's: it fails.

**Relative to what.** To `scale`, entry by entry: the sum of the absolute values of the terms of
which the entry is the sum, as ``|x| |W| + |b|``. Each operation's scale and n stand with its rule
in `layer_rules` and `update_rules`. Terms that are exactly 0 add no rounding and are not counted:
most pixels are 0. exp and log are not defined to the last bit by IEEE 754: they are taken to be
right to 4 units in the last place and count as 8. That is an assumption, above the maxima that
CUDA's C++ Programming Guide ("Mathematical Functions") and NumPy's own loops state.

**What it would find.** The terms of a sum may cancel, so that its error is a smaller part of
`scale`. Each check says in `finds` which relative error of the whole result it finds for
certain, at the entry that shows it best: ``2 * bound * scale / |A|``. It grows with n, and is to
be looked at before a certificate in float32 of a large network is trusted.

**Drift.** The second backend also trains a network of its own, freely, from the same weights.
How far it is from the first's is reported beside each check, relative to the largest entry, with
no verdict: a ReLU whose input is within rounding of 0 may be open on one and closed on the other.
The first-order yardstick beside it is the number of steps times the sum of all bounds of a step.

**What has no bound.** Where n u >= 1, nothing is known of a sum. A layer, loss or optimizer of
your own, subclasses of this library's too, has no rule until ``rules=`` says how far its results
may be off: see `LayerRule`, `UpdateRule` and `Bound`. What has no bound is compared and reported
as "no bound", and the certificate is not passed.
"""

from xpnet.parity.bounds import Bound, gamma, unit_roundoff
from xpnet.parity.certificate import Certificate, Check
from xpnet.parity.certify import certify
from xpnet.parity.comparison import Difference, compare
from xpnet.parity.layer_rules import LayerRule
from xpnet.parity.update_rules import UpdateRule

__all__ = [
    "Bound",
    "Certificate",
    "Check",
    "Difference",
    "LayerRule",
    "UpdateRule",
    "certify",
    "compare",
    "gamma",
    "unit_roundoff",
]
