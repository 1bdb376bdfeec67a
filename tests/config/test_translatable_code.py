"""Whatever the Python code says to people goes through gettext, as the templates do
(test_translatable).

The source is read as a tree. Two nets: the places from which a text reaches a reader (a message, a
refusal, a form's field, the head of a table) may hold no bare string; and a bare string anywhere
that is a sentence must be one of those that nobody reads in a page, with the reason given here."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms
from django.utils.functional import Promise

ROOT = Path(__file__).resolve().parents[2]
APPS = ("attendance", "casework", "district", "notifications", "titleix", "web")
# What is left out as a whole, and why.
ELSEWHERE = {
    "migrations": "history; the models' own labels are looked at where they stand",
    "management": "commands speak to the operator at a terminal, in English as Django's own do",
    "demo": "an invented district",
}
FILES = {
    "attendance/simulation/school_year.py": "an invented district",
    "titleix/letters/samples.py": "invented values of merge fields",
    "web/administration/samples.py": "invented values of merge fields",
    "titleix/letters/contents.py": (
        "English and Spanish stand side by side; "
        "tests/titleix/letters/test_letter_templates.py holds that both are whole"
    ),
    "notifications/texts.py": (
        "English and Spanish of the page on which messages are stopped stand side by side; "
        "tests/notifications"
    ),
    "titleix/party_portal/texts.py": (
        "English and Spanish stand side by side; tests/titleix/letters/test_spanish.py"
    ),
    "casework/reporting/workflow_diagram.py": "writes docs/workflows, which are in English",
    "casework/privacy/redaction.py": "words by which names are recognised",
    "casework/privacy/name_matching.py": "words by which names are recognised",
    "web/api/router.py": (
        "the description of the API, which is read by engineers; its refusals go through "
        "gettext (tests/api)"
    ),
    "casework/encryption/fields.py": "faults of the installation, for the operator's log",
    "casework/privacy/encrypted_files.py": "faults of the installation, for the operator's log",
    "casework/management/base.py": "what commands share: they speak to the operator at a terminal",
    "titleix/rules/screening.py": "faults of screening.csv, which is part of the program: a test reads it",
}
# (place, argument) that somebody reads: the last part of the name that is called, and the positions
# of the texts.
CALLS = {
    "success": (1,),
    "error": (1,),
    "info": (1,),
    "warning": (1,),
    "add_message": (2,),  # django.contrib.messages
    "ValidationError": (0,),
    "Http404": (0,),
    "PermissionDenied": (0,),
    "add_error": (1,),
    "NotNow": (0,),
    "Forbidden": (0,),
    "Invalid": (0,),
    "Stale": (0,),
    "Problem": (2,),
    "invalid": (0,),
    "PolicyError": (0,),
    "LetterError": (0,),
    "MeasureError": (0,),
    "cancel_clock": (1,),
    "writerow": (0,),
    "as_csv": (0,),
    "as_xlsx": (0, 1),
    "Section": (0, 2),
    "Paper": (1,),
    "Entry": (1,),
}
UNSEEN = ("ListForm",)  # reads the address of a list and is never shown
LOGS = ("log", "logger", "structlog")
KEYWORDS = (
    "label",
    "help_text",
    "verbose_name",
    "verbose_name_plural",
    "empty_label",
    "error_messages",
    "reasons",
    "detail",
    "tells",
    "makes",
)
# Help of a model's field is written for engineers; where a form is made from a model, the test of
# forms below looks at it.
MODELS = ("help_text",)
GETTEXT = {
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
    "npgettext",
    "npgettext_lazy",
    "gettext_noop",
}
# Only programmers see these, in a log.
FAULTS = {
    "AssertionError",
    "KeyError",
    "LookupError",
    "NotImplementedError",
    "RuntimeError",
    "TypeError",
    "ValueError",
    "ImproperlyConfigured",
}
DOCUMENTED = {
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "Field",
    "Router",
    "Header",
    "NinjaAPI",
}  # of the API's description, for engineers
WORDS = re.compile(r"[^\W\d_]{2,}")
WORD = re.compile(r"[^\W\d_]{2}")
SAME = re.compile(
    r"SHA-256|[\w/]+\.html"
)  # names that are the same in every language, and the names of templates
SENTENCE = re.compile(r"^[A-Z“‘][^\n]*\s[^\n]*\s[^\n]*[.?!:…]$")
PHRASE = re.compile(r"^[^\n<>=_|$#]*\b[a-z]+ [a-z]+[,:;]? [^\n<>=_|$#]*[a-z]$")
SQL = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|FROM|WHERE|JOIN|AND|OR|IS|IN|ON|ORDER "
    r"BY|EXISTS|SET|CASE)\b"
)
CITED = re.compile(r"\b(CFR|U\.S\.C\.|G\.S\.|Manual)\b")


def sources() -> Iterator[Path]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if not set(ELSEWHERE) & set(path.relative_to(ROOT).parts):
                yield path


class Reader(ast.NodeVisitor):
    """Collects (line, text) of all that is bare."""

    def __init__(self, tree: ast.Module, models: bool = False) -> None:
        self.models = models
        self.found: set[tuple[int, str]] = set()
        self.translators = set(GETTEXT)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "django.utils.translation"
            ):
                self.translators |= {
                    name.asname or name.name for name in node.names if name.name in GETTEXT
                }
        self.choices = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            and any("Choices" in ast.unparse(base) for base in node.bases)
        }
        self.visit(tree)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # else it is a docstring
            self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        if not (isinstance(node.exc, ast.Call) and _name(node.exc.func) in FAULTS):
            self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        """Its message is for programmers."""
        self.visit(node.test)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if node.name in self.choices:
            for line in node.body:
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple):
                    self.keep(line.value.elts[1:])
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not (
            self.models and ast.unparse(node.targets[0]) == "permissions"
        ):  # codes are asked, their names are never shown
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        if name in self.translators or name in FAULTS or _owner(node.func) in LOGS:
            return
        if name in DOCUMENTED and not (name == "get" and len(node.args) == 2):
            return
        if name in CALLS:
            self.keep([node.args[place] for place in CALLS[name] if place < len(node.args)])
        for keyword in node.keywords:
            if keyword.arg in KEYWORDS and not (self.models and keyword.arg in MODELS):
                self.keep([keyword.value])
            elif keyword.arg == "choices":
                self.keep(
                    [
                        pair.elts[1]
                        for pair in ast.walk(keyword.value)
                        if isinstance(pair, ast.Tuple) and len(pair.elts) == 2
                    ]
                )
        if self.models:
            for keyword in list(node.keywords):
                if keyword.arg in MODELS:
                    node.keywords.remove(keyword)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.whole(node.lineno, node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        text = "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
        self.whole(node.lineno, text)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def whole(self, line: int, text: str) -> None:
        """A text that reads like a sentence, or like the part of one."""
        phrase = PHRASE.match(text) and len(WORDS.findall(text)) > 3 and not SQL.search(text)
        if (SENTENCE.match(text) or phrase) and not CITED.search(text):
            self.found.add((line, text))

    def keep(self, nodes: list[ast.expr]) -> None:
        """Every text of an expression that is not translated."""
        for node in nodes:
            match node:
                case ast.Constant(value=str() as text) if WORD.search(
                    SAME.sub("", text)
                ) and not CITED.search(text):
                    self.found.add((node.lineno, text))
                case ast.JoinedStr():
                    text = "".join(
                        str(part.value) if isinstance(part, ast.Constant) else ""
                        for part in node.values
                    )
                    if WORD.search(text):
                        self.found.add((node.lineno, text))
                case ast.BinOp(left=left, op=ast.Add(), right=right):
                    self.keep([left, right])
                case ast.BinOp(left=left):
                    self.keep([left])
                case ast.Call(func=ast.Attribute(value=value, attr="format" | "join")):
                    self.keep([value])
                case ast.IfExp(body=body, orelse=orelse):
                    self.keep([body, orelse])
                case ast.BoolOp(values=values):
                    self.keep(values)
                case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
                    self.keep(elts)
                case ast.Dict(values=values):
                    self.keep(values)


def _name(function: ast.expr) -> str:
    return (
        function.attr
        if isinstance(function, ast.Attribute)
        else function.id
        if isinstance(function, ast.Name)
        else ""
    )


def _owner(function: ast.expr) -> str:
    return (
        function.value.id
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)
        else ""
    )


def bare(text: str, models: bool = False) -> list[str]:
    tree = ast.parse(text)
    return [f"line {line}: {found}" for line, found in sorted(Reader(tree, models).found)]


@pytest.mark.parametrize("app", APPS)
def test_no_word_of_the_code_is_bare(app):
    found = {}
    for path in sources():
        name = str(path.relative_to(ROOT))
        if (
            name.startswith(f"{app}/")
            and name not in FILES
            and (words := bare(path.read_text(), "models" in path.parts))
        ):
            found[name] = words
    assert found == {}, "put these into gettext"


def test_what_is_left_out_is_there():
    assert [name for name in FILES if not (ROOT / name).exists()] == []


def _forms(base: type) -> Iterator[type]:
    for one in base.__subclasses__():
        yield one
        yield from _forms(one)


def test_every_field_of_every_form_has_words_that_can_be_translated():
    """Where a form names no label, Django would make an English one out of the field's name."""
    for path in sources():
        if "forms" in path.read_text():
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    fields = [
        (form, name, field)
        for form in _forms(forms.BaseForm)
        if form.__module__.split(".")[0] in APPS and form.__name__ not in UNSEEN
        for name, field in getattr(form, "base_fields", {}).items()
        if not field.widget.is_hidden
    ]
    assert len(fields) > 200
    bare_fields = [
        f"{form.__module__}.{form.__name__}.{name}: {text!r}"
        for form, name, field in fields
        for text in (field.label, field.help_text)
        if not isinstance(text, Promise) and text != ""
    ]
    assert bare_fields == []


