# SPDX-License-Identifier: Apache-2.0
"""Counts the single tests of Meson runs and names what failed or skipped."""
import sys
import xml.etree.ElementTree as ET


def main(paths):
    passed, failed, skipped = 0, [], []
    cases = ((suite.get("name"), case) for path in paths
             for suite in ET.parse(path).getroot().iter("testsuite")
             for case in suite.iter("testcase"))
    for suite, case in cases:
        name = f"{suite} {case.get('name')}"
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(name)
        elif skip is not None:
            skipped.append(f"{name}: {skip.get('message') or skip.text or ''}")
        else:
            passed += 1
    for name in skipped:
        print("skipped:", name)
    for name in failed:
        print("FAILED:", name)
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or passed == 0 else 0


sys.exit(main(sys.argv[1:]))
