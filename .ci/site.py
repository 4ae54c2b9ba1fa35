"""What mkdocs asks when it builds the site: pages that stand elsewhere in the repository.

The README is the first page, and each card is the page of its rule. Neither is kept twice: both are
read when the site is built, and links that lead out of docs/ are turned into those of the site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, normpath, relpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from rlslint.reports.reading import readable
from rlslint.rules import Card, card, family, rule_names

ROOT = Path(__file__).parent.parent
SOURCE = "https://github.com/rlslint/rlslint/blob/main/"
_LINK = re.compile(r"(\]\()([^)\s:]+?)(#[^)\s]*)?(\))")
_PLACES = {"README.md": "index.md"}
"""Pages of the site by their path in the repository, where it is not that below docs/."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the first page, a page for each rule, and those of the editors."""
    start = (ROOT / "README.md").read_text(encoding="utf-8")
    files.append(File.generated(config, "index.md", content=start))
    for name in rule_names():
        one = card(name)
        files.append(File.generated(config, f"rules/{name}.md", content=_page(one)))
    for path in sorted((ROOT / "editors").glob("*.md")):
        content = path.read_text(encoding="utf-8")
        files.append(File.generated(config, f"editors/{path.name}", content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links lead to the pages of the site, and to the repository for what is none."""
    here = page.file.src_uri
    source = _source_of(here)

    def turned(found: re.Match[str]) -> str:
        path = normpath(join(dirname(source), found[2]))
        place = _place_of(path)
        known = files.get_file_from_path(place) is not None
        target = relpath(place, dirname(here) or ".") if known else SOURCE + path
        return f"{found[1]}{target}{found[3] or ''}{found[4]}"

    return _LINK.sub(turned, markdown)


def _page(one: Card) -> str:
    title, _, rest = readable(one.text).partition("\n\n")
    return "\n".join((title, "", *_facts(one), "", rest))


def _facts(one: Card) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    yield f"| family | {family(one.code)} |"
    yield f"| severity | {one.severity.name} |"
    yield f"| confidence | {one.confidence.name} |"
    yield f"| effect | {one.effect} |"
    yield f"| told by | {', '.join(one.evidence)} |"
    if one.aliases:
        yield f"| also known as | {', '.join(one.aliases)} |"
    yield f"| since | {one.since} |"


def _source_of(page: str) -> str:
    """Return where in the repository a page of the site stands."""
    if page == "index.md":
        return "README.md"
    return page if page.startswith(("rules/", "editors/")) else f"docs/{page}"


def _place_of(path: str) -> str:
    """Return the page of the site for a path in the repository."""
    return _PLACES.get(path, path.removeprefix("docs/"))
