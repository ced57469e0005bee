# SPDX-License-Identifier: Apache-2.0
"""The pages say what the program does: every key, command and option."""
import json
import os
import re
import subprocess
import tempfile

import lint

BIN = os.environ.get("MDCORE_TEST_BIN", "mdcore")
OPTION = re.compile(r"^  (?:-\w, )?(--\S+)\s{2,}(\S.*)$", re.M)


def mdcore(*args, cwd=None):
    env = dict(os.environ, MDCORE_DATA_DIR=os.path.join(lint.SOURCE, "share"),
               MDCORE_PLUGIN_PATH=os.environ.get("MDCORE_TEST_PLUGINS", ""))
    return subprocess.run([BIN, *args], capture_output=True, text=True,
                          env=env, cwd=cwd, check=False)


def rows(text):
    """Cells of each table row of a page, without backticks and headings."""
    for line in text.splitlines():
        if not line.startswith("| ") or line.startswith("|---"):
            continue
        cells = re.split(r"(?<!\\)\|", line)[1:-1]
        yield [c.strip().replace("\\|", "|") for c in cells]


def sections(text, mark):
    """{heading: text} of the headings that start with `mark`."""
    parts = re.split(rf"^{mark} (.*)$", text, flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2]))


# ---- docs/jobs.md ----------------------------------------------------------

def keys_of_the_page():
    page = sections(lint.read("docs/jobs.md").split("\n## Keys\n")[1], "###")
    for heading, text in page.items():
        for cells in list(rows(text))[1:]:
            yield heading.strip("`[]"), cells[0].strip("`"), cells[1:]


def keys_of_the_program():
    for key in json.loads(mdcore("config", "keys", "--json").stdout):
        kind = (" ".join(f"`{c}`" for c in key["choices"].split("|"))
                if key["choices"] else key["type"])
        default = ("required" if key["required"]
                   else f"`{key['default']}`" if key["default"] else "")
        yield key["group"], key["key"], [kind, default, key["doc"]]


def test_jobs_md_has_every_key_as_the_program_has_it():
    page = {(g, k): rest for g, k, rest in keys_of_the_page()}
    program = {(g, k): rest for g, k, rest in keys_of_the_program()}
    for (group, key), rest in program.items():
        if page.get((group, key)) != rest:
            yield (f"docs/jobs.md, [{group}]: wants | `{key}` | "
                   + " | ".join(rest) + " |")
    for group, key in page.keys() - program.keys():
        yield f"docs/jobs.md: there is no {key} in [{group}]"


def test_the_example_of_jobs_md_is_a_sound_job():
    example = re.search(r"```ini\n(.*?)```", lint.read("docs/jobs.md"), re.S)
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "job.ini"), "w",
                  encoding="utf-8") as file:
            file.write(example.group(1))
        done = mdcore("check", "job.ini", cwd=folder)
    if "no plugin" in done.stderr:
        raise lint.Skip("the fake provider is not built")
    if done.returncode != 0:
        yield done.stderr


# ---- docs/plugin-guide.md --------------------------------------------------

def lines_of_code(folder):
    count = 0
    for name in lint.files(".c", ".h", under=folder):
        text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"),
                      lint.read(name), flags=re.S)
        count += sum(1 for line in text.splitlines() if line.strip())
    return count


def test_plugin_guide_says_what_a_provider_costs():
    """Within a fifth, so that a change of a few lines is no change here."""
    page = sections(lint.read("docs/plugin-guide.md"), "##")
    told = {cells[0].strip("`"): int(cells[1])
            for cells in list(rows(page["What a provider costs"]))[1:]}
    folders = {name.split("/")[1] for name in lint.files(".c", under="plugins")}
    for name in sorted(folders | told.keys()):
        lines = lines_of_code("plugins/" + name)
        if abs(told.get(name, 0) - lines) > lines / 5:
            yield (f"docs/plugin-guide.md: {name} has {lines} lines, the "
                   f"table says {told.get(name)}")


# ---- docs/cli.md -----------------------------------------------------------

def command_names():
    text = mdcore("--help").stdout
    block = text.split("Commands:\n")[1].split("\nOptions of every command")[0]
    return [line.split()[0] for line in block.splitlines() if line.strip()]


def common_options():
    text = mdcore("--help").stdout.split("Options of every command:\n")[1]
    return re.findall(r"^  (--\S+)\s+(\S.*)$", text, re.M)


def bare(option):
    return re.match(r"--[a-z-]+", option).group(0)


def help_of(name):
    """(usage, options that are its own) of a command."""
    text = mdcore(name, "--help").stdout
    usage = text.splitlines()[1].replace("[OPTION…] ", "").strip()
    common = {bare(o) for o, _ in common_options()} | {"--help"}
    return (usage.replace("[OPTION…]", "").strip(),
            [(o, d) for o, d in OPTION.findall(text) if bare(o) not in common])


def page_options(text):
    return [(c[0].strip("`"), c[1]) for c in rows(text)
            if c[0].startswith("`-")]


def compare(where, wanted, found):
    for option, doc in wanted:
        if (option, doc) not in found:
            yield f"docs/cli.md, {where}: wants | `{option}` | {doc} |"
    for option, doc in found:
        if (option, doc) not in wanted:
            yield f"docs/cli.md, {where}: the program has no {option}: {doc}"


def test_cli_md_has_every_command_with_its_options():
    page = sections(lint.read("docs/cli.md").split("\n## Commands\n")[1],
                    "###")
    known = set()
    for name in command_names():
        usage, options = help_of(name)
        heading = f"`{usage}`"
        known.add(heading)
        if heading not in page:
            yield f"docs/cli.md: wants a section ### {heading}"
            continue
        yield from compare(name, options, page_options(page[heading]))
    for heading in page.keys() - known:
        yield f"docs/cli.md: the program has no {heading}"


def test_cli_md_has_the_options_of_every_command():
    page = sections(lint.read("docs/cli.md"), "##")
    yield from compare("Options of every command", common_options(),
                       page_options(page["Options of every command"]))


def test_cli_md_names_every_exit_status_of_the_code():
    code = set(re.findall(r"#define EXIT_\w+\s+(\d+)",
                          lint.read("core/cli/cli.h")))
    page = sections(lint.read("docs/cli.md"), "##")["Exit status"]
    told = {n for cells in rows(page) for n in re.findall(r"\d+", cells[0])}
    for status in code - told:
        yield f"docs/cli.md: exit status {status} is not told"


lint.main()
