# SPDX-License-Identifier: Apache-2.0
"""Readers that are not ours: DuckDB, pyarrow, deltalake.

They live in a virtual environment that scripts/venv makes from
tests/requirements.txt: build-venv of the source tree, or MDCORE_VENV.
"""
import glob
import importlib
import os
import sys

import harness


def find(*names):
    """The modules of these names; skips the test when one is missing."""
    venv = os.environ.get("MDCORE_VENV") or os.path.join(
        harness.SOURCE, "build-venv")
    for folder in glob.glob(os.path.join(venv, "lib", "python3*",
                                         "site-packages")):
        if folder not in sys.path:
            sys.path.append(folder)
    try:
        found = [importlib.import_module(name) for name in names]
    except ImportError as error:
        raise harness.Skip(
            f"{error.name} is not there; scripts/venv installs it")
    return found if len(found) > 1 else found[0]
