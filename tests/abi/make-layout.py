# SPDX-License-Identifier: Apache-2.0
"""Writes the layout of the ABI as static assertions: once per release.

    python3 tests/abi/make-layout.py > tests/abi/layout-MAJOR.MINOR.c

Needs a C compiler named cc.  The files it wrote are never edited: today's
header must satisfy those of all releases.
"""
import os
import re
import subprocess
import tempfile
import textwrap

SDK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                   "sdk", "include")
PARTS = ["mdcore.h", "mdcore-records.h", "mdcore-host.h",
         "mdcore-provider.h", "mdcore-stream.h", "mdcore-sink.h"]
NOT_CONSTANT = {"MDCORE_H", "MD_ARRAY", "MD_PLUGIN", "MD_SELECTS",
                "MD_ABI_MINOR"}


def sources():
    text = ""
    for part in PARTS:
        with open(os.path.join(SDK, part), encoding="utf-8") as file:
            text += file.read()
    text = re.sub(r"(struct|union) (\w+) \{ /\* frozen \*/", r"\1 \2 { FROZEN;",
                  text)
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def members(body):
    """(name, type) of each member; a declaration may have several."""
    for declaration in body.split(";"):
        declaration = " ".join(declaration.split())
        if not declaration or declaration == "FROZEN":
            continue
        function = re.match(r"(.*?\(\*)(\w+)(\) ?\(.*)", declaration)
        if function:
            yield function[2], function[1] + function[3]
            continue
        first, *others = declaration.split(",")
        base, stars, name, array = re.match(
            r"(.*?)(\**)(\w+)((?:\[\w+\])?)$", first.strip()).groups()
        yield name, base + stars + array
        for other in others:
            stars, name, array = re.match(r"(\**)(\w+)((?:\[\w+\])?)$",
                                          other.strip()).groups()
            yield name, base + stars + array


def values(expressions):
    """What the compiler says each is."""
    body = "".join(f'printf ("%lld\\n", (long long) ({e}));'
                   for e in expressions)
    program = ("#include <mdcore.h>\n#include <stdio.h>\n"
               "int main (void) { %s return 0; }\n" % body)
    with tempfile.TemporaryDirectory() as folder:
        binary = os.path.join(folder, "values")
        subprocess.run(["cc", "-I" + SDK, "-xc", "-", "-o", binary],
                       input=program, text=True, check=True)
        out = subprocess.run([binary], capture_output=True, text=True,
                             check=True)
    return out.stdout.split()


def main():
    text = sources()
    print("""/* SPDX-License-Identifier: Apache-2.0
 *
 * The ABI as it was released; written by make-layout.py and never edited.
 * What fails here would break plugins that are already out.
 */
#include <mdcore.h>

#define IS(expression, value) \\
  _Static_assert ((expression) == (value), #expression)
#define MEMBER(type, member, offset, ...) \\
  IS (offsetof (type, member), offset); \\
  _Static_assert (__builtin_types_compatible_p ( \\
    __typeof__ (((type *) 0)->member), __VA_ARGS__), #type " " #member)
""")
    for kind, name, body in re.findall(
            r"^(struct|union) (\w+) \{(.*?)^\}|^(?!)", text, re.S | re.M):
        full = f"{kind} {name}"
        found = list(members(body))
        numbers = values([f"offsetof ({full}, {m})" for m, _ in found]
                         + [f"sizeof ({full})"])
        relation = "==" if "FROZEN" in body else ">="
        print(f"\n_Static_assert (sizeof ({full}) {relation} {numbers[-1]}, "
              f'"{name}");')
        for (member, ctype), offset in zip(found, numbers):
            wrapped = textwrap.fill(
                f"MEMBER ({full}, {member}, {offset}, {ctype.strip()});",
                78, subsequent_indent="        ", break_long_words=False)
            print(wrapped)
    names = [n for body in re.findall(r"^enum \w+ \{(.*?)\}", text,
                                      re.S | re.M)
             for n in re.findall(r"(\w+)\s*=", body)]
    names += [n for n in re.findall(r"^#define (MD_\w+)\s+\S", text, re.M)
              if n not in NOT_CONSTANT and "IFACE" not in n
              and n != "MD_ENTRY_NAME"]
    print()
    for name, value in zip(names, values(names)):
        print(f"IS ({name}, {value});")
    for name, value in re.findall(r"^#define (MD_IFACE_\w+|MD_ENTRY_NAME) "
                                  r"(\".*?\")", text, re.M):
        print(f"IS (__builtin_strcmp ({name}, {value}), 0);")


main()
