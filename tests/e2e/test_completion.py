#!/usr/bin/env python3
"""The completion scripts: bash's is sourced and asked; zsh's and fish's are checked where there is such a shell."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import clean_environment, expect, need, run_cases  # noqa: E402

TOCSIN = os.path.abspath(sys.argv[1])
HOME = tempfile.mkdtemp(prefix="tocsin-home-")


def script(shell):
    path = os.path.join(HOME, "tocsin." + shell)
    with open(path, "wb") as out:
        subprocess.run([TOCSIN, "completion", shell], check=True, stdout=out, timeout=150)
    return path


def bash(*words):
    """What is offered for the last of the words, which bash has split as it does."""
    text = ('. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tocsin 2>/dev/null; '
            'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "--norc", "-c", text, "bash", script("bash"), "tocsin"] + list(words), check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", cwd=HOME,
                          env=clean_environment(HOME), timeout=150)
    expect(done.stderr == "", done.stderr)
    return [line for line in done.stdout.split("\n") if line]


def offers(words, *some):
    offered = bash(*words)
    for word in some:
        expect(word in offered, "%r is not offered for %r, but %r" % (word, words, offered))


def is_exactly(words, *all_of_them):
    offered = bash(*words)
    expect(sorted(offered) == sorted(all_of_them), "for %r: %r" % (words, offered))


def bash_reads_the_script():
    done = subprocess.run(["bash", "-n", script("bash")], check=False, stderr=subprocess.PIPE)
    expect(done.returncode == 0 and done.stderr == b"", done.stderr)


def commands_and_targets():
    offers([""], "query", "check", "keys", "completion", "host:")
    is_exactly(["que"], "query")
    is_exactly(["completion", ""], "bash", "zsh", "fish")


def options_of_each_command():
    offers(["--"], "--range=", "--utc", "--help")
    offers(["query", "--"], "--load=", "--format=", "--start=", "--help")
    is_exactly(["query", "--fo"], "--format=")
    is_exactly(["keys", "--fo"], "--format=")
    is_exactly(["check", "--fo"])


def values_of_options():
    is_exactly(["query", "--format", ""], "table", "json", "csv")
    is_exactly(["query", "--format", "=", "j"], "json")
    is_exactly(["query", "--format", "="], "table", "json", "csv")
    is_exactly(["query", "-f", "c"], "csv")
    is_exactly(["query", "--semantics", ""], "v3", "v2")
    is_exactly(["keys", "--format", ""], "text", "man", "json")
    is_exactly(["--color", ""], "auto", "always", "never")
    is_exactly(["query", "--time", "n"])


def files():
    for name in ("one.om", "two words.om"):
        with open(os.path.join(HOME, name), "w", encoding="ascii"):
            pass
    offers(["query", "--load", "o"], "one.om")
    offers(["query", "--load", "=", "two"], "two words.om")
    offers(["check", "one"], "one.om")


def functions_of_an_expression():
    is_exactly(["query", "histogram_quantile"], "histogram_quantile(", "histogram_quantiles(")
    is_exactly(["query", "'sum by (job) (irat"], "'sum by (job) (irate(")
    is_exactly(["query", "--format", "json", "bottom"], "bottomk(")
    offers(["query", "a + "], "a + rate(", "a + sum(", "a + topk(")
    is_exactly(["query", "no_such_function_"])


def other_shells_read_theirs():
    for shell in ("zsh", "fish"):
        path = script(shell)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        expect("query" in text and "table json csv" in text and "histogram_quantile" in text, text)
        if shutil.which(shell):
            done = subprocess.run([shell, "-n", path], check=False, stderr=subprocess.PIPE)
            expect(done.returncode == 0 and done.stderr == b"", done.stderr)
        else:
            print("        %s is not installed: its script was only looked at" % shell)


def there_is_no_other_shell():
    for words in (["tcsh"], [], ["bash", "zsh"]):
        done = subprocess.run([TOCSIN, "completion"] + words, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8")
        expect(done.returncode == 64 and "bash, zsh or fish" in done.stderr and done.stdout == "", done.stderr)


need("bash")
run_cases([bash_reads_the_script, commands_and_targets, options_of_each_command, values_of_options, files,
           functions_of_an_expression, other_shells_read_theirs, there_is_no_other_shell])
