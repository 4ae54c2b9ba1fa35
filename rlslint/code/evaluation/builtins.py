"""Functions that languages bring along for strings, lists and numbers, known by their names.

One implementation serves all languages: what `join`, `Join`, `implode` do is the same, and which
argument is which is told by what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rlslint import NamedTuple, Pattern
from rlslint.code.evaluation.strings import (
    STAND_IN,
    FollowedFile,
    Fragment,
    Gap,
    Placeholder,
    Written,
    concatenated,
    formatted,
    gap,
    joined,
    substituted,
    with_marks_filled,
)
from rlslint.code.evaluation.values import (
    Closure,
    Entries,
    Handle,
    Items,
    Namespace,
    Object,
    Plain,
    Prepared,
    Unknown,
    Value,
)
from rlslint.text import HoleValue
from rlslint.text.budget import ITEMS_FOLLOWED

_QUOTES = Pattern(r"quote|escape|sanitiz|ident(?:ifier)?s?$|literals?$", re.IGNORECASE)
_QUOTED_KIND = Pattern(r"(?:literal|ident(?:ifier)?|quote_name)s?$", re.IGNORECASE)
_NUMBERS = frozenset(
    {
        "int", "integer", "float", "double", "number", "parseint", "parsefloat", "intval",
        "floatval", "to_i", "to_f", "uuid", "parse_uuid", "parseuuid", "fromstring", "toint",
        "tolong", "todouble", "toguid", "newguid", "parse_str", "guid", "long", "bool",
        "boolval", "atoi", "parselong", "parsebool", "mustparse", "int64", "int32", "uint64",
        "i64", "u64", "i32", "u32", "bigint", "isuuid", "itoa", "formatint", "formatuint",
        "formatfloat", "formatbool", "to_integer", "to_float", "len",
    }
)  # fmt: skip
_FILLS_BRACES = frozenset(("Format", "format!", "write!", "formatln!"))
_FILLS_PERCENT = frozenset(("Sprintf", "sprintf", "vsprintf", "Fprintf", "formatted", "Errorf"))
_JOINS = frozenset(("join", "Join", "implode", "joinToString", "intersperse"))
_GROWS = frozenset(
    {
        "append", "Append", "AppendLine", "AppendFormat", "push_str", "push", "WriteString",
        "write_str", "add", "Add", "AddRange", "addAll", "extend",
    }
)  # fmt: skip
_APPENDS = _GROWS | {"concat", "Concat", "plus"}
_TEXT_BUILDERS = frozenset(("StringBuilder", "StringBuffer", "String.new", "String.with_capacity"))
_TYPES_OF_BUILDERS = frozenset(("strings.Builder", "bytes.Buffer", "StringBuilder", "StringBuffer"))
_REPLACES = frozenset(
    ("replace", "Replace", "replaceAll", "ReplaceAll", "str_replace", "gsub", "sub", "strtr")
)
_SAME_LIST = frozenset(
    {
        "of", "listOf", "setOf", "arrayOf", "asList", "vec!", "tuple", "list", "sorted",
        "freeze", "iter", "into_iter", "to_vec", "ToList", "ToArray", "frozenset", "set",
        "copyOf", "toList", "toSet", "values", "reversed", "List", "Array", "sequenceOf",
        "collect", "stream", "unmodifiableList", "from", "array_values", "to_a", "each_entry",
        "asSequence", "mutableListOf",
    }
)  # fmt: skip
_SAME_TEXT = frozenset(
    {
        "freeze", "trimIndent", "trimMargin", "strip", "strip_heredoc", "squish", "trim",
        "to_s", "to_string", "toString", "ToString", "as_str", "dedent", "TrimSpace", "into",
        "to_owned", "clone", "as_ref", "lstrip", "rstrip", "String", "from", "valueOf",
        "stripIndent", "unwrap", "str", "strval", "html_safe", "as_bytes", "encode", "dup",
        "expect",
    }
)  # fmt: skip
_SAME_FORM = frozenset(
    {
        "toLowerCase", "toUpperCase", "lowercase", "uppercase", "lower", "upper", "ToLower",
        "ToUpper", "ToLowerInvariant", "ToUpperInvariant", "to_lowercase", "to_uppercase",
        "downcase", "upcase", "hyphenated", "as_hyphenated", "simple", "GetValueOrDefault",
    }
)  # fmt: skip
"""What is as harmless as the number, the UUID or the like of which it is asked."""
_SAME_TEXT_OF_ARGUMENT = frozenset(
    {
        "String", "from", "valueOf", "str", "strval", "dedent", "TrimSpace", "trim",
        "inspect.cleandoc", "cleandoc", "to_string", "Statement", "Raw", "raw", "RawSQL",
        "raw_sql", "SQL", "string",
    }
)  # fmt: skip
_SAME_TEXT_IN_ENCODING = frozenset(("toString", "readText", "read", "force_encoding", "decode"))
_LINES = "splitlines"
_SPLITS = frozenset(("split", "explode", "split_terminator", _LINES))
_KEEPS = frozenset(("filter", "select", "reject", "array_filter", "Enum.filter", "Enum.reject"))
"""What leaves out items of a list; none is known to be left out."""

_VISITS = frozenset(
    {
        "forEach", "each", "map", "for_each", "flatMap", "ForEach", "each_with_index", "Each",
        "Enum.each", "Enum.map", "array_map", "array_walk", "each_slice",
    }
)  # fmt: skip
_FILLS_ARGUMENT = frozenset(("tryparse", "tryparseexact"))
_IN_CASE = {
    **dict.fromkeys(
        ("lower", "toLowerCase", "ToLower", "ToLowerInvariant", "strtolower", "downcase",
         "lowercase", "to_lowercase", "toLower"),
        str.lower,
    ),
    **dict.fromkeys(
        ("upper", "toUpperCase", "ToUpper", "ToUpperInvariant", "strtoupper", "upcase",
         "uppercase", "to_uppercase", "toUpper"),
        str.upper,
    ),
    **dict.fromkeys(("title", "ucwords"), str.title),
    **dict.fromkeys(("capitalize", "ucfirst"), str.capitalize),
}  # fmt: skip
_PERCENT_TYPED = "dfxiuDoeg"
_PERCENT_QUOTED = "LI"

_DOUBLED = frozenset(("''", '""'))
_VALUE_ENTRIES = ("values", "bindings", "replacements", "bind", "parameters", "args", "params")


_PASTES = Pattern(
    r"(?:[\w$]+(?:\.|::))*(?:raw|Raw|str|string|String|text|to_string|unsafe)\(([^()\n]*)\)"
)
_SHORT = Pattern(r"[\w$.:@?!>\[\]-]{1,60}(?:\([^\"'`\n]{0,60}\))?")


class Origin(NamedTuple):
    """Where in a program a value comes about."""

    source: FollowedFile
    start: int
    end: int


def parts_of(value: Value | None, place: Origin) -> Sequence[Fragment]:
    """Return what a value is as a part of a string."""
    match value:
        case Written():
            return value.fragments
        case Handle(prepared=Prepared() as prepared):
            return prepared.sql.fragments
        case Plain(bool() as truth):
            return (Fragment(str(truth).lower(), *place),)
        case Plain(int() | float() as number):
            return (Fragment(str(number), *place),)
        case Unknown():
            return (gap(*place, value.value, _as_written(value, place)),)
        case None:
            return ()
        case _:
            return (gap(*place, HoleValue.anything),)


def _as_written(value: Unknown, place: Origin) -> str:
    """Return how a program writes a value: what a call gives is called as it stands there.

    A function that only pastes its argument is left out.
    """
    if not value.path.endswith("()"):
        return value.path
    written = place.source.slice(place.start, place.end).strip()
    pasted = _PASTES().fullmatch(written)
    written = pasted[1] if pasted is not None else written
    return written if _SHORT().fullmatch(written) else value.path


def passed(value: Value | None, place: Origin) -> Fragment:
    """Return what a value is that is passed apart from the string, which knows it if it can."""
    shown = place.source.slice(place.start, place.end).partition("\n")[0]
    return Fragment(STAND_IN, *place, Gap(as_constant(value) or shown, True))


def as_constant(value: Value | None) -> str:
    """Return how SQL writes a value that is known, "" for others."""
    match value:
        case Written() if value.constant is not None:
            return f"'{value.constant}'"
        case Plain(bool() as truth):
            return str(truth).lower()
        case _:
            return ""


def added(values: Sequence[tuple[Value, Origin]]) -> Value | None:
    """Return what `+` makes of values: a string, a list, or a number."""
    if any(isinstance(value, Written) for value, _ in values):
        return concatenated(parts_of(value, place) for value, place in values)
    lists = [value.values for value, _ in values if isinstance(value, Items)]
    if len(lists) == len(values):
        return Items(tuple([item for each in lists for item in each]))
    return None


def filled(template: Written, values: Value, place: Origin) -> Written:
    """Return what `%` makes of a template and its values."""
    match values:
        case Items(items):
            return _formatted(template, True, items, {}, place, None)
        case Entries(entries):
            return _formatted(template, True, (), entries, place, None)
        case _:
            return _formatted(template, True, (values,), {}, place, None)


def known_items(value: Value | None) -> tuple[Value, ...] | None:
    """Return the items of a list that is worth a step for each of them."""
    if isinstance(value, Entries):
        return None
    if not isinstance(value, Items) or not 0 < len(value.values) <= ITEMS_FOLLOWED:
        return None
    return value.values


def quotes(name: str) -> bool:
    """Tell by its name whether a function writes a value so that SQL can't be broken by it."""
    return _QUOTES().search(name) is not None


