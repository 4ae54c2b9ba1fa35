"""The two files of a new rule: `python -m tests.new_rule NAME --of KIND --family RLS1`.

They are a beginning: the tests of the card tell what is still to be written.
"""

from __future__ import annotations

import argparse
import ast
import re
from pathlib import Path

from rlslint import __version__
from rlslint.rules import FAMILIES, card, rule_names
from rlslint.rules.registry import FOLDERS

ROOT = Path(__file__).parent.parent
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")

CARD = """# {name} ({code})

```toml
code = "{code}"
severity = "warning"
effect = "leak"
evidence = ["migrations", "live"]
since = "{version}"
```

## What it finds

One sentence that says what is wrong, in PostgreSQL's terms.

## Why it matters

Who can read, write or not read what, and why nothing tells them.

```sql bad
CREATE ROLE app_user LOGIN;
{bad}
```

```sql good
CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
INSERT INTO docs VALUES (1, 1, 'of tenant 1'), (2, 2, 'of tenant 2');
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
```

```sql probe
\\c - app_user
SET app.tenant_id = '1';
SELECT id, body FROM docs ORDER BY id;
-- bad: 1|of tenant 1
-- bad: 2|of tenant 2
-- good: 1|of tenant 1
```

## Exceptions

What was left out, and why.

## What rlslint cannot see

What no file and no catalog tells.

## References

- PostgreSQL manual, Row Security Policies
"""

OPEN_TABLE = """\
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text); -- {name}
INSERT INTO docs VALUES (1, 1, 'of tenant 1'), (2, 2, 'of tenant 2');
GRANT SELECT ON docs TO app_user;"""

OPEN_POLICY = """\
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
INSERT INTO docs VALUES (1, 1, 'of tenant 1'), (2, 2, 'of tenant 2');
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (true); -- {name}"""

CHECK = '''"""{name}: one sentence that says what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

{imports}


@rule
def {function}({argument}: {kind}, project: Project) -> Iterator[Finding]:
    if not _is_at_fault({argument}, project):
        return
    yield Finding(
        object=str({argument}),
        message=f"{{{object}}} shows whom what, because of what",
        span=shown({argument}.created),
        label="what is wrong here",
        help="the SQL that mends it",
    )


def _is_at_fault({argument}: {kind}, project: Project) -> bool:
    del {argument}, project
    return False
'''


def new_rule(name: str, kind: str, family: str, root: Path = ROOT) -> tuple[Path, Path]:
    """Write the card and the check of a rule, and return where they are.

    Raises ValueError where there is such a rule, or the name, kind or family is none.
    """
    if not _NAME.fullmatch(name) or name in rule_names():
        raise ValueError(f"{name} is taken, or is not of words like those of rls-not-forced")
    if kind not in FOLDERS or family not in FAMILIES:
        raise ValueError(f"one of {', '.join(FOLDERS)}; one of {', '.join(FAMILIES)}")
    function, folder = name.replace("-", "_"), root / "rlslint" / "rules" / "checks" / FOLDERS[kind]
    written = root / "rules" / f"{name}.md", folder / f"{function}.py"
    bad = (OPEN_POLICY if kind == "Policy" else OPEN_TABLE).format(name=name)
    text = CARD.format(name=name, code=_free_code(family), version=__version__, bad=bad)
    argument = re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower()
    made = CHECK.format(
        name=name,
        function=function,
        argument=argument,
        object="policy.relation" if kind == "Policy" else argument,
        kind=kind,
        imports="\n".join(_imports(kind)),
    )
    for path, content in zip(written, (text, made), strict=True):
        path.write_text(content, encoding="utf-8")
    return written


def _free_code(family: str) -> str:
    codes = (card(known).code for known in rule_names())
    last = max(int(code[3:]) for code in codes if code.startswith(family))
    return f"RLS{last + 1:03}"


def _imports(kind: str) -> list[str]:
    """Return the imports of a check, that of the kind from where other checks have it."""
    lines = {
        "from rlslint.project import Finding, shown",
        "from rlslint.project.project import Project",
        "from rlslint.rules.registry import rule",
    }
    folder = ROOT / "rlslint" / "rules" / "checks" / FOLDERS[kind]
    for path in sorted(folder.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and any(kind == one.name for one in node.names):
                return sorted({*lines, f"from {node.module} import {kind}"})
    return sorted(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="the name of the rule, as in rls-not-forced")
    parser.add_argument("--of", default="Table", choices=sorted(FOLDERS), help="what it looks at")
    parser.add_argument(
        "--family",
        required=True,
        choices=sorted(FAMILIES),
        help="; ".join(f"{prefix}: {title}" for prefix, title in FAMILIES.items()),
    )
    given = parser.parse_args()
    try:
        for made in new_rule(given.name, given.of, given.family):
            print(made.relative_to(ROOT))
    except ValueError as error:
        parser.error(str(error))
