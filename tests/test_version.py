"""The version is in one place."""

import re

import xpnet
from xpnet.version import __version__


def test_the_package_has_the_version_of_its_file():
    assert xpnet.__version__ is __version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
