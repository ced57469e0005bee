# SPDX-License-Identifier: Apache-2.0
"""Every example job in docs/examples is one that `mdcore check` accepts."""
import glob
import os
import re

import harness

FOLDER = os.path.join(harness.SOURCE, "docs", "examples")


def test_every_example_job_is_sound(t):
    files = sorted(glob.glob(os.path.join(FOLDER, "*.ini")))
    harness.true(files, f"no example in {FOLDER}")
    for path in files:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        name = os.path.basename(path)
        env = {n: "dummy" for n in re.findall(r"\$\{env:(\w+)\}", text)}
        t.write(name, text)
        t.run("check", name, env=env).expect(0, out=f"{name}: ok")


harness.main()
