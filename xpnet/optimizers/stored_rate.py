"""A learning rate in the file of a run: described in JSON, and made again."""

from __future__ import annotations

from typing import Any

from xpnet.errors import CheckpointError, OptionError
from xpnet.optimizers import schedules
from xpnet.optimizers.schedule import Schedule, rate_text

__all__ = ["described_rate", "made_rate"]

MAKERS: dict[str, Any] = {name: getattr(schedules, name) for name in schedules.__all__}


def described_rate(value: Any) -> Any:
    """A learning rate, or an option of a schedule, as JSON values.

    Raises
    ------
    CheckpointError
        It is a function of one's own.

    Examples
    --------
    >>> described_rate(schedules.warmup(0.5, steps=10))
    {'schedule': 'warmup', 'lr': 0.5, 'steps': 10}
    """
    if isinstance(value, Schedule):
        return {"schedule": value.name, **{n: described_rate(each) for n, each in value.options}}
    if isinstance(value, tuple):
        return [described_rate(each) for each in value]
    if callable(value):
        raise CheckpointError(
            f"lr: expected a number or a schedule of xpnet.optimizers.schedules, got the function "
            f"{rate_text(value)}, which cannot be saved: make one of cosine, step_decay, warmup "
            "and joined, or train without checkpoints"
        )
    return value


def made_rate(value: Any) -> Any:
    """What was described so; numbers are what they are.

    Raises
    ------
    OptionError, TypeError
        There is no such schedule.

    Examples
    --------
    >>> made_rate({"schedule": "warmup", "lr": 0.5, "steps": 10})
    warmup(lr=0.5, steps=10)
    """
    if isinstance(value, list):
        return [made_rate(each) for each in value]
    if not isinstance(value, dict):
        return value
    options = {name: made_rate(each) for name, each in value.items()}
    name = options.pop("schedule", None)
    if name not in MAKERS:
        raise OptionError(
            f"lr: expected one of the schedules {', '.join(MAKERS)}, got {name!r:.80}"
        )
    return MAKERS[name](**options)
