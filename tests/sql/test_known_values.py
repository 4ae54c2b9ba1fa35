"""PostgreSQL judges what operators, casts and functions are said to give for known values."""

from __future__ import annotations

from itertools import product

import psycopg

from rlslint.sql.casts import NotFollowed, PlainValue, RefusedValue, as_text, converted
from rlslint.sql.operations import FUNCTIONS, called, operated
from tests.postgres import Database

TEXTS = (
    "", " ", "a", "A", "abc", "Abc", "a b", "a%", "a_c", "orders", "tenant_id", "t", "FALSE", "of",
    " yes ", "1", "-7", "+12", " 42 ", "007", "1.5", "0x1F", "1_000", "32768", "-32768",
    "2147483647", "2147483648", "9223372036854775808", "{}", "{a,b}", "{1,2}", "{NULL,x}",
    '{"a b","c,d"}', "{{a,b},{c,d}}", "{{a},{b,c}}", "{a,}", "{a", "a}", "{a}b", "{,}", "{a b , c}",
    "e1b2c3d4-0000-4000-8000-0123456789ab", "{E1B2C3D40000400080000123456789AB}", "e1b2c3d4",
    "null", "NULL", "a\\b", "it's", "ä", "Ä", "tab\there", "line\nbreak", "x" * 70, "%", "_", "^a",
    "a$", "[a-c]+", "o.d", "\\d", "a|b", "",
)  # fmt: skip
NUMBERS = (0, 1, -1, 2, 7, -7, 42, 130000, 2147483647, -2147483648)
ARRAYS: tuple[tuple[PlainValue, ...], ...] = (
    (), ("a",), ("a", "b"), ("b", "a"), ("a", None), ("a b", 'q"', "null", ""),
    (("a", "b"), ("c", "d")), (("a", "b"),),
)  # fmt: skip
VALUES: tuple[PlainValue, ...] = (None, True, False, *NUMBERS, *TEXTS, *ARRAYS)

CAST_TYPES = (
    "text", "varchar", "name", "bool", "int2", "int4", "int8", "uuid", "text[]", "int4[]",
)  # fmt: skip
OPERATORS = {
    "=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "||": "||", "+": "+",
    "-": "-", "*": "*", "/": "/", "%": "%", "~~": "LIKE", "!~~": "NOT LIKE", "~~*": "ILIKE",
    "!~~*": "NOT ILIKE", "~": "~", "!~": "!~", "~*": "~*", "!~*": "!~*",
    "is distinct from": "IS DISTINCT FROM", "is not distinct from": "IS NOT DISTINCT FROM",
}  # fmt: skip
CALLS: dict[str, tuple[tuple[PlainValue, ...], ...]] = {
    "array_length": tuple(product(ARRAYS, (0, 1, 2))),
    "array_lower": tuple(product(ARRAYS, (0, 1, 2))),
    "array_upper": tuple(product(ARRAYS, (0, 1, 2))),
    "btrim": (*((text,) for text in TEXTS), *product(TEXTS, ("a", "xA", "", " "))),
    "cardinality": tuple((array,) for array in ARRAYS),
    "char_length": tuple((text,) for text in TEXTS),
    "character_length": tuple((text,) for text in TEXTS),
    "left": tuple(product(TEXTS, (-100, -1, 0, 2, 100))),
    "length": tuple((text,) for text in TEXTS),
    "lower": tuple((text,) for text in TEXTS),
    "lpad": (*product(TEXTS, (-1, 0, 2, 9)), *product(TEXTS, (0, 7), ("", "0", "xy"))),
    "ltrim": (*((text,) for text in TEXTS), *product(TEXTS, ("a", "xA", ""))),
    "md5": tuple((text,) for text in TEXTS),
    "octet_length": tuple((text,) for text in TEXTS),
    "position": (),
    "replace": tuple(product(TEXTS, ("a", "", "b,"), ("", "Z", "aa"))),
    "rtrim": (*((text,) for text in TEXTS), *product(TEXTS, ("a", "xA", ""))),
    "split_part": tuple(product(TEXTS, (",", "", "b", " "), (-2, -1, 1, 2, 9))),
    "starts_with": tuple(product(TEXTS, ("", "a", "ab", "A"))),
    "string_to_array": (
        *product(TEXTS, (",", "", "b", " ")),
        *product(TEXTS, (",",), ("a", "")),
    ),
    "strpos": tuple(product(TEXTS, ("", "a", "c", "zz"))),
    "substr": (
        *product(TEXTS, (-100, -1, 0, 1, 2, 100)),
        *product(TEXTS, (-3, 0, 1, 2, 100), (-1, 0, 1, 2, 100)),
    ),
    "upper": tuple((text,) for text in TEXTS),
}  # fmt: skip

