"""What does the user see, and with which status does a command end?"""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import __main__ as command_line
from analysis.__main__ import PROJECT, main, order_of, parser, tell_defect
from analysis.publish.stage import Stage, held

PYTHON = Path(sys.executable).parent
SETTINGS = ["Q", "DATA", "REPORTS", "PARAMS", "LANGUAGE", "JOBS", "REBUILD", "BY", "PUBLIC_DATA"]
BAD_QUARTERS = ["", "2024Q5", "2024q3", "２０２４Ｑ３", "2024Q３", "../../x", "2024Q3;id", "2024Q3\n", " 2024Q3",
                "1999Q3"]


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("quarter", BAD_QUARTERS)
@pytest.mark.parametrize("command", ["quarter", "data", "verify", "sheets"])
def test_what_is_no_quarter_is_refused(command: str, quarter: str, tmp_path: Path, capsys) -> None:
    assert main([command, f"--quarter={quarter}", f"--reports={tmp_path}"]) == 2
    assert last_line(capsys).startswith("refused: Q is not a quarter")
    assert list(tmp_path.iterdir()) == []


def test_quarter_without_plan_is_refused(tmp_path: Path, capsys) -> None:
    assert main(["quarter", "--quarter=2099Q1", f"--reports={tmp_path}"]) == 2
    assert "no evaluation plan for 2099Q1" in last_line(capsys)
    assert not (tmp_path / "2099Q1").exists()


@pytest.mark.parametrize(("option", "said"), [
    ("--jobs=0", "JOBS"), ("--jobs=two", "JOBS"), ("--jobs=-1", "JOBS"), ("--jobs=３", "JOBS"),
    ("--data=/nowhere", "DATA"), ("--params=/nowhere", "PARAMS"), ("--nonsense=1", "command line"),
])
def test_bad_option_is_refused(option: str, said: str, tmp_path: Path, capsys) -> None:
    assert main(["quarter", "--quarter=2024Q3", f"--reports={tmp_path}", option]) == 2
    line = last_line(capsys)
    assert line.startswith("refused: ")
    assert said in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["/dev/null/x", "/proc/x", "/" + "x" * 300])
def test_reports_that_cannot_be_written_are_refused(folder: str, capsys) -> None:
    assert main(["quarter", "--quarter=2024Q3", f"--reports={folder}"]) == 2
    assert "the reports folder cannot be written" in last_line(capsys)


@pytest.mark.parametrize("option", ["--data", "--params"])
def test_a_name_too_long_for_a_folder_is_refused(option: str, capsys) -> None:
    assert main(["quarter", "--quarter=2024Q3", f"{option}=/{'x' * 300}"]) == 2
    assert "is not a folder" in last_line(capsys)


def test_what_is_not_published_cannot_be_verified_and_nothing_is_written(tmp_path: Path, capsys) -> None:
    assert main(["verify", "--quarter=2024Q3", f"--reports={tmp_path / 'none'}"]) == 2
    assert "not published here" in last_line(capsys)
    assert list(tmp_path.iterdir()) == []


def test_a_rebuild_is_asked_for_in_words_we_know(tmp_path: Path, capsys) -> None:
    assert main(["verify", "--quarter=2024Q3", f"--reports={tmp_path}", "--rebuild=perhaps"]) == 2
    assert "REBUILD is neither yes nor no" in last_line(capsys)


@pytest.mark.parametrize("text", [
    "$(shell touch {0})", "$$(touch {0})", "`touch {0}`", '"; touch {0}; "', "$(error no)",
])
def test_make_runs_nothing_that_a_setting_says(text: str, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    settings = [f"{name}={text.format(ran)}" for name in SETTINGS]
    arguments = ["make", "-o", ".venv/.ready", "quarter", f"BIN={PYTHON}", *settings]
    done = subprocess.run(arguments, cwd=PROJECT, capture_output=True, text=True)
    assert done.stderr.startswith("refused: Q is not a quarter")
    assert done.returncode == 2
    assert not ran.exists()


@pytest.mark.parametrize("command", ["appraisal", "plan", "actions"])
def test_a_command_that_works_on_something_is_told_on_what(command: str, tmp_path: Path, capsys) -> None:
    assert main(["quarter", "filled.csv", "--quarter=2024Q3", f"--reports={tmp_path}"]) == 2
    assert main([command, "--quarter=2024Q3", f"--reports={tmp_path}"]) == 2
    assert "are told what to work on" in last_line(capsys)
    assert list(tmp_path.iterdir()) == []


def test_empty_option_is_not_given() -> None:
    empty = [f"--{name}=" for name in ("data", "reports", "params", "language", "jobs", "rebuild")]
    given = order_of(parser().parse_args(["quarter", "--quarter=2024Q3", *empty]))
    assert given == order_of(parser().parse_args(["quarter", "--quarter=2024Q3"]))
    assert (given.data, given.language) == (None, "")


def test_held_quarter_is_busy(tmp_path: Path, capsys) -> None:
    with held(Stage(tmp_path, "2024Q3")):
        assert main(["quarter", "--quarter=2024Q3", f"--reports={tmp_path}"]) == 75
    assert last_line(capsys).startswith("busy: another run of 2024Q3")


def test_heavy_libraries_are_not_imported_to_refuse_or_wait() -> None:
    program = "import sys, analysis.__main__; print(sorted({'pandas', 'papermill', 'pydantic'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "[]\n"


def test_refusal_from_the_shell_has_status_and_no_traceback() -> None:
    command = [sys.executable, "-m", "analysis", "quarter", "--quarter=$(id)"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("refused: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_reader_who_stops_reading_is_no_defect() -> None:
    program = "from analysis.__main__ import _say\nfor _ in range(9): _say('x' * 100_000)"
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(program)} | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "x", "")


def test_ctrl_c_ends_with_its_own_status(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(command_line.COMMANDS, "quarter", interrupted)
    assert main(["quarter"]) == 130
    assert last_line(capsys).startswith("interrupted: ")


def test_defect_is_one_line_and_its_log_holds_no_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys) -> None:
    monkeypatch.setattr(command_line, "PROJECT", tmp_path)
    try:
        {}["Li Lei"]
    except KeyError as error:
        tell_defect(KeyError, error, error.__traceback__)
    said, log = capsys.readouterr().err, (tmp_path / ".cache" / "defect.log").read_text()
    assert said.startswith("defect: KeyError at ")
    assert "test_command_line.py" in log
    assert "Li Lei" not in said + log
