import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """Folder with a tiny random model (``model``) and invented pairs (``data``)."""
    from make_tiny import make_data, make_model

    folder = tmp_path_factory.mktemp("tiny")
    make_model(str(folder / "model"))
    make_data(str(folder / "data"), {"train": 32, "validation": 16})
    return folder
