from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from rlslint.cli.running import problem_lines
from rlslint.config import Confidence, Severity
from rlslint.config.files import find_config, load_config
from rlslint.config.options import (
    OPTIONS,
    Accept,
    Config,
    ConfigError,
    json_schema,
    matching_ignores,
    parse_override,
    with_overrides,
)


def write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def refusal(path: Path) -> str:
    """Return what is printed of the error in a file."""
    with pytest.raises(ConfigError) as caught:
        load_config(path, read)
    return "\n".join(problem_lines(caught.value))


def read(path: str, folder: str) -> bytes:
    return Path(path).read_bytes()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_key_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "rlslint.toml",
        """
        select = ["RLS1"]
        runtime-roles = ["app"]
        platform = "supabase"
        force-exclude = true
        fail-on = "error"
        min-severity = "info"
        min-confidence = "medium"
        per-file-ignores = { "db/*" = ["rls-not-forced"] }

        [[accept]]
        rule = "rls-not-forced"
        object = "public.audit_log"
        reason = "written by the owner only"
        """,
    )
    config = load_config(path, read)
    assert config.select == ("RLS1",)
    assert (config.platform, config.force_exclude) == ("supabase", True)
    assert (config.fail_on, config.min_severity) == (Severity.error, Severity.info)
    assert config.min_confidence is Confidence.medium
    assert config.accept == (
        Accept("rls-not-forced", "public.audit_log", "written by the owner only"),
    )
    assert config.directory == str(tmp_path)


def test_the_examples_of_the_documentation_load_and_fit_the_schema(tmp_path: Path) -> None:
    schema = Draft7Validator(json_schema())
    write(tmp_path / "base/rlslint.toml", "")
    for key, option in OPTIONS.items():
        schema.validate(tomllib.loads(option.example))
        if key != "extend":
            load_config(write(tmp_path / "base/rlslint.toml", option.example), read)
    assert not schema.is_valid({"base-line": "x"})
    assert not schema.is_valid({"fail-on": "never"})
    assert not schema.is_valid({"accept": [{"rule": "x", "object": "y"}]})


def test_the_documented_defaults_are_the_defaults() -> None:
    config = Config()
    for key, option in OPTIONS.items():
        try:
            shown = tomllib.loads(f"value = {option.default}")["value"]
        except tomllib.TOMLDecodeError:
            continue
        assert with_overrides(config, [(key, shown)]) == config


def test_a_misspelt_key_is_shown_where_it_stands(tmp_path: Path) -> None:
    path = write(
        tmp_path / "pyproject.toml",
        '[project]\nname = "x"\n# runtime-role\n'
        '[tool.rlslint]\nforce-exclude = true\nruntime-role = ["app"]\n',
    )
    assert refusal(path) == (
        'pyproject.toml:6:1: unknown key "runtime-role"\n'
        "  |\n"
        '6 | runtime-role = ["app"]\n'
        "  | ^^^^^^^^^^^^\n"
        "  |\n"
        'help: did you mean "runtime-roles"?'
    )


