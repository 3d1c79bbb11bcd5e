"""EarlyStopping: the callback that ends a run which no longer improves."""

from __future__ import annotations

from typing import Any

from xpnet.checkpoints import Document
from xpnet.checks import is_number, whole_number
from xpnet.errors import OptionError
from xpnet.training.callbacks import Callback, Run
from xpnet.training.history import EVALUATED, VALIDATION, History, Record
from xpnet.training.snapshot import Snapshot

__all__ = ["EarlyStopping"]

MONITORS = *VALIDATION, *(name for name in EVALUATED if name not in VALIDATION), "loss"
BEST, LAST = "best.", "last."
"""Before the names of arrays in a checkpoint."""


class EarlyStopping(Callback):
    """Ends a run when its records no longer improve, and gives the network of the best one back.

    A record is made at the end of each epoch, and of a run. However the run ends, the network has
    then the parameters of the best record; optimizer and history are those of the last step. A
    further run goes on from the last parameters, as if nothing had been put back, unless the
    network was changed meanwhile. After a run that was stopped it has patience anew.

    A checkpoint keeps what is counted, and both networks: give a new one with the same `monitor`
    and `restore_best` to `Trainer.resume`. In a list of callbacks it stands before `Checkpoint`:
    then the end that it brings is saved too. On a GPU an improvement takes one copy there, and no
    wait.

    Parameters
    ----------
    patience : int
        Records without an improvement, one after the other, that end the run.
    monitor : str
        What is to improve, an attribute of `Record`: ``"validation_loss"``,
        ``"validation_accuracy"``, ``"train_accuracy"``, ``"test_accuracy"`` or ``"loss"``, which
        is of one batch. Of a regression ``"validation_score"``, ``"train_score"`` or
        ``"test_score"``. A loss improves by becoming smaller, the others by becoming larger.
    min_delta : float
        What is no more than this is no improvement.
    restore_best : bool
        Whether the best parameters are put back; they are kept in a copy.

    Attributes
    ----------
    best_value : float or None
        None before the first record.
    best_iteration : int or None
        Of the record that has it.
    waited : int
        Records since then.
    stopped : bool
        Whether this ended the last run.

    Raises
    ------
    OptionError
        An option is something else; at the start of a run: the trainer has no set for `monitor`.

    Examples
    --------
    >>> x, t = np.eye(4, dtype="float32"), np.arange(4)
    >>> stopping = EarlyStopping(patience=2, monitor="test_accuracy")
    >>> options = {"batch_size": 4, "callbacks": [stopping], "progress": False}
    >>> net = TwoLayerNet(4, 8, 4, weight_init_std="he", seed=0)
    >>> trainer = Trainer(net, SGD(lr=1.0), (x, t), test=(x, t), **options)
    >>> history = trainer.run(epochs=100)
    >>> stopping.stopped, stopping.best_value, len(history) - stopping.best_iteration
    (True, 1.0, 2)
    """

    def __init__(
        self,
        patience: int = 5,
        *,
        monitor: str = "validation_loss",
        min_delta: float = 0.0,
        restore_best: bool = True,
    ) -> None:
        self.patience = whole_number("patience", patience)
        if monitor not in MONITORS:
            raise OptionError(
                f"monitor={monitor!r}: expected one of {', '.join(map(repr, MONITORS))}"
            )
        if not is_number(min_delta) or not 0 <= min_delta < float("inf"):
            raise OptionError(f"min_delta={min_delta!r}: expected a number from 0 on")
        if restore_best not in (True, False):
            raise OptionError(f"restore_best={restore_best!r}: expected True or False")
        self.monitor, self.min_delta = monitor, float(min_delta)
        self.restore_best = bool(restore_best)
        self._forget()

    def _forget(self) -> None:
        self.best_value: float | None = None
        self.best_iteration: int | None = None
        self.waited, self.stopped = 0, False
        self._seen = 0  # the iteration of the last record that was counted
        self._best: Snapshot | None = None
        self._last: Snapshot | None = None  # while the best is in the network
        self._running = False

    def on_start(self, trainer: Run, goal: int) -> None:
        """Check that there will be values, and go on from the last parameters."""
        self._check(trainer)
        if trainer.iteration == 0:
            self._forget()
        self._go_on(trainer)
        if self.stopped:
            self.waited, self.stopped = 0, False
        self._running = True
        final = trainer.history.final
        # a record that a checkpoint has kept before this had counted it, or of a run without this
        if final is not None and final.iteration == trainer.iteration > self._seen:
            self.on_record(trainer, final)

    def on_record(self, trainer: Run, record: Record) -> None:
        """Count the record, and stop the run if it was one too many."""
        value = getattr(record, self.monitor)
        if value is None:
            return
        self._seen = record.iteration
        if self._improves(value):
            self.best_value, self.best_iteration, self.waited = value, record.iteration, 0
            if self._best is not None:
                self._best.take(trainer.net)
        else:
            self.waited += 1
        if self.waited >= self.patience:
            self.stopped = True
            trainer.stop()

    def on_end(self, trainer: Run, history: History) -> None:
        """Put the best parameters back."""
        behind = self.best_iteration not in (None, trainer.iteration)
        if self._running and behind and self._best is not None:
            self._last = Snapshot.on_host(trainer.net)
            self._best.put_into(trainer.net)
        self._running = False

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps: what was counted, and the networks."""
        names = "monitor", "restore_best", "best_value", "best_iteration", "waited", "stopped"
        state = {name: getattr(self, name) for name in names} | {"seen": self._seen}
        for prefix, kept in ((BEST, self._best), (LAST, self._last)):
            if kept is not None:
                state |= {prefix + name: array for name, array in kept.arrays.items()}
        return state

    def restore(self, state: dict[str, Any]) -> None:
        """Go on counting after what another one had counted.

        Raises
        ------
        CheckpointError
            That one monitored something else, or the file is damaged.
        """
        saved = Document(state, "EarlyStopping")
        for name in ("monitor", "restore_best"):
            ours, theirs = getattr(self, name), saved.get(name, type(getattr(self, name)))
            if ours != theirs:
                raise saved.error(f"expected {name}={theirs!r}, as the run had it, got {ours!r}")
        value = saved.get("best_value", float, optional=True)
        best = None if value is None else saved.count("best_iteration")
        waited, seen, stopped = (
            saved.count("waited"),
            saved.count("seen"),
            saved.get("stopped", bool),
        )
        if self.restore_best and value is not None and not _arrays(state, BEST):
            raise saved.error("expected a copy of the best parameters, got none")
        self.best_value, self.best_iteration, self.waited = value, best, waited
        self.stopped, self._seen, self._running = stopped, seen, False
        self._best, self._last = (
            Snapshot(found) if (found := _arrays(state, prefix)) else None
            for prefix in (BEST, LAST)
        )

    def _check(self, trainer: Run) -> None:
        wrong = "accuracy" if trainer.net.is_regression else "score"
        if self.monitor.endswith(wrong):
            right = self.monitor.replace(wrong, "score" if wrong == "accuracy" else "accuracy")
            does = "regression" if trainer.net.is_regression else "classification"
            raise OptionError(
                f"EarlyStopping: monitor={self.monitor!r}: the network does {does}, so write "
                f"monitor={right!r}"
            )
        kind = "validation" if self.monitor in VALIDATION else "test"
        if self.monitor != "loss" and getattr(trainer, kind) is None:
            option = "validation=0.1" if kind == "validation" else "test=(x, t)"
            raise OptionError(
                f"EarlyStopping: monitor={self.monitor!r} needs a {kind} set, and the trainer has "
                f"none: write Trainer(..., {option}), or monitor something else"
            )

    def _go_on(self, trainer: Run) -> None:
        """Give the network its last parameters, and take the memory for the best."""
        if self._best is not None:
            self._best.place(trainer.net)
        if self._best is not None and self._last is not None:
            self._last.place(trainer.net)
            if self._best.is_in(trainer.net):  # else somebody has changed it since
                self._last.put_into(trainer.net)
        self._last = None
        if self.restore_best and self._best is None:
            self._best = Snapshot.of(trainer.net)

    def _improves(self, value: float) -> bool:
        if self.best_value is None:
            return value == value  # NaN is no value
        gain = self.best_value - value if self.monitor.endswith("loss") else value - self.best_value
        return gain > self.min_delta


def _arrays(state: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value
        for name, value in state.items()
        if name.startswith(prefix) and hasattr(value, "shape")
    }