ASK = """
CREATE FUNCTION answer(expression text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE format('SELECT CASE WHEN v IS NULL THEN ''null'' ELSE ''is '' || v::text END'
        ' FROM (SELECT %s) AS found(v)', expression) INTO result;
    RETURN result;
EXCEPTION WHEN OTHERS THEN RETURN 'error';
END $$;
CREATE TABLE questions (number int, expression text);
"""


def _literal(value: PlainValue, quoted: bool = False) -> str:
    """Return a value in SQL; a text without its type where it is to be read as what it meets."""
    match value:
        case None:
            return "NULL"
        case str():
            text = "'" + value.replace("'", "''") + "'"
            return text if quoted else f"{text}::text"
        case tuple():
            return "'" + as_text(value).replace("'", "''") + "'::text[]"
        case _:
            return f"({value})"


def _is_typed(left: PlainValue, right: PlainValue) -> bool:
    """Tell whether PostgreSQL has one operator for the two: texts are read as what they meet."""
    kinds = {type(value) for value in (left, right) if value is not None and type(value) is not str}
    return len(kinds) < 2


def _answers(database: Database, expressions: list[str]) -> list[str]:
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute(ASK.encode())
        with connection.cursor().copy("COPY questions FROM STDIN") as copy:
            for number, expression in enumerate(expressions):
                copy.write_row((number, expression))
        rows = connection.execute("SELECT answer(expression) FROM questions ORDER BY number")
        return [answer for (answer,) in rows]


def _compare(database: Database, asked: list[tuple[str, str]]) -> None:
    """Compare what is said of expressions with what the server says, where anything is said."""
    answers = _answers(database, [expression for expression, _ in asked])
    wrong = [
        f"{expression}: {said!r}, but the server says {answer!r}"
        for (expression, said), answer in zip(asked, answers, strict=True)
        if said != answer
    ]
    assert not wrong, "\n".join(
        [f"{len(wrong)} of {len(asked)}", *wrong[:: max(len(wrong) // 30, 1)]]
    )


def _said(value: PlainValue) -> str:
    return "null" if value is None else f"is {as_text(value)}"


def test_casts_give_what_the_server_gives(database: Database) -> None:
    asked = []
    for value, type_name in product(VALUES, CAST_TYPES):
        if isinstance(value, tuple) and type_name in ("bool", "uuid", "int2", "int4", "int8"):
            continue
        try:
            said = _said(converted(value, type_name))
        except RefusedValue:
            said = "error"
        except NotFollowed:
            continue
        asked.append((f"CAST({_literal(value, quoted=True)} AS {type_name})", said))
    assert len(asked) > 550
    _compare(database, asked)


def test_operators_give_what_the_server_gives(database: Database) -> None:
    asked = []
    for symbol, left, right in product(OPERATORS, VALUES, VALUES):
        if not _is_typed(left, right):
            continue
        quoted = not (type(left) is type(right) is str or symbol == "||")
        try:
            said = _said(operated(symbol, left, right))
        except RefusedValue:
            said = "error"
        except NotFollowed:
            continue
        has_text = isinstance(left, str) or isinstance(right, str)
        if said == "null" and (symbol in "+-*/%" or left is right or not has_text):
            continue
        sides = (_literal(left, quoted), _literal(right, quoted))
        asked.append((f"{sides[0]} {OPERATORS[symbol]} {sides[1]}", said))
    assert len(asked) > 30_000
    _compare(database, asked)


def test_functions_give_what_the_server_gives(database: Database) -> None:
    asked = []
    assert set(CALLS) == set(FUNCTIONS)
    for name, given in CALLS.items():
        for arguments in given:
            try:
                said = _said(called(name, arguments))
            except RefusedValue:
                said = "error"
            except NotFollowed:
                continue
            asked.append((f"{name}({', '.join(map(_literal, arguments))})", said))
    assert len(asked) > 2_500
    _compare(database, asked)
