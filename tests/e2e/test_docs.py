# SPDX-License-Identifier: Apache-2.0
"""What the documents tell people to type exists."""
import os
import re

import harness

DOCUMENTS = ["README.md", "docs/calendars.md", "docs/plugin-guide.md"]


def text_of(name):
    with open(os.path.join(harness.SOURCE, name), encoding="utf-8") as file:
        return file.read()


def typed(text):
    """(command, its line) of everything that looks typed."""
    code = re.findall(r"```sh\n(.*?)```", text, re.S) \
        + re.findall(r"`(mdcore [^`]*)`", text)
    for line in "\n".join(code).splitlines():
        found = re.match(r"\s*mdcore ([a-z][a-z-]*)(.*)", line)
        if found:
            yield found[1], found[2].split("#")[0]


def test_every_command_is_known(t):
    known = t.run("--help").expect(0).out
    for name in DOCUMENTS:
        commands = list(typed(text_of(name)))
        assert commands, name
        for command, _ in commands:
            assert re.search(rf"^  {command}\s", known, re.M), (name, command)


def test_every_option_is_known(t):
    for name in DOCUMENTS:
        for command, rest in typed(text_of(name)):
            known = t.run(command, "--help").expect(0).out
            for option in re.findall(r"--[a-z][a-z-]*", rest):
                assert option in known, (name, command, option)


def test_every_link_leads_somewhere(t):
    for name in DOCUMENTS + ["docs/abi.md", "docs/architecture.md",
                             "docs/calendars.md", "docs/cli.md"]:
        folder = os.path.dirname(os.path.join(harness.SOURCE, name))
        for link in re.findall(r"\]\(([^)#:]+)\)", text_of(name)):
            assert os.path.exists(os.path.join(folder, link)), (name, link)


harness.main()