def keeps(name: str) -> bool:
    """Tell by its name whether a method gives some of the items of a list."""
    return name in _KEEPS


def visits(name: str) -> bool:
    """Tell by its name whether a method calls a function for each item of a list."""
    return name in _VISITS


def grows(name: str, of: Value | None) -> bool:
    """Tell by its name whether a method makes the string or list longer that it is called on."""
    return name in _GROWS and isinstance(of, Written | Items)


def is_text_builder(kind: str) -> bool:
    """Tell whether a type is that of a string that grows."""
    return kind in _TYPES_OF_BUILDERS


def fills_argument(name: str) -> bool:
    """Tell by its name whether a function puts the number that it reads into an argument."""
    return name.lower() in _FILLS_ARGUMENT


def known_call(
    name: str,
    path: str,
    of: Value | None,
    arguments: Sequence[Value],
    named: dict[str, Value],
    place: Origin,
    scope: Namespace,
    braces: bool,
) -> Value | None:
    """Return what a call gives, None where its name tells nothing.

    `path` is the name with those before it, `of` what a method is called on. `braces` tells that
    `format` fills braces and not marks with a percent sign.
    """
    texts = [each for each in arguments if isinstance(each, Written)]
    subject = of if isinstance(of, Written) else None
    lowered = name.lower()
    if name in _REPLACES:
        return _replaced(subject, arguments, place)
    if quotes(name):
        return quoted(name, arguments, place)
    if lowered in _NUMBERS and arguments:
        first = arguments[0]
        return first if isinstance(first, Plain) else Unknown("", HoleValue.typed)
    if lowered in ("to_i", "tolong", "toint", "to_f") and of is not None:
        return Unknown("", HoleValue.typed)
    if subject is not None and name == "format_map":
        entries = next((each.values for each in arguments if isinstance(each, Entries)), None)
        return _formatted(subject, False, (), entries, place, None) if entries else None
    if subject is not None and lowered in ("format", "formatted"):
        return _formatted(subject, not braces, arguments, named, place, scope)
    if name in _FILLS_BRACES | _FILLS_PERCENT or (lowered == "format" and texts):
        return _filled(name, arguments, named, place, scope, braces)
    if name in _JOINS:
        return _joined(subject, of, arguments, place)
    if path in _TEXT_BUILDERS:
        return texts[0] if texts else Written(())
    if name in _APPENDS:
        return _longer(name, of, arguments, named, place, scope)
    return _unchanged(name, of, arguments, place)


