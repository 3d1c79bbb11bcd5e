"""Training: batches, steps, evaluation, and what was recorded."""

from xpnet.training.callbacks import Callback
from xpnet.training.checkpoint import Checkpoint
from xpnet.training.early_stopping import EarlyStopping
from xpnet.training.history import History, Record
from xpnet.training.tensorboard import TensorBoard
from xpnet.training.trainer import Trainer

__all__ = ["Callback", "Checkpoint", "EarlyStopping", "History", "Record", "TensorBoard", "Trainer"]
