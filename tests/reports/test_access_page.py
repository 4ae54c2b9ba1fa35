"""The page of `rlslint access`, in a real browser where there is one."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rlslint.project import building
from tests.cli.test_access_graph import MORE
from tests.cli.test_access_routes import FILES
from tests.command_line import rlslint

HOSTILE = """CREATE TABLE "</script><img src=x onerror=alert(1)>" (id int);
GRANT SELECT ON "</script><img src=x onerror=alert(1)>" TO app;
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("project")
    migrations = {"migrations/0002_more.sql": MORE, "migrations/0003_odd.sql": HOSTILE}
    for name, content in {**FILES, **migrations}.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(content)
    written = project / "report.html"
    run = rlslint("access", "--output-format", "html", "-o", str(written), cwd=project)
    assert run.returncode == 0, run.stderr
    return written


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_the_page_asks_for_nothing_from_elsewhere_and_keeps_secrets(report: Path) -> None:
    page = report.read_text()
    assert "default-src 'none'" in page
    assert re.search(r"<[a-z][^>]*\s(?:src|href)\s*=", page.partition('id="data"')[0]) is None
    assert "s3cretword" not in page and "<img" not in page


def test_the_shortest_way_from_a_route_to_the_rows_of_all_tenants_is_told(report: Path) -> None:
    words = re.sub(r"<[^>]*>", "", report.read_text().partition('<h2 id="matrix-title"')[0])
    assert "the published port → (leads to) reports → (connects as) worker" in words


def test_each_answer_has_its_steps_with_their_places(report: Path) -> None:
    data = data_of(report.read_text())
    (project,) = data["projects"]
    roles = [role["name"] for role in project["roles"]]
    (group,) = (one for one in project["groups"] if "public.docs" in one["tables"])
    cell = data["cells"][group["cells"][roles.index("app")]]
    steps = next(steps for commands, *_, steps in cell if "SELECT" in data["texts"][commands])
    places = {data["texts"][place] for _, place, _ in data["steps"][steps]}
    assert "migrations/0001_docs.sql:3" in places


def test_what_was_not_followed_stands_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_dynamic.sql").write_text(
        "CREATE TABLE docs (id int); DO $$ BEGIN EXECUTE current_setting('app.what'); END $$;"
    )
    run = rlslint("access", "--output-format", "html", cwd=tmp_path)
    _, _, gaps = run.stdout.partition('<h2 id="gaps-title">')
    assert "that could not be followed" in gaps.partition("</section>")[0]
    assert "None in what could be checked." in run.stdout


def test_the_files_are_read_once_for_answers_and_findings(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    def counting(*parts: Any) -> Any:
        read.append(parts)
        return build(*parts)

    build = building.build
    monkeypatch.setattr(building, "build", counting)
    written = tmp_path / "again.html"
    words = ("access", "--output-format", "html", "-o", str(written))
    assert rlslint(*words, cwd=report.parent).returncode == 0
    assert len(read) == 1
    assert data_of(written.read_text())["projects"] == data_of(report.read_text())["projects"]


def test_thousands_of_tables_make_a_small_page(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    sql = "CREATE ROLE app LOGIN;\n" + "".join(
        f"CREATE TABLE t{n} (id int, tenant_id int); ALTER TABLE t{n} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY p ON t{n} USING (tenant_id = current_setting('app.t')::int);"
        f"GRANT SELECT ON t{n} TO app;\n"
        for n in range(500)
    )
    (tmp_path / "migrations" / "0001_many.sql").write_text(sql)
    run = rlslint("access", "--output-format", "html", "-o", "r.html", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    page = (tmp_path / "r.html").read_text()
    (project,) = data_of(page)["projects"]
    assert len(project["groups"]) == 1 and len(project["groups"][0]["tables"]) == 500
    assert len(page) < 500_000


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("there is no chromium with its driver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--disable-quic",
        "--window-size=1280,1200", f"--user-data-dir={tmp_path_factory.mktemp('browser')}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=Service(driver))
    yield opened
    opened.quit()


def test_a_browser_filters_follows_a_cell_to_its_steps_and_comes_back(
    browser: Any, report: Path
) -> None:
    def rows() -> list[str]:
        found = browser.find_elements("css selector", "#matrix tbody th[scope=row]")
        return [one.text.partition(" ⚑")[0] for one in found]

    browser.get(report.as_uri())
    assert browser.get_log("browser") == []
    assert {"public.docs", "public.prices", "public.rates"} <= set(rows())
    assert "public.</script><img src=x onerror=alert(1)>" in rows()
    browser.find_element("id", "search").send_keys("prices")
    assert rows() == ["public.prices"]
    browser.find_element("id", "search").clear()
    browser.find_element("id", "search").send_keys("public.docs")
    cell = browser.find_element("css selector", '#matrix button[aria-label^="app, public.docs"]')
    cell.send_keys("\n")
    detail = browser.find_element("id", "detail")
    assert browser.switch_to.active_element == detail
    assert "granted to app migrations/0001_docs.sql:6" in detail.text
    detail.send_keys("\ue00c")
    assert browser.switch_to.active_element == cell and not detail.is_displayed()


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_can_be_used_by_all(browser: Any, report: Path, dark: bool) -> None:
    from axe_core_python.selenium import Axe  # type: ignore[import-untyped]

    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    browser.get(report.as_uri())
    browser.find_element("css selector", "#matrix td button").click()
    found = Axe().run(browser)["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