def _longer(
    name: str,
    of: Value | None,
    arguments: Sequence[Value],
    named: dict[str, Value],
    place: Origin,
    scope: Namespace,
) -> Value | None:
    """Return a string or a list with more at its end."""
    match of:
        case Items(values) if arguments:
            is_whole = name in ("AddRange", "addAll", "extend", "concat", "Concat", "plus")
            more = arguments[0] if is_whole else None
            return Items((*values, *(more.values if isinstance(more, Items) else arguments)))
        case Items((Written(), *_) as values):
            return concatenated(parts_of(each, place) for each in values)
        case Written() if name == "AppendFormat":
            filled_in = _filled("Format", arguments, named, place, scope, True)
            return concatenated((of.fragments, parts_of(filled_in, place)))
        case Written() if arguments or name == "AppendLine":
            end = (Fragment("\n", *place),) if name == "AppendLine" else ()
            more_parts = (parts_of(each, place) for each in arguments)
            return concatenated((of.fragments, *more_parts, end))
        case _:
            return None


def _unchanged(
    name: str, of: Value | None, arguments: Sequence[Value], place: Origin
) -> Value | None:
    """Return what a function hands on as it is, but for case, blanks and kinds of lists."""
    change = _IN_CASE.get(name)
    if change is not None:
        text = of if isinstance(of, Written) else next(iter(arguments), None)
        if isinstance(text, Written) and text.constant is not None:
            return Written(part._replace(text=change(part.text)) for part in text.fragments)
    if name in _SAME_TEXT and not arguments and isinstance(of, Written | Plain):
        return of
    if name in _SAME_TEXT_IN_ENCODING and isinstance(of, Written) and of.is_sql:
        return of
    if name.lower() in _SPLITS and (of is None or isinstance(of, Written | Unknown)):
        return _split(of, [each for each in (of, *arguments) if isinstance(each, Written)], name)
    if name in (_SAME_TEXT | _SAME_FORM) and not arguments and isinstance(of, Unknown):
        harmless = of.value is not HoleValue.anything
        return of if harmless else None
    if name in _SAME_TEXT_OF_ARGUMENT and arguments and not isinstance(of, Handle):
        first = arguments[0]
        if name == "str" and isinstance(first, Plain):
            return Written(parts_of(first, place))
        if isinstance(first, Written) or (
            isinstance(first, Unknown) and first.value is not HoleValue.anything
        ):
            return first
    if name in _SAME_LIST and not isinstance(of, Handle):
        if isinstance(of, Items) and not arguments:
            return of
        if len(arguments) == 1 and isinstance(arguments[0], Items):
            return arguments[0]
        if arguments and all(isinstance(each, Written | Plain | Items) for each in arguments):
            return Items(tuple(arguments))
    return None


