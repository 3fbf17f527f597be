"""Runs on the tiny model, as commands and in process."""

import json
import os
import subprocess
import sys

from make_tiny import settings_for

LORA = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def settings_file(tiny, name: str, **changes):
    """A settings file; ``training`` is merged, other parts replace."""
    settings = settings_for(str(tiny / "model"), **changes.pop("training", {}))
    settings.update(changes)
    path = tiny / f"{name}.json"
    path.write_text(json.dumps(settings))
    return str(path)


def run(script: str, *args, expect: int = 0) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [sys.executable, os.path.join(LORA, script), *map(str, args)], capture_output=True, text=True
    )
    assert done.returncode == expect, done.stderr[-3000:]
    return done
