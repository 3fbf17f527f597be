"""A crude language-neutral text of a program, for the warm-up stage only.

The student's real input is the canonical form of ``xccd canonical``; this one needs no parser, so
the warm-up can run on any code at once. It is a curriculum step, never used after training.
"""

from __future__ import annotations

import re

_HASH_COMMENTS = {"python", "ruby"}
_IMPORT = re.compile(
    r"^\s*(?:import\b|from\s+\S+\s+import\b|using\s+[\w.]+\s*(?:=[^;]*)?;|use\s[^;]*;|package\b"
    r"|require(?:_relative)?\b|#\s*(?:include|pragma|define)\b|namespace\s+[\w\\.]+;|<\?php|#!\[).*$",
    re.M,
)
_ENTRY = re.compile(r"\b(?:def|fn|func|void|int|fun|function)\s+(?:main|Main|solve|Solve)\s*\(")
_TOKEN = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|\d[\w.]*|[A-Za-z_]\w*|[-+*/%&|^<>=!]+|[\[\]?:]"
)
_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_DROP = set(
    "public private protected static final const let var mut auto void int long double float bool "
    "boolean char string str usize isize i8 i32 i64 u8 u32 u64 unsigned signed size_t override "
    "class struct impl namespace std self this new end begin async pub ref out readonly internal "
    "virtual abstract throws typename template string integer val".split()
)
_MAP = {
    "fn": "function", "def": "function", "func": "function", "fun": "function", "elif": "else if",
    "elsif": "else if", "none": "null", "nil": "null", "nullptr": "null", "and": "&&", "or": "||",
    "not": "!", "foreach": "for", "println": "print", "printf": "print", "puts": "print",
    "cout": "print", "writeline": "print", "len": "length", "size": "length", "count": "length",
    "push": "append", "add": "append", "pushback": "append",
}  # fmt: skip


def lexical_form(code: str, lang: str) -> str:
    """Lower-case word text: no comments, imports or types; entry first; punctuation thinned."""
    if lang in _HASH_COMMENTS:
        code = re.sub(r"(?m)(^|\s)#.*$", " ", code)
        code = re.sub(r'"""[\s\S]*?"""', " ", code)
    code = _IMPORT.sub(" ", code)
    if lang not in _HASH_COMMENTS:
        code = re.sub(r"/\*[\s\S]*?\*/|//[^\n]*", " ", code)
    entry = _ENTRY.search(code)
    if entry:
        code = code[entry.start() :] + "\n" + code[: entry.start()]
    words: list[str] = []
    for token in _TOKEN.findall(code):
        if token[0] in "\"'":
            words += re.findall(r"\w+|[^\w\s]", token[1:-1][:24])[:6]
        elif token[0].isalpha() or token[0] == "_":
            for part in _SPLIT.findall(token):
                word = part.lower()
                if word not in _DROP:
                    words += _MAP.get(word, word).split()
        else:
            words.append(token)
        if len(words) > 600:
            break
    return " ".join(words)
