"""Trainer: batches, steps, evaluation (chapter 5.7.4)."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from contextlib import nullcontext

from xpnet.backends import Array, backend_of
from xpnet.checks import check_memory, whole_number
from xpnet.distributed import Communicator
from xpnet.errors import MixedBackendError, OptionError
from xpnet.initializers import Seed
from xpnet.networks import Network
from xpnet.optimizers import Optimizer
from xpnet.training.callbacks import Callback, checked_callbacks
from xpnet.training.history import History
from xpnet.training.progress import progress_callback
from xpnet.training.runner import Runner
from xpnet.training.signals import held_signals
from xpnet.training.stored_trainer import StoredTrainer

__all__ = ["Trainer"]


class Trainer(StoredTrainer):
    """Trains a network on batches of a data set that stays on the network's device.

    Parameters
    ----------
    net : Network
    optimizer : Optimizer
    train : (x, t)
        Rows and their labels, arrays of any backend. A copy in their own dtype is placed on
        the network's backend, unless they are there.
    test : (x, t), optional
        Evaluated with the training set at the end of each epoch: two accuracies, each of which
        takes one way through all rows, and one wait on a GPU.
    validation : float or (x, t), optional
        A share of the training rows to hold back, such as 0.1, drawn by the seed before all
        batches; no step sees them. Or a set of its own. Loss and accuracy of it are in each
        record, at the cost of one way through its rows, and of one wait on a GPU. Of a share the
        trainer has copies of both parts.
    batch_size : int
    seed : int, numpy Generator or None
        Orders the batches; drawn on the host, so it means the same on every backend.
    scale : float, optional
        Multiplies each batch: 1/255 for uint8 pixels.
    clip_norm : float, optional
        Above 0. Where the norm of all gradients together, the root of their sum of squares, is
        larger, they are scaled to it before the update, as PyTorch's ``clip_grad_norm_`` does.
    replacement : bool
        False goes through a shuffled epoch, in which each row is seen once and the last batch
        may be smaller; True draws each batch from all rows, as the chapter does.
    callbacks : iterable of Callback
    progress : bool, optional
        True shows a bar, False nothing; by default a bar on a terminal, lines in a pipe or a
        notebook. In a notebook a bar needs ipywidgets; without it there are lines.
    threads : int, optional
        Of BLAS on the CPU, in `step` and `run`. By default one where the network's largest product
        is small, since more would wait for each other beside any other busy process, and as
        many as there are where it is large; ranks on one machine share its cores.
    capture : bool, optional
        Whether `run` records a step as a CUDA graph, so that each further step is one launch with
        the same results. By default it does where the backend can and layers, loss and optimizer
        are `capturable`; True raises an error where one is not, False never captures.
    comm : Communicator, optional
        As `xpnet.distributed.init` makes it, for several processes that train one network, each
        on its share of every batch. All ranks make the same trainer, of all data, and call the
        same methods; they begin with the parameters and the batches of rank 0. A normalisation
        by batches is by the rows of a rank; the means that it keeps are those of all.
    accumulate : int
        Parts of a batch that are worked through one after the other, so that they need less
        memory: the update is that of the whole batch, up to rounding.

    Attributes
    ----------
    iteration : int
        Steps done, over all runs.
    goal : int
        The iteration at which the run ends.
    steps_per_epoch : int
    train, test, validation : (x, t)
        Where they are used: on the network's backend, rows that are held back in `validation`
        alone. None where there is no such set.
    history : History
        What all runs recorded; another one may be put in its place.
    notes : dict of str to JSON values
        Your own, empty at first; checkpoints keep them.
    comm : Communicator
        That of one process where none was given.
    checkpoint : Path or None
        Where the run was last saved, or resumed from.

    Raises
    ------
    OptionError, ShapeError, LabelError, DataError
        An option or a data set cannot be used, or ``capture=True`` cannot be; labels are checked
        here, once.
    DistributedError
        The ranks have other data, networks, optimizers or options.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(200, 2)).astype("float32")
    >>> t = (x[:, 0] > x[:, 1]).astype(int)
    >>> net = TwoLayerNet(2, 8, 2, weight_init_std="he", seed=0)
    >>> trainer = Trainer(net, SGD(lr=0.5), (x, t), test=(x, t), batch_size=20, progress=False)
    >>> history = trainer.run(epochs=10)
    >>> history.final.test_accuracy > 0.95
    True
    """

    def __init__(
        self,
        net: Network,
        optimizer: Optimizer,
        train: tuple[Array, Array],
        *,
        test: tuple[Array, Array] | None = None,
        validation: float | tuple[Array, Array] | None = None,
        batch_size: int = 100,
        seed: Seed = 0,
        scale: float | None = None,
        clip_norm: float | None = None,
        replacement: bool = False,
        callbacks: Iterable[Callback] = (),
        progress: bool | None = None,
        threads: int | None = None,
        capture: bool | None = None,
        comm: Communicator | None = None,
        accumulate: int = 1,
    ) -> None:
        super().__init__(
            net,
            optimizer,
            train,
            test=test,
            validation=validation,
            batch_size=batch_size,
            seed=seed,
            scale=scale,
            clip_norm=clip_norm,
            replacement=replacement,
            threads=threads,
            capture=capture,
            comm=comm,
            accumulate=accumulate,
        )
        shown = progress_callback(progress)
        self.callbacks = checked_callbacks(callbacks) + (shown if self.comm.is_main else [])

    def __copy__(self) -> Trainer:
        """Network, optimizer, order and history belong together: a copy has its own of each."""
        return copy.deepcopy(self)

    @property
    def captured(self) -> bool:
        """Whether a step is captured: each further one like it is one launch."""
        return self._capturing.has_step

    def stop(self) -> None:
        """End the run after the step it is in; for callbacks.

        Of several ranks one is enough: the run of all ends at its next record.
        """
        if self.comm.size == 1:
            self.goal = self.iteration
        else:
            self._stopped = True

    def run(self, iterations: int | None = None, epochs: int | None = None) -> History:
        """Train for so many more iterations or epochs.

        Ctrl-C ends the run cleanly after the step that it comes in, or in an evaluation, with
        ``history.interrupted`` set; a second one at once. However a run ends, the next one goes
        on from there. With several ranks Ctrl-C is raised, so that the job ends.

        Parameters
        ----------
        iterations, epochs : int
            One of them, or neither after a run that did not reach its goal: then the rest of it.

        Returns
        -------
        History
            Of this run and those before it.

        Raises
        ------
        OptionError
            A number is no whole one from 1 on, or memory could not hold so many losses, or
            ``capture=True`` cannot be.
        MixedBackendError
            The network was moved since the trainer placed its data: make a new trainer.
        NonFiniteLossError
            A loss is NaN or infinite. It names the first such iteration; losses are looked at
            when they are logged, at the end of an epoch, since looking waits for the device.
        DistributedError
            Ranks do not do the same, or no longer hold the same parameters, which is looked at
            when they are evaluated.
        CaptureError
            With ``capture=True``: a step could not be captured. The steps up to it are done.
        OutOfMemoryError, PartialUpdateError
            As for `step`.
        """
        self._updates.check()
        self._check_place()
        self._capturing.check(self)
        if self.scale is not None and self.scale > 0:
            self.net.pixel_scale = self.scale
        try:
            chosen = nullcontext() if self._limit is None else self._in_threads()
            with held_signals() as signals, chosen:
                goal = self.iteration + self._steps(iterations, epochs)
                self.comm.agree("run", {"from iteration": self.iteration, "to iteration": goal})
                Runner(self, self._recorder, signals).run(goal)
        except KeyboardInterrupt:
            self.history.interrupted = True
            if not self._updates.are_whole() or self.comm.size > 1:
                raise  # other ranks wait for this one: their job ends
        return self.history

    def _check_place(self) -> None:
        """The data stays where it was placed: refuse to run a network that was moved since."""
        placed = backend_of(self.train[0])
        if placed is not self.net.backend:
            raise MixedBackendError(
                f"Trainer: its data is on {placed.name}, the network is on {self.net.backend.name} "
                f"now: make a new Trainer, or move back with net.to({placed.name!r})"
            )

    def _steps(self, iterations: int | None, epochs: int | None) -> int:
        if iterations is None and epochs is None and self.goal > self.iteration:
            return self.goal - self.iteration
        if (iterations is None) == (epochs is None):
            came = "both" if iterations is not None else "neither"
            if came == "neither" and self.goal:
                came += f", and the run has reached its goal, iteration {self.goal}"
            raise OptionError(
                f"run(): expected iterations=... or epochs=..., one of them, got {came}"
            )
        if iterations is not None:
            steps = whole_number("iterations", iterations)
        else:
            left = -self.iteration % self.steps_per_epoch  # an epoch that was begun is ended first
            steps = whole_number("epochs", epochs) * self.steps_per_epoch
            steps -= self.steps_per_epoch - left if left else 0
        check_memory("run(): the loss of every step", 8 * steps)
        return steps
