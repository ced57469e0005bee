# SPDX-License-Identifier: Apache-2.0
"""Counts the single tests of Meson runs and names what failed or skipped."""
import json
import re
import sys
import xml.etree.ElementTree as ET


def tree_of(path):
    """Meson writes what tests print as it is, also what XML does not allow."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return ET.fromstring(re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd"
                                    "\U00010000-\U0010ffff]", "?",
                                    file.read()))


def cases_of(paths):
    """(suite, test case) of all runs; a program that died counts as a case."""
    for path in paths:
        for suite in tree_of(path).iter("testsuite"):
            for case in suite.iter("testcase"):
                yield suite.get("name"), case


def died(path):
    """Programs that failed as a whole: Meson's JSON log has the results."""
    with open(path.replace("junit.xml", "json"), encoding="utf-8") as file:
        for line in file:
            result = json.loads(line)
            if result["result"] not in ("OK", "SKIP", "EXPECTEDFAIL"):
                yield f"{result['name']} ended as {result['result']}"


def main(paths):
    passed, failed, skipped = 0, [], []
    for suite, case in cases_of(paths):
        name = f"{suite} {case.get('name')}"
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(name)
        elif skip is not None:
            skipped.append(f"{name}: {skip.get('message') or skip.text or ''}")
        elif case.get("name") is not None:
            passed += 1
    failed += [name for path in paths for name in died(path)]
    for name in skipped:
        print("skipped:", name)
    for name in failed:
        print("FAILED:", name)
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or passed == 0 else 0


sys.exit(main(sys.argv[1:]))
