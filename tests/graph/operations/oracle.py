"""autograd, which knows the gradients of NumPy's functions; only tests that ask it need it."""

from __future__ import annotations

import pytest


def ask_autograd(module="autograd"):
    """The module; where autograd is not installed, the test that asks is skipped, and no other."""
    return pytest.importorskip(module, reason="its oracle is autograd: pip install 'xpnet[test]'")


def autograd_numpy():
    """NumPy as autograd follows it."""
    return ask_autograd("autograd.numpy")