def _split(of: Value | None, texts: Sequence[Written], name: str) -> Items | None:
    """Return the words of a string that is known, or a script that is taken to pieces as one."""
    ends = any((text.constant or "").strip().startswith(";") for text in texts)
    scripts = [text for text in texts if text.is_sql]
    if scripts:
        # What is no method of the string knows itself where statements end.
        is_whole = ends or not isinstance(of, Written)
        return Items((scripts[0],)) if is_whole and len(scripts) == 1 else None
    words = [text.constant for text in texts]
    if not texts or len(texts) > 2 or None in words:
        return None
    whole = max(texts, key=lambda text: len(text.text)) if len(texts) > 1 else texts[0]
    separators = [text.text for text in texts if text is not whole]
    separator = "\n" if name == _LINES else separators[0] if separators else None
    return Items(tuple(_words(whole, separator)[: ITEMS_FOLLOWED + 1]))


def _words(text: Written, separator: str | None) -> list[Value]:
    found: list[Value] = []
    position = 0
    for word in text.text.split(separator or None):
        start = text.text.index(word, position)
        position = start + len(word) + len(separator or "")
        found.append(text.slice(start, start + len(word)))
    return found


def _replaced(subject: Written | None, arguments: Sequence[Value], place: Origin) -> Value | None:
    """Return a string with parts replaced; where quotes are doubled, the rest is harmless."""
    texts = [each.constant for each in arguments if isinstance(each, Written)]
    if _DOUBLED.intersection(texts):
        return Unknown("", HoleValue.quoted)
    if subject is not None and len(arguments) > 1 and isinstance(arguments[0], Written):
        old = arguments[0].constant
        if old:
            return substituted(subject, old, list(parts_of(arguments[1], place)))
    return None