@pytest.mark.parametrize(
    "code",
    [
        "messages.success(request, 'It is kept')",
        "raise ValidationError(f'{n} is too large')",
        "raise Http404('no such case')",
        "form.add_error('day', 'a day that has been')",
        "forms.CharField(label='Name')",
        "raise PolicyError('no ' + what)",
        "Problem(409, 'not_now', 'Only later')",
        "Problem(409, 'x', _('ok'), reasons=[f'the state is {s}'])",
        "writer.writerow(['level', 'file'])",
        "class S(models.TextChoices):\n    NEW = 'NEW', 'new'",
        "invalid({'a': ['wrong value']})",
        "x = 'This is a whole sentence.'",
        "y = f'{n} of these, {m} of Those.' if n else 'Nothing was left out.'",
        "forms.ChoiceField(choices=[('a', 'the first')])",
        "raise ValidationError('%s days' % n)",
        "a = b or _('x') + 'Nobody has said it.'",
    ],
)
def test_bare_words_are_found(code):
    assert bare(code) != []


@pytest.mark.parametrize(
    "code",
    [
        "messages.success(request, _('It is kept'))",
        "from django.utils.translation import gettext as _now\nx = _now('One is here.')",
        "log.info('a.code', note='Nothing to see here.')",
        "raise ValueError('No such thing here.')",
        "'''A docstring of a file.'''",
        "def f():\n    '''What it does in words.'''",
        "form.add_error(None, error)",
        "forms.CharField(label=_('Name') % {'n': 1})",
        "sql = 'SELECT a FROM b WHERE c'",
        "cite = 'See 34 CFR 106.44(a) for it.'",
        "raise Refused('NO_CODE', file=name)",
    ],
)
def test_what_nobody_reads_is_not_found(code):
    assert bare(code) == []
