#!/usr/bin/env python3
"""Compares the tables of the program with its manual: what one has the other must have.

    check_docs.py TOCSIN ROOT PAGE...

Every subcommand and option of --help stands in tocsin(1) and the other way round; every key, role, unit and
configuration key that the code reads, and every row of the tables of PromQL and of templates stands on its page; every
page passes mandoc's lint; the examples of tocsin-query(7) and tocsin-rules(5) are understood.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

problems = []


def output(*argv):
    return subprocess.run(argv, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8").stdout


def rendered(page):
    return re.sub(r".\x08", "", output("mandoc", "-Tutf8", "-Owidth=120", page))


def want(where, page, word):
    if not re.search(r"(?<![\w-])" + re.escape(word) + r"(?![\w-])", page):
        problems.append("%s does not say '%s'" % (where, word))


def check_options(tocsin, page):
    commands = re.findall(r"^  (\w+) {2,}", output(tocsin, "--help").split("Commands:")[1]
                          .split("\n\n")[0], re.M)
    if len(commands) < 3:
        problems.append("--help lists %d commands" % len(commands))
    known = set()
    for command in [None] + commands:
        if command:
            want("tocsin(1)", page, "tocsin " + command)
        text = output(tocsin, *([command] if command else []), "--help")
        for letter, name in re.findall(r"^  (?:-(\w), |    )--([a-z-]+)", text, re.M):
            known.add(name)
            want("tocsin(1)", page, "--" + name)
            if letter:
                want("tocsin(1)", page, "-" + letter)
    for name in set(re.findall(r"--([a-z][a-z-]+)", page)) - known:
        problems.append("tocsin(1) has '--%s', which no command takes" % name)


def check_keys(tocsin, page):
    keys = json.loads(output(tocsin, "keys", "--format", "json"))
    if len(keys) < 20:
        problems.append("the key table has %d rows" % len(keys))
    for key in keys:
        want("tocsin(1)", page, key["help"].split(";")[0])


def read_keys(root, files, pattern):
    found = set()
    for name in files:
        with open(os.path.join(root, name), encoding="utf-8") as file:
            found |= set(re.findall(pattern, file.read()))
    return found


def check_configuration(root, pages):
    pattern = (r'(?:yaml_member|yaml_required|yaml_read_\w+|config_mapping|read_secret|read_text|'
               r'read_threshold|read_signal_name)\([^;]*?"([a-z_0-9]+)"')
    net = [os.path.join("src/net", n) for n in os.listdir(os.path.join(root, "src/net"))
           if n.startswith("http_config") and n.endswith(".c")]
    config = ["src/engine/config.c", "src/engine/config_promql.c", "src/engine/config_rules.c",
              "src/panel/services.c", "src/source/source_config.c",
              "src/source/prometheus/options.c", "src/source/scrape/options.c",
              "src/source/host/host.c"]
    for key in read_keys(root, config + net, pattern) - {"values", "secrets", "files"}:
        want("tocsin.yaml(5)", pages["tocsin.yaml.5"], key)
    for key in read_keys(root, ["src/panel/panel_read.c"], pattern):
        want("tocsin-panels(5)", pages["tocsin-panels.5"], key)
    for unit in read_keys(root, ["src/base/units.def"], r'^UNIT\("([^"]+)"'):
        want("tocsin-panels(5)", pages["tocsin-panels.5"], unit)


def checked(tocsin, folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return output(tocsin, "check", path).replace(folder + "/", "")


def check_rules(tocsin, root, page, path):
    """Keys and additions, the functions of templates and the packs stand on the page; its examples are sound."""
    keys = (r'(?:yaml_member|yaml_required|yaml_read_\w+|yaml_plain_\w+|rule_pairs_read\w*)\([^;]*?"([a-z_0-9]+)"|'
            r'(?<!define )PREFIX "(\w+)"')
    files = ["src/rule/" + name for name in ("rule_read.c", "additions.c", "service_alerts.c")]
    found = read_keys(root, files, keys)
    if len(found) < 15:
        problems.append("rules have %d keys" % len(found))
    for key, addition in found:
        want("tocsin-rules(5)", page, key or "tocsin_" + addition)
    for key in read_keys(root, ["src/rule/shorthand_split.c"], r"words\[SHORTHAND_WORDS\] = {(.*)}"):
        for word in re.findall(r"\w+", key):
            want("tocsin-rules(5)", page, word)
    functions = "src/template/functions.def"
    if os.path.exists(os.path.join(root, functions)):
        for name in read_keys(root, [functions], r"(?m)^FUNCTION\((\w+),"):
            want("tocsin-rules(5)", page, name)
    for name in os.listdir(os.path.join(root, "alerts")):
        if name.endswith(".yaml"):
            want("tocsin-rules(5)", page, name[:-5])
    with open(path, encoding="utf-8") as file:
        text = file.read()
    rules, config = re.findall(r"^\.Bd -literal\n((?:.*\n)*?)\.Ed\n", text.split("\n.Sh EXAMPLES\n")[1], re.M)[:2]
    shown = text.split("\n.Sh DIAGNOSTICS\n.Bd -literal\n")[1].split(".Ed")[0]
    with tempfile.TemporaryDirectory() as folder:
        for name, example in (("rules.yml", rules), ("tocsin.yaml", config)):
            said = checked(tocsin, folder, name, example)
            if "1 file checked, no errors, 0 warnings" not in said:
                problems.append("the example %s of tocsin-rules(5) is wrong:\n%s" % (name, said))
        if shown not in checked(tocsin, folder, "tocsin.yaml", config.replace(" for 5m", " fro 5m", 1)):
            problems.append("tocsin-rules(5) shows another error than the program does")


def check_roles(root, page):
    for role in read_keys(root, ["src/ui/roles.def"], r'ROLE\(\w+, "([^"]+)"'):
        want("tocsin-theme(5)", page, role)


def check_query_tables(root, page):
    """Every row of PromQL's tables stands on its page."""
    tables = (("src/promql/functions.def", r"^FUNCTION\((\w+),", "%s(", 80),
              ("src/promql/aggregates.def", r'^AGGREGATE\(\w+,\s*"([^"]+)"', "%s(", 12),
              ("src/promql/operators.def", r'^OPERATOR\(\w+,\s*"([^"]+)"', "%s", 16),
              ("src/base/units.def", r'^UNIT\("([^"]+)"', "%s", 20))
    words = page.split()
    for path, pattern, form, least in tables:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            rows = re.findall(pattern, file.read(), re.M)
        if len(rows) < least:
            problems.append("%s has %d rows" % (path, len(rows)))
        for row in rows:
            if not any(word == row or word.startswith(form % row) for word in words):
                problems.append("tocsin-query(7) does not have '%s' of %s" % (row, path))