def test_underscores_are_recognised_as_a_slip(tmp_path: Path) -> None:
    assert 'did you mean "fail-on"?' in refusal(
        write(tmp_path / "rlslint.toml", 'fail_on = "info"')
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('select = "RLS1"', 'expected a list of strings, found the string "RLS1"'),
        ("select = [1]", "expected a list of strings, found a mixed list"),
        ('force-exclude = "yes"', 'expected true or false, found the string "yes"'),
        ("force-exclude = 1", "expected true or false, found the number 1"),
        ("per-file-ignores = []", "expected a table of lists of strings, found a list"),
        ("accept = 3", "expected tables written [[accept]], found the number 3"),
        ('baselin = "x"', 'unknown key "baselin"'),
        ("select = [", "rlslint.toml:1:11:"),
        ("select = @", "rlslint.toml:1:10: Invalid value"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, content: str, message: str) -> None:
    text = refusal(write(tmp_path / "rlslint.toml", content))
    assert message in text
    assert "rlslint.toml:1:" in text
    assert "\n1 | " in text


def test_a_wrong_choice_marks_the_value_and_offers_the_near_one(tmp_path: Path) -> None:
    text = refusal(write(tmp_path / "rlslint.toml", '\nplatform = "supabse"\n'))
    assert text.startswith('rlslint.toml:2:13: platform: expected "auto", "postgres" or "supabase"')
    assert "  |             ^^^^^^^\n" in text
    assert text.endswith('did you mean "supabase"?')


def test_an_accept_needs_all_three_keys(tmp_path: Path) -> None:
    first = '[[accept]]\nrule = "a"\nobject = "b"\nreason = "c"\n\n'
    path = write(tmp_path / "rlslint.toml", f'{first}[[accept]]\nrule = "a"\nobject = "b"\n')
    assert refusal(path).startswith('rlslint.toml:6:3: accept needs "reason" as well')
    path = write(tmp_path / "rlslint.toml", f'{first}[[accept]]\nrules = "a"\n')
    assert refusal(path).startswith('rlslint.toml:7:1: unknown key "rules" in accept')
    path = write(tmp_path / "rlslint.toml", '[[accept]]\nrule = "a"\nobject = "b"\nreason = " "\n')
    assert "reason: expected a string with some text" in refusal(path)


@pytest.mark.parametrize(
    ("content", "places"),
    [
        ('runtime-roles = ["app_user", "app"]', [(18, "app_user"), (30, "app")]),
        (
            '[[accept]]\nrule = "r"\nobject = "runtime-roles"\nreason = "x"\n'
            '[tool]\nx = """\n[tool.rlslint]\nruntime-roles = ["a"]\n"""\n'
            '[tool.rlslint]\n# runtime-roles\nruntime-roles = [\n  \'b\', # "a"\n  "a",\n]\n',
            [(168, "b"), (181, "a")],
        ),
        ('[tool.rlslint]\n"runtime\\u002droles" = ["ü", "a"]', [(40, "ü"), (46, "a")]),
    ],
)
def test_a_name_is_found_where_its_option_has_it(
    tmp_path: Path, content: str, places: list[tuple[int, str]]
) -> None:
    name = "pyproject.toml" if "[tool" in content else "rlslint.toml"
    named = load_config(write(tmp_path / name, content), read).named
    found = [one.place for one in named if one.option == "runtime-roles"]
    assert [(one.start, one.source[one.start : one.end].decode()) for one in found] == places


def test_the_nearest_file_is_found_and_the_dotted_one_first(tmp_path: Path) -> None:
    outer = write(tmp_path / "pyproject.toml", "[tool.rlslint]\n")
    write(tmp_path / "db/pyproject.toml", "[project]\n# rlslint\n")
    (tmp_path / "db/deep").mkdir()
    assert find_config(tmp_path / "db/deep", read) == str(outer)
    plain = write(tmp_path / "db/rlslint.toml", "")
    assert find_config(tmp_path / "db/deep", read) == str(plain)
    dotted = write(tmp_path / "db/.rlslint.toml", "")
    assert find_config(tmp_path / "db/deep", read) == str(dotted)


def test_a_file_builds_on_the_one_that_it_extends(tmp_path: Path) -> None:
    accept = '[[accept]]\nrule = "r"\nobject = "{}"\nreason = "x"\n'
    write(
        tmp_path / "base.toml",
        'runtime-roles = ["a"]\nowner-roles = ["o"]\nextend-select = ["RLS1"]\n'
        'migrations = ["db/*.sql"]\nexclude = ["scratch", "db/old"]\n' + accept.format("base"),
    )
    path = write(
        tmp_path / "service/rlslint.toml",
        'extend = "../base.toml"\nruntime-roles = ["b"]\nextend-select = ["RLS2"]\n'
        + accept.format("own"),
    )
    config = load_config(path, read)
    assert (config.runtime_roles, config.owner_roles) == (("b",), ("o",))
    assert config.extend_select == ("RLS1", "RLS2")
    assert config.migrations == ("../db/*.sql",)
    assert config.exclude == ("scratch", "../db/old")
    assert [item.object for item in config.accept] == ["base", "own"]


def test_files_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.toml", 'extend = "b.toml"')
    write(tmp_path / "b.toml", 'extend = "a.toml"')
    assert "the configuration files extend each other" in refusal(path)
    assert refusal(write(tmp_path / "c.toml", 'extend = "none.toml"')).startswith(
        "c.toml:1:11: there is no file none.toml to extend"
    )


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.toml").endswith(
        "none.toml: cannot be read: No such file or directory"
    )
    path = tmp_path / "rlslint.toml"
    path.write_bytes(b'select = ["\xff"]')
    assert "rlslint.toml:1:12: the file is not UTF-8" in refusal(path)


@pytest.mark.parametrize(
    ("argument", "pair"),
    [
        ("fail-on='error'", ("fail-on", "error")),
        ("fail-on=error", ("fail-on", "error")),
        ("select=['RLS1', 'RLS2']", ("select", ["RLS1", "RLS2"])),
        ("select=RLS1,rls-not-forced", ("select", ["RLS1", "rls-not-forced"])),
        ("force-exclude = true", ("force-exclude", True)),
    ],
)
def test_an_override_is_toml_or_bare(argument: str, pair: tuple[str, object]) -> None:
    assert parse_override(argument) == pair
    with_overrides(Config(), [pair])


def test_a_wrong_override_is_refused_with_a_hint() -> None:
    with pytest.raises(ConfigError, match=r'unknown option "selct" \(did you mean "select"\?\)'):
        with_overrides(Config(), [("selct", [])])
    with pytest.raises(ConfigError, match=r'did you mean "error"'):
        with_overrides(Config(), [("fail-on", "eror")])
    with pytest.raises(ConfigError, match="expected KEY=VALUE"):
        parse_override("select")


def test_per_file_ignores_match_names_folders_and_their_opposite(tmp_path: Path) -> None:
    config = Config(
        directory=str(tmp_path),
        per_file_ignores={
            "legacy.sql": ("a",),
            "db/*": ("b",),
            "**/seeds/*.sql": ("c",),
            "!db/**": ("d",),
        },
    )
    assert matching_ignores(config, tmp_path / "db/legacy.sql") == ("a", "b")
    assert matching_ignores(config, Path("seeds/x.sql")) == ("c", "d")
    assert matching_ignores(config, Path("other/seeds/x.sql")) == ("c", "d")
