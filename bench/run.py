"""Measure rlslint beside squawk and pgrls on generated SQL, and print Markdown tables.

The tools take turns, so that a busy machine slows all of them alike: compare the ratios of one
run, not the seconds of two. A tool that is missing or fails is named in the table.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

GENERATE = Path(__file__).with_name("generate.py")
SLOW_SECONDS = 5.0

HISTORY = "500 migrations"
TENFOLD = "5,000 migrations"
SMALL = "one small file"
SCHEMA = "2,000 tables, 8,000 policies"
LIVE = "a database of 5,000 tables, 10,000 policies"

RLSLINT = "rlslint"
SQUAWK = "squawk"
SQUAWK_SHORT = "squawk --reporter gcc"
PGRLS = "pgrls"


@dataclass(frozen=True)
class Measurement:
    wall: float
    cpu: float
    peak_megabytes: float


@dataclass
class Job:
    """One tool on one input, and what its runs took."""

    workload: str
    tool: str
    command: Sequence[str] | None
    failure: str = ""
    closing_line: str = ""
    output_bytes: int = 0
    is_slow: bool = False
    runs: list[Measurement] = field(default_factory=list)

    @property
    def median_wall(self) -> float:
        return statistics.median(run.wall for run in self.runs)

    @property
    def peak_megabytes(self) -> float:
        return max(run.peak_megabytes for run in self.runs)


@dataclass(frozen=True)
class Promise:
    """A limit on a ratio of median wall times, or on the peak memory of one job."""

    text: str
    limit: float
    measured: tuple[str, str]
    compared_with: tuple[str, str] | None = None


PROMISES = (
    Promise("wall, rlslint / squawk (aim: 1.3)", 2, (HISTORY, RLSLINT), (HISTORY, SQUAWK)),
    Promise(
        "wall, rlslint / squawk with its short report",
        2,
        (HISTORY, RLSLINT),
        (HISTORY, SQUAWK_SHORT),
    ),
    Promise("wall, rlslint / pgrls", 1 / 4, (SMALL, RLSLINT), (SMALL, PGRLS)),
    Promise("wall, rlslint / pgrls", 1 / 20, (SCHEMA, RLSLINT), (SCHEMA, PGRLS)),
    Promise("wall, rlslint / itself on 500", 11, (TENFOLD, RLSLINT), (HISTORY, RLSLINT)),
    Promise("peak memory of rlslint, MB", 100, (HISTORY, RLSLINT)),
    Promise("peak memory of rlslint, MB", 150, (SCHEMA, RLSLINT)),
    Promise("wall, rlslint / pgrls", 1 / 10, (LIVE, RLSLINT), (LIVE, PGRLS)),
    Promise("peak memory of rlslint, MB", 200, (LIVE, RLSLINT)),
)


def generate(data: Path) -> None:
    """Write the inputs in processes of their own, which keeps this one's memory small."""
    for arguments in (
        ("migrations", "migrations", "--files", "500"),
        ("migrations", "tenfold", "--files", "5000"),
        ("schema", "schema/schema.sql"),
        ("small", "small/0001_small.sql"),
    ):
        subprocess.run([sys.executable, str(GENERATE), *arguments], cwd=data, check=True)
    with (data / "migrations.sql").open("wb") as joined:
        for path in sorted((data / "migrations").glob("*.sql")):
            joined.write(path.read_bytes())


