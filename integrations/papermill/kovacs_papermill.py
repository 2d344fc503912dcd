"""Parameters for Rust notebooks in papermill.

papermill turns `-p temperature 300.0` into code of the notebook's language, and knows no Rust. This module tells it:

    python -m kovacs_papermill in.ipynb out.ipynb -p temperature 300.0

or, in a program of your own, `import kovacs_papermill` before `papermill.execute_notebook(...)`.

A notebook marks its defaults by a cell with the tag `parameters`; the values given are written into a cell after it:

    let temperature: f64 = 295.0; // K

Types: `5` is an `i64`, `5.0` an `f64`, text a `String`, `true` a `bool`, a list a `Vec`, a mapping with text keys a
`BTreeMap<String, _>`; `None` is an `Option<f64>`. A cell of Rust does not convert numbers: pass `5.0` where the
notebook computes with fractions.
"""

import math
import re

from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

_INTEGERS = range(-(2**63), 2**63)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_LET = re.compile(
    r"^\s*let\s+(?:mut\s+)?(?P<name>[A-Za-z_]\w*)\s*(?::\s*(?P<type>[^=;]+?))?\s*="
    r"\s*(?P<value>\"(?:[^\"\\]|\\.)*\"|[^;\"]*(?:\"(?:[^\"\\]|\\.)*\"[^;\"]*)*)\s*;\s*(?://\s*(?P<help>.*))?$"
)


class RustTranslator(Translator):
    """Writes values as Rust, and reads the defaults of a cell of `let` lines."""

    @classmethod
    def type_of(cls, value):
        """The Rust type in which a value is written."""
        if value is None:
            return "Option<f64>"
        if isinstance(value, bool):
            return "bool"
        if isinstance(value, int):
            if value not in _INTEGERS:
                raise ValueError(f"{value} does not fit into 64 bits; pass it as text or with a decimal point")
            return "i64"
        if isinstance(value, float):
            return "f64"
        if isinstance(value, str):
            return "String"
        if isinstance(value, (list, tuple)):
            return f"Vec<{cls._common_type(value)}>"
        if isinstance(value, dict):
            return f"std::collections::BTreeMap<String, {cls._common_type(list(value.values()))}>"
        raise ValueError(f"a value of Python's type {type(value).__name__} has no Rust form")

    @classmethod
    def _common_type(cls, values):
        types = {cls.type_of(value) for value in values}
        if types <= {"i64", "f64"} and "f64" in types:
            return "f64"
        if len(types) > 1:
            raise ValueError(f"the values of a list or mapping must have one type, not {', '.join(sorted(types))}")
        return types.pop() if types else "f64"

    @classmethod
    def _write(cls, value, kind):
        if value is None:
            return "None"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            if kind == "f64":
                return cls._write_float(float(value))
            return str(value)
        if isinstance(value, str):
            return f"String::from({cls._write_text(value)})"
        if isinstance(value, dict):
            inner = cls._common_type(list(value.values()))
            pairs = (f"({cls._write(str(key), 'String')}, {cls._write(item, inner)})" for key, item in value.items())
            return f"std::collections::BTreeMap::from([{', '.join(pairs)}])"
        inner = cls._common_type(value)
        return f"vec![{', '.join(cls._write(item, inner) for item in value)}]"

    @staticmethod
    def _write_float(value):
        if math.isnan(value):
            return "f64::NAN"
        if math.isinf(value):
            return "f64::INFINITY" if value > 0 else "f64::NEG_INFINITY"
        return repr(value)

    @staticmethod
    def _write_text(text):
        plain = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
        return '"' + "".join(
            plain.get(letter) or (letter if letter.isprintable() else f"\\u{{{ord(letter):x}}}") for letter in text
        ) + '"'

    @classmethod
    def translate(cls, val):
        return cls._write(val, cls.type_of(val))

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        lines = [cls.comment(comment)]
        for name, value in parameters.items():
            if not isinstance(name, str) or not _IDENTIFIER.match(name):
                raise ValueError(f"`{name}` is no name of a Rust variable")
            lines.append(f"let {name}: {cls.type_of(value)} = {cls.translate(value)};")
        return "\n".join(lines) + "\n"

    @classmethod
    def inspect(cls, parameters_cell):
        found = (_LET.match(line) for line in parameters_cell["source"].splitlines())
        return [
            Parameter(
                name=line["name"],
                inferred_type_name=line["type"] or "None",
                default=line["value"].strip(),
                help=(line["help"] or "").strip(),
            )
            for line in found
            if line
        ]


papermill_translators.register("rust", RustTranslator)


if __name__ == "__main__":
    from papermill.cli import papermill

    papermill(prog_name="papermill")