def quoted(name: str, arguments: Sequence[Value], place: Origin) -> Value:
    """Return what a quoting function gives; some fill a template with quoted values."""
    texts = [each.constant for each in arguments if isinstance(each, Written)]
    words = [text for text in texts if text is not None]
    kind = _QUOTED_KIND().search(name)
    if kind is not None and words and len(words) == len(arguments):
        mark = "'" if kind[0][0] in "lL" else '"'
        written = (mark + word.replace(mark, mark * 2) + mark for word in words)
        return Written((Fragment(".".join(written), *place),))
    for each in arguments[:1]:
        match each:
            case Items((Written() as template, *values)):
                return with_literals(template, values)
            case _:
                continue
    return Unknown("", HoleValue.quoted)


def with_literals(template: Written, values: Sequence[Value]) -> Written:
    """Return SQL with the literals of values where they are marked by question marks or names."""
    entries = next((each.values for each in values if isinstance(each, Entries)), {})

    def literal(mark: Placeholder, written: str) -> tuple[str, Gap | None]:
        value = values[mark.number] if mark.number < len(values) else None
        known = as_constant(entries.get(mark.name) if mark.name else value)
        return (known, None) if known else (STAND_IN, Gap(written, False, HoleValue.quoted))

    return with_marks_filled(template, "?:", literal)


def _filled(
    name: str,
    arguments: Sequence[Value],
    named: dict[str, Value],
    place: Origin,
    scope: Namespace,
    braces: bool,
) -> Value | None:
    for number, template in enumerate(arguments[:2]):
        if isinstance(template, Written):
            rest: Sequence[Value] = arguments[number + 1 :]
            if len(rest) == 1 and isinstance(rest[0], Items):
                rest = rest[0].values
            if name in _FILLS_PERCENT:
                is_percent = True
            else:
                is_percent = name not in _FILLS_BRACES and not braces
            return _formatted(template, is_percent, rest, named, place, scope)
    return None


def _formatted(
    template: Written,
    is_percent: bool,
    values: Sequence[Value],
    named: dict[str, Value],
    place: Origin,
    scope: Namespace | None,
) -> Written:
    def argument(which: int | str, kind: str) -> Sequence[Fragment]:
        value: Value | None
        if isinstance(which, int):
            value = values[which] if which < len(values) else Unknown()
        else:
            value = named.get(which) or (scope.find(which) if scope is not None else None)
        if kind and kind in _PERCENT_TYPED and not isinstance(value, Plain):
            value = Unknown("", HoleValue.typed)
        elif kind and kind in _PERCENT_QUOTED:
            value = Unknown("", HoleValue.quoted)
        return parts_of(value, place)

    return formatted(template, is_percent, argument)


def _joined(
    subject: Written | None, of: Value | None, arguments: Sequence[Value], place: Origin
) -> Value | None:
    separator = subject or next((each for each in arguments if isinstance(each, Written)), None)
    lists = [each for each in (of, *arguments) if isinstance(each, Items)]
    if separator is not None and separator.constant in _DOUBLED and not lists:
        return Unknown("", HoleValue.quoted)
    if not lists or (separator is None and len(arguments) > 1):
        return None
    return joined(separator or Written(()), [parts_of(item, place) for item in lists[0].values])


def flattened(values: Iterable[Value]) -> list[Value]:
    """Return what is passed for the placeholders: a list of values outranks loose ones."""
    given = [value for value in values if not isinstance(value, Closure | Object | Handle)]
    lists = [value for value in given if isinstance(value, Items)]
    found: list[Value] = []
    for value in lists or given:
        match value:
            case Items(items):
                found += flattened(items)
            case Entries(entries):
                told = [entries[name] for name in _VALUE_ENTRIES if name in entries]
                found += flattened(told) if told else entries.values()
            case _:
                found.append(value)
    return found
