"""What the folder needs: scikit-learn, without which none of its files can be imported."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("sklearn") else ["test_*.py"]
