#!/usr/bin/env python3
"""A manual page as plain text, for `tocsin help`: the part of mdoc(7) that our pages use.

    mdoc_text.py PAGE.N OUTPUT.txt

A macro that it does not know ends the build, so that nothing of a page is lost unseen. Where mandoc is installed
tests/lint/check_docs.py compares the words with mandoc's own.
"""
import re
import sys
import textwrap

WIDTH = 78
STYLES = {"Ar", "Cm", "Li", "Ic", "Em", "Pa", "Ev", "Sx", "Dv", "No"}
INLINE = STYLES | {"Fl", "Nm", "Xr", "Nd", "Pq", "Op", "Oo", "Oc", "Ns"}
CLOSING = {".", ",", ";", ":", ")", "]", "?", "!"}


def plain(text):
    for escape, meaning in (("\\&", ""), ("\\(dq", '"'), ("\\-", "-"), ("\\ ", "\u00a0"), ("\\e", "\\")):
        text = text.replace(escape, meaning)
    return text


def tokens(line):
    """Words of a macro line; what stood in quotes is never a macro."""
    found = []
    for quoted, bare in re.findall(r'"((?:[^"]|"")*)"(?=\s|$)|(\S+)', line):
        found.append((quoted.replace('""', '"'), True) if not bare else (bare, False))
    return found


class Page:
    def __init__(self, name):
        self.name = name
        self.out = []
        self.words = []  # of the paragraph being filled
        self.indents = [0]
        self.compact = [False]
        self.tag = None
        self.literal = False
        self.section = ""

    def inline(self, line):
        """One macro line as text."""
        text, glue, brackets, style = "", True, [], None
        words = tokens(line)
        dash = ""
        for i, (word, quoted) in enumerate(words):
            if not quoted and word in INLINE:
                if word == "Ns":
                    glue, style = True, None
                    continue
                if word in ("Pq", "Op", "Oo"):
                    text += ("" if glue or not text else " ") + ("(" if word == "Pq" else "[")
                    if word != "Oo":
                        brackets.append(")" if word == "Pq" else "]")
                    glue = True
                    continue
                if word == "Oc":
                    text, glue = text + "]", False
                    continue
                style = word
                dash += "-" if word == "Fl" else ""
                nothing_follows = i + 1 == len(words) or words[i + 1][0] in CLOSING | INLINE - {"Fl"}
                if word == "Nm" and nothing_follows:
                    text += ("" if glue or not text else " ") + self.name
                    glue = False
                continue
            if not quoted and word in CLOSING:
                # At the end of the line it stands outside of brackets.
                while brackets and all(w in CLOSING for w, _ in words[i:]):
                    text += brackets.pop()
                text, glue = text + word, False
                continue
            said = plain(word)
            if style == "Xr" and i + 1 < len(words) and re.fullmatch(r"\d", words[i + 1][0]):
                words[i + 1] = ("(%s)" % words[i + 1][0], True)
            if style == "Xr" and re.fullmatch(r"\(\d\)", said):
                glue = True
            if style in ("Li", "Ic", "Cm") or quoted:
                said = said.replace(" ", "\u00a0") if quoted and style else said
            if style == "Fl":
                said, dash = (dash or "-") + said, ""
            text += ("" if glue or not text else " ") + said
            glue = False
        return text + "".join(reversed(brackets))

    def flush(self):
        if self.tag is not None:
            self.flush_tag()
        elif self.words:
            self.fill(" ".join(self.words), " " * self.indents[-1], " " * self.indents[-1])
        self.words = []

    def fill(self, text, first, rest):
        self.out += [line.replace("\u00a0", " ") for line in
                     textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest,
                                   break_long_words=False, break_on_hyphens=False)]

    def flush_tag(self):
        """A tag and its text: on one line where the tag leaves room."""
        indent, body = " " * self.indents[-2], " " * self.indents[-1]
        tag, self.tag = self.tag, None
        if len(indent + tag) + 2 <= len(body) and self.words:
            self.fill(" ".join(self.words), (indent + tag).ljust(len(body)), body)
        else:
            self.out.append((indent + tag).replace("\u00a0", " ").rstrip())
            if self.words:
                self.fill(" ".join(self.words), body, body)

    def blank(self):
        if self.out and self.out[-1] != "":
            self.out.append("")

    def begin_list(self, rest):
        self.flush()
        width = re.search(r'-width ("(?:[^"]|"")*"|\S+)', rest)
        width = tokens(width.group(1))[0][0] if width else "Ds"
        columns = int(width[:-1]) if re.fullmatch(r"\d+n", width) else 6 if width == "Ds" else len(width)
        self.compact.append("-compact" in rest or "-column" in rest)
        base = self.indents[-1] + (4 if "-offset" in rest else 0)
        self.indents += [base, base + (0 if "-column" in rest else columns + 2)]

    def item(self, rest):
        self.flush()
        if not self.compact[-1]:
            self.blank()
        if self.indents[-1] == self.indents[-2]:
            self.words = ["   ".join(self.inline(part).ljust(16) for part in rest.split(" Ta "))]
            self.words = [self.words[0].replace(" ", "\u00a0")]
            self.flush()
        else:
            self.tag = self.inline(rest)

    def line(self, line):
        macro, _, rest = line[1:].partition(" ")
        if self.literal:
            if line == ".Ed":
                self.literal = False
                self.indents.pop()
            else:
                self.out.append((" " * self.indents[-1] + plain(line)).rstrip())
        elif re.fullmatch("@[A-Z]+@", line):
            # What the program puts in.
            self.flush()
            self.blank()
            self.out.append(" " * self.indents[-1] + line)
        elif not line.startswith("."):
            self.words.append(plain(line))
        elif macro in INLINE:
            if macro == "Nm" and self.section == "SYNOPSIS":
                self.flush()
            self.words.append(self.inline(line[1:]) if macro != "Nd" else "- " + self.inline(rest))
        elif macro in ("Sh", "Ss"):
            self.flush()
            self.blank()
            self.indents = [4]
            self.section = rest
            self.out.append(("" if macro == "Sh" else "  ") + plain(rest))
        elif macro == "Pp":
            self.flush()
            self.blank()
        elif macro == "Dl":
            self.flush()
            self.out.append(" " * (self.indents[-1] + 4) + plain(rest))
        elif macro == "Bd":
            self.flush()
            self.literal = True
            self.indents.append(self.indents[-1] + (4 if "-offset" in rest else 0))
        elif macro == "Bl":
            self.begin_list(rest)
        elif macro == "It":
            self.item(rest)
        elif macro == "El":
            self.flush()
            del self.indents[-2:]
            self.compact.pop()
        elif macro not in ("Dd", "Dt", "Os"):
            raise SystemExit("mdoc_text.py: what is '%s'?" % line)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        source = file.read()
    page = Page(re.search(r"^\.Nm (\S+)", source, re.M).group(1))
    for line in source.rstrip("\n").split("\n"):
        page.line(line)
    page.flush()
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write("\n".join(page.out).strip("\n") + "\n")


if __name__ == "__main__":
    main()