def find_tool(name: str, tools: Path | None) -> str | None:
    places = [str(tools)] if tools else []
    places += [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    return shutil.which(name, path=os.pathsep.join(places))


def find_rlslint(tools: Path | None) -> list[str] | None:
    script = find_tool(RLSLINT, tools)
    if script:
        return [script]
    return [sys.executable, "-m", "rlslint"] if find_spec("rlslint") else None


def fill(database: str) -> None:
    """Make the live schema in a database that has no table yet."""
    import psycopg
    from generate import schema

    with psycopg.connect(database, autocommit=True) as connection:
        tables = connection.execute("SELECT FROM pg_tables WHERE schemaname = 'public'").rowcount
        if not tables:
            for statement in (*schema(5000, 2), "ANALYZE"):
                connection.execute(statement.encode())


def live_jobs(database: str, tools: Path | None) -> list[Job]:
    rlslint, pgrls = find_rlslint(tools), find_tool(PGRLS, tools)
    return [
        Job(LIVE, RLSLINT, [*rlslint, "audit", database] if rlslint else None),
        Job(LIVE, PGRLS, [pgrls, "lint", "--database-url", database] if pgrls else None),
    ]


def jobs(data: Path, tools: Path | None) -> list[Job]:
    rlslint, squawk = find_rlslint(tools), find_tool(SQUAWK, tools)
    pgrls = find_tool(PGRLS, tools)
    migrations = sorted(str(path.relative_to(data)) for path in data.glob("migrations/*.sql"))

    def check(path: str) -> list[str] | None:
        return [*rlslint, "check", path] if rlslint else None

    def offline(path: str) -> list[str] | None:
        return [pgrls, "lint", "--sql-file", path] if pgrls else None

    return [
        Job(HISTORY, RLSLINT, check("migrations")),
        Job(HISTORY, SQUAWK, [squawk, *migrations] if squawk else None),
        Job(
            HISTORY,
            SQUAWK_SHORT,
            [squawk, "--reporter", "gcc", *migrations] if squawk else None,
        ),
        Job(HISTORY, PGRLS, offline("migrations.sql")),
        Job(SMALL, RLSLINT, check("small/0001_small.sql")),
        Job(SMALL, PGRLS, offline("small/0001_small.sql")),
        Job(SCHEMA, RLSLINT, check("schema/schema.sql")),
        Job(SCHEMA, PGRLS, offline("schema/schema.sql")),
        Job(TENFOLD, RLSLINT, check("tenfold")),
    ]


def run_once(job: Job, data: Path) -> Measurement | None:
    """Run the job's command, or note in the job why it gave no measurement."""
    if job.command is None:
        job.failure = "not installed"
        return None
    with (data / "stdout").open("wb") as output, (data / "stderr").open("wb") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(job.command, cwd=data, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    said = (data / "stderr").read_text(encoding="utf-8", errors="replace").strip()
    job.closing_line = said.rpartition("\n")[2]
    job.output_bytes = (data / "stdout").stat().st_size
    if process.returncode not in (0, 1) or "Traceback (most recent call last)" in said:
        job.failure = f"failed, exit status {process.returncode}: {job.closing_line[:100]}"
        return None
    bytes_per_unit = 1 if sys.platform == "darwin" else 1024
    peak = usage.ru_maxrss * bytes_per_unit / 1_000_000
    return Measurement(wall, usage.ru_utime + usage.ru_stime, peak)


def measure(all_jobs: Sequence[Job], data: Path, repetitions: int, slow_repetitions: int) -> None:
    for job in all_jobs:
        warm_up = run_once(job, data)
        job.is_slow = warm_up is not None and warm_up.wall > SLOW_SECONDS
    for repetition in range(repetitions):
        for job in all_jobs:
            if job.failure or (job.is_slow and repetition >= slow_repetitions):
                continue
            measurement = run_once(job, data)
            if measurement:
                job.runs.append(measurement)


def timings(all_jobs: Sequence[Job]) -> list[str]:
    lines = [
        "| input | tool | runs | wall median, s | wall minimum, s | CPU median, s | peak, MB "
        "| printed, kB |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for job in all_jobs:
        if job.failure or not job.runs:
            lines.append(f"| {job.workload} | {job.tool} | {job.failure or 'not run'} | | | | | |")
            continue
        fastest = min(run.wall for run in job.runs)
        cpu = statistics.median(run.cpu for run in job.runs)
        lines.append(
            f"| {job.workload} | {job.tool} | {len(job.runs)} | {job.median_wall:.3f} "
            f"| {fastest:.3f} | {cpu:.3f} | {job.peak_megabytes:.0f} "
            f"| {job.output_bytes / 1000:.0f} |"
        )
    return lines


def promises(all_jobs: Sequence[Job]) -> list[str]:
    measured = {(job.workload, job.tool): job for job in all_jobs if job.runs and not job.failure}
    lines = ["| input | promise | limit | measured | kept |", "|---|---|--:|--:|---|"]
    for promise in PROMISES:
        job = measured.get(promise.measured)
        other = measured.get(promise.compared_with) if promise.compared_with else None
        if job is None or (promise.compared_with and other is None):
            value, kept = "", "not measured"
        else:
            number = job.median_wall / other.median_wall if other else job.peak_megabytes
            value, kept = f"{number:.3g}", "yes" if number <= promise.limit else "no"
        lines.append(
            f"| {promise.measured[0]} | {promise.text} | {promise.limit:g} | {value} | {kept} |"
        )
    return lines


def machine() -> str:
    processor = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
                break
    return (
        f"{processor}, {os.cpu_count()} CPUs, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def versions(tools: Path | None) -> str:
    commands = {
        RLSLINT: find_rlslint(tools),
        SQUAWK: [found] if (found := find_tool(SQUAWK, tools)) else None,
        PGRLS: [found] if (found := find_tool(PGRLS, tools)) else None,
    }
    answers = []
    for name, command in commands.items():
        if command is None:
            answers.append(f"{name}: not installed")
            continue
        said = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
        answers.append(said.stdout.strip() or f"{name}: no version")
    return "; ".join(answers)


def report(all_jobs: Sequence[Job], tools: Path | None) -> None:
    own_peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    own_megabytes = own_peak * (1 if sys.platform == "darwin" else 1024) / 1_000_000
    print(f"Machine: {machine()}")
    print(f"Tools: {versions(tools)}")
    print(f"A peak of {own_megabytes:.0f} MB or less is this script's own, inherited by its child.")
    print("", *timings(all_jobs), "", *promises(all_jobs), sep="\n")
    print("\nWhat rlslint said last:\n")
    for job in all_jobs:
        if job.tool == RLSLINT:
            print(f"- {job.workload}: {job.closing_line or job.failure or 'nothing'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", type=Path, help="directory that holds squawk and pgrls")
    parser.add_argument("--repetitions", type=int, default=7, help="of each tool (7)")
    parser.add_argument(
        "--slow-repetitions",
        type=int,
        default=2,
        help=f"of a tool that needs more than {SLOW_SECONDS:g} s on an input (2)",
    )
    parser.add_argument("--data", type=Path, help="keep the generated files in this directory")
    parser.add_argument(
        "--database", metavar="URL", help="an empty database to fill, and to audit as well"
    )
    parser.add_argument(
        "--only-database", action="store_true", help="measure nothing but the database"
    )
    options = parser.parse_args()
    tools = options.tools.resolve() if options.tools else None
    with tempfile.TemporaryDirectory(prefix="rlslint-bench-") as temporary:
        data = (options.data or Path(temporary)).resolve()
        data.mkdir(parents=True, exist_ok=True)
        generate(data)
        all_jobs = [] if options.only_database else jobs(data, tools)
        if options.database:
            fill(options.database)
            all_jobs += live_jobs(options.database, tools)
        measure(all_jobs, data, options.repetitions, options.slow_repetitions)
        report(all_jobs, tools)


if __name__ == "__main__":
    main()