def check_query_examples(tocsin, path):
    """What the page shows is an expression that is understood."""
    with open(path, encoding="utf-8") as file:
        page = file.read()
    section = page.split("\n.Sh EXAMPLES\n")[1].split("\n.Sh ")[0]
    examples = re.findall(r"^\.Bd .*\n((?:.*\n)*?)\.Ed$", section, re.M) + re.findall(r"^\.Dl (.+)$", section, re.M)
    if len(examples) < 6:
        problems.append("tocsin-query(7) has %d examples" % len(examples))
    for example in examples:
        said = output(tocsin, "query", "--load", "/dev/null", "--", example.replace("\\e", "\\"))
        if "error:" in said:
            problems.append("an example of tocsin-query(7) is wrong:\n%s" % said)


    shown = page.split("\n.Sh DIAGNOSTICS\n")[1].split(".Bd -literal -offset Ds\n")[1].split(".Ed")[0]
    wrong = re.search(r"\| (.*)\n", shown).group(1)
    if output(tocsin, "query", "--load", "/dev/null", "--", wrong) != shown:
        problems.append("tocsin-query(7) shows another error than the program does")


def check_help(tocsin, topic, path):
    """`tocsin help TOPIC` says what mandoc does; where lines end is everybody's own."""
    def words(text):
        return re.sub(r"\s+", "", text.replace("\u2013", "-"))
    manual = rendered(path).strip().split("\n")[1:-1]
    keys = output(tocsin, "keys")
    said = output(tocsin, "help", topic).replace(keys, "")
    manual = "\n".join(manual)
    if keys.strip() and topic == "tocsin":
        # The keys stand in a table of their own there.
        manual = re.sub(r"(?s)(key \?\.\n).*?(\n[A-Z]+\n)", r"\1\2", manual)
    mine, theirs = words(said), words(manual)
    if mine != theirs:
        at = next((i for i in range(min(len(mine), len(theirs))) if mine[i] != theirs[i]), 0)
        problems.append("'tocsin help %s' differs from its page:\n  help: %s\n  page: %s"
                        % (topic, mine[max(at - 40, 0):at + 40], theirs[max(at - 40, 0):at + 40]))


def main():
    tocsin, root, paths = sys.argv[1], sys.argv[2], sys.argv[3:]
    pages = {os.path.basename(path): rendered(path) for path in paths}
    for path in paths:
        for line in output("mandoc", "-Tlint", "-Wwarning", path).splitlines():
            if "STYLE" not in line \
                    and "referenced manual not found" not in line:
                problems.append(line)
    check_options(tocsin, pages["tocsin.1"])
    check_keys(tocsin, pages["tocsin.1"])
    check_configuration(root, pages)
    check_rules(tocsin, root, pages["tocsin-rules.5"], next(path for path in paths if path.endswith("tocsin-rules.5")))
    check_roles(root, pages["tocsin-theme.5"])
    check_query_tables(root, pages["tocsin-query.7"])
    check_query_examples(tocsin, next(path for path in paths if path.endswith("tocsin-query.7")))
    for path in paths:
        check_help(tocsin, re.sub(r"\.\d$", "", os.path.basename(path)), path)
    for problem in problems:
        print(problem)
    print("%d pages, %d problems" % (len(pages), len(problems)))
    return 1 if problems or len(pages) < 6 else 0


sys.exit(main())
