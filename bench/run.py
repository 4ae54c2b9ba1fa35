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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

GENERATE = Path(__file__).with_name("generate.py")
EVERYDAY_GENERATOR = Path(__file__).with_name("everyday.py")
PROGRAMS_GENERATOR = Path(__file__).with_name("programs.py")
SLOW_SECONDS = 5.0

HISTORY = "500 migrations"
TWICE = "1,000 migrations"
EVERYDAY = "500 everyday migrations"
TWICE_EVERYDAY = "1,000 everyday migrations"
GIVEN = "the migrations given"
SMALL = "one small file"
SCHEMA = "2,000 tables, 8,000 policies"
TWICE_SCHEMA = "4,000 tables, 16,000 policies"
PROGRAMS = "10,000 programs, 300 with settings"
LIVE = "a database of 5,000 tables, 10,000 policies"

RLSLINT = "rlslint"
UNCHANGED = "rlslint, nothing changed since"
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
    """One tool on one input, and what its runs took.

    `remembers` keeps the cache directory from run to run; else each run starts with an empty one.
    """

    workload: str
    tool: str
    command: Sequence[str] | None
    remembers: bool = False
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
    """A limit on the median wall time of a job in seconds, on its ratio to another job's, or on
    the peak memory of the job in MB."""

    text: str
    limit: float
    measured: tuple[str, str]
    compared_with: tuple[str, str] | None = None
    of_memory: bool = False


def beside(workload: str, peer: str, limit: float, unchanged: float) -> tuple[Promise, Promise]:
    """Promise that rlslint is that quick beside another tool, at first and when asked again."""
    return (
        Promise(f"wall, rlslint / {peer}", limit, (workload, RLSLINT), (workload, peer)),
        Promise(
            f"wall, rlslint unchanged / {peer}", unchanged, (workload, UNCHANGED), (workload, peer)
        ),
    )


def twice(workload: str, doubled: str) -> Promise:
    return Promise("wall, twice as long / once", 2.3, (doubled, RLSLINT), (workload, RLSLINT))


PROMISES = (
    *beside(HISTORY, SQUAWK, 4, 0.5),
    *beside(EVERYDAY, SQUAWK, 4, 0.5),
    *beside(GIVEN, SQUAWK, 4, 0.5),
    Promise("wall of rlslint, s", 0.17, (SMALL, RLSLINT)),
    Promise("wall of rlslint unchanged, s", 0.07, (SMALL, UNCHANGED)),
    *beside(SCHEMA, PGRLS, 1 / 20, 1 / 200),
    twice(HISTORY, TWICE),
    twice(EVERYDAY, TWICE_EVERYDAY),
    twice(SCHEMA, TWICE_SCHEMA),
    Promise("peak memory of rlslint, MB", 60, (EVERYDAY, RLSLINT), of_memory=True),
    Promise("peak memory of rlslint, MB", 120, (SCHEMA, RLSLINT), of_memory=True),
    Promise("wall of rlslint, s", 3, (PROGRAMS, RLSLINT)),
    Promise("peak memory of rlslint, MB", 300, (PROGRAMS, RLSLINT), of_memory=True),
    Promise("wall, rlslint / pgrls", 1 / 15, (LIVE, RLSLINT), (LIVE, PGRLS)),
    Promise("peak memory of rlslint, MB", 200, (LIVE, RLSLINT), of_memory=True),
)


def generate(data: Path) -> None:
    """Write the inputs in processes of their own, which keeps this one's memory small."""
    for script, *arguments in (
        (GENERATE, "migrations", "migrations", "--files", "500"),
        (GENERATE, "migrations", "migrations-twice", "--files", "1000"),
        (EVERYDAY_GENERATOR, "everyday", "--files", "500"),
        (EVERYDAY_GENERATOR, "everyday-twice", "--files", "1000"),
        (GENERATE, "schema", "schema/schema.sql"),
        (GENERATE, "schema", "schema-twice/schema.sql", "--tables", "4000"),
        (GENERATE, "small", "small/0001_small.sql"),
        (PROGRAMS_GENERATOR, "programs"),
    ):
        subprocess.run([sys.executable, str(script), *arguments], cwd=data, check=True)


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


def jobs(data: Path, tools: Path | None, given: Path | None) -> list[Job]:
    rlslint, squawk = find_rlslint(tools), find_tool(SQUAWK, tools)
    pgrls = find_tool(PGRLS, tools)

    def check(workload: str, path: str) -> Iterator[Job]:
        command = [*rlslint, "check", path] if rlslint else None
        yield Job(workload, RLSLINT, command)
        yield Job(workload, UNCHANGED, command, remembers=True)

    def migrations(workload: str, folder: Path) -> Iterator[Job]:
        yield from check(workload, str(folder))
        files = sorted(str(path) for path in folder.glob("*.sql"))
        yield Job(workload, SQUAWK, [squawk, *files] if squawk else None)
        short = [squawk, "--reporter", "gcc", *files] if squawk else None
        yield Job(workload, SQUAWK_SHORT, short)

    def offline(path: str) -> list[str] | None:
        return [pgrls, "lint", "--sql-file", path] if pgrls else None

    found = [*migrations(HISTORY, data / "migrations"), *migrations(EVERYDAY, data / "everyday")]
    if given is not None:
        found += migrations(GIVEN, given)
    found += check(SMALL, "small/0001_small.sql")
    found += check(SCHEMA, "schema/schema.sql")
    found += check(PROGRAMS, "programs")
    found.append(Job(SCHEMA, PGRLS, offline("schema/schema.sql")))
    for workload, path in (
        (TWICE, "migrations-twice"),
        (TWICE_EVERYDAY, "everyday-twice"),
        (TWICE_SCHEMA, "schema-twice"),
    ):
        found += list(check(workload, path))[:1]
    return found


def run_once(job: Job, data: Path) -> Measurement | None:
    """Run the job's command, or note in the job why it gave no measurement."""
    if job.command is None:
        job.failure = "not installed"
        return None
    # Beside what is checked: rlslint uses no cache that lies in it.
    cache = Path(f"{data}-cache") / ("kept" if job.remembers else "of-one-run")
    if not job.remembers:
        shutil.rmtree(cache, ignore_errors=True)
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    # Else every run of a tool in Python compiles all its modules, which no user's does: the run
    # that does not count compiles them.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with (data / "stdout").open("wb") as output, (data / "stderr").open("wb") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            job.command, cwd=data, env=environment, stdout=output, stderr=errors
        )
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
            number = job.peak_megabytes if promise.of_memory else job.median_wall
            number = number / other.median_wall if other else number
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
    parser.add_argument(
        "--migrations", type=Path, metavar="DIR", help="a folder of migrations to measure as well"
    )
    options = parser.parse_args()
    tools = options.tools.resolve() if options.tools else None
    given = options.migrations.resolve() if options.migrations else None
    with tempfile.TemporaryDirectory(prefix="rlslint-bench-") as temporary:
        data = (options.data or Path(temporary, "inputs")).resolve()
        data.mkdir(parents=True, exist_ok=True)
        generate(data)
        all_jobs = [] if options.only_database else jobs(data, tools, given)
        if options.database:
            fill(options.database)
            all_jobs += live_jobs(options.database, tools)
        measure(all_jobs, data, options.repetitions, options.slow_repetitions)
        report(all_jobs, tools)


if __name__ == "__main__":
    main()
