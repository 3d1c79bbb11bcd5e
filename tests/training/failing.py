"""An optimizer that raises in an update."""

from __future__ import annotations

__all__ = ["failing"]


def failing(kind, error, before=None, behind=None):
    """An optimizer whose third update raises once: before it does anything, or behind all."""

    class Failing(kind):
        raised = False

        def update(self, params, grads):
            third = self.steps == 2 and not self.raised
            if third and before:
                self.raised = True
                before(params)
                raise error
            super().update(params, grads)
            if third and behind:
                self.raised = True
                raise error

    return Failing()
