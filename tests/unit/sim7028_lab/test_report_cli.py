"""`sim7028-lab report` and `sim7028-lab catalogue`, as a program calls them."""

import json
import sys

import pytest

from sim7028_lab.cli import main
from sim7028_lab.report import publish as publishing
from sim7028_lab.report.journal import Outcome


@pytest.fixture
def call(monkeypatch, capsys):
    """Calls the command line: exit code, stdout, stderr."""
    monkeypatch.setattr(publishing, "write_dashboard", lambda outputs, folder: None)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["sim7028-lab", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return left.value.code, said.out, said.err

    return run


def test_a_good_run(call, results, told):
    folder = results(told("One"))
    code, out, err = call("report", folder)
    assert (code, out) == (0, f"{folder / 'summary.html'}\n")
    assert err == "SIMULATED MODULE. The one scenario passes.\n"


def test_a_bad_run_as_data(call, results, told):
    code, out, _ = call("report", results(told("One", Outcome.FAILED, "no")), "--json")
    assert code == 1
    assert json.loads(out)["verdict"] == "FAIL"


def test_a_killed_run(call, results, told):
    code, _, err = call("report", results(told("One"), planned=["Two"], killed=True))
    assert code == 1
    assert "INCOMPLETE" in err
    assert "Missing: 1 of 2 planned scenarios have no result." in err


def test_each_of_several_benches_has_a_line(call, results, told, real, tmp_path):
    first, second = results(told("One")), results(told("One", Outcome.FAILED, "no"), bench=real)
    code, _, err = call("report", first, second, "--output", tmp_path / "both")
    assert code == 1
    assert "virtual: PASS. The one scenario passes.\n" in err
    assert "cellar: FAIL. 1 of 1 scenario fails.\n" in err


def test_several_runs_need_a_place(call, results, told, tmp_path):
    first, second = results(told("One")), results(told("One"))
    code, _, err = call("report", first, second)
    assert code == 2
    assert "--output" in err
    code, out, _ = call("report", first, second, "--output", tmp_path / "both")
    assert (code, out) == (0, f"{tmp_path / 'both' / 'summary.html'}\n")


@pytest.mark.parametrize("what", ["nothing", "history", "requirements"])
def test_files_that_cannot_be_used(call, results, told, tmp_path, what):
    folder = results(told("One"))
    bad = tmp_path / "bad"
    bad.write_text("bad\n")
    arguments = {
        "nothing": [tmp_path],
        "history": [folder, "--history", bad],
        "requirements": [folder, "--requirements", bad],
    }[what]
    code, out, err = call("report", *arguments)
    assert (code, out) == (2, "")
    assert str(tmp_path) in err


def test_the_catalogue_and_the_keywords(call, tmp_path):
    suite = tmp_path / "robot" / "06__read" / "reads.robot"
    suite.parent.mkdir(parents=True)
    suite.write_text(
        """
*** Test Cases ***
A <b>Value</b> Reaches The Server
    [Documentation]    It gets "there".
    [Tags]    LWREAD-ONE    smoke
    Server Starts Reading    /3303/0/5700
    Server Should Receive    F    21.5
Nothing Is Claimed
    No Operation
"""
    )
    code, out, _ = call("catalogue", tmp_path / "robot", "--output", tmp_path / "pages")
    assert code == 0
    catalogue, keywords = map(str, out.split())
    page = (tmp_path / "pages" / "catalogue.html").read_text("utf-8")
    assert catalogue.endswith("catalogue.html")
    assert "A &lt;b&gt;Value&lt;/b&gt; Reaches The Server" in page
    assert "It gets &#34;there&#34;." in page
    assert "<code>LWREAD-ONE</code>" in page
    assert "tagged smoke" in page
    assert "Server Should Receive    F    21.5" in page
    assert keywords.endswith("keywords.html")
    assert "Server Should Receive" in (tmp_path / "pages" / "keywords.html").read_text("utf-8")


@pytest.mark.parametrize("made", [True, False])
def test_no_scenarios(call, tmp_path, made):
    folder = tmp_path / "robot"
    if made:
        folder.mkdir()
    code, _, err = call("catalogue", folder, "--output", tmp_path)
    assert code == 2
    assert str(folder) in err


@pytest.mark.parametrize("command", ["report", "catalogue"])
def test_help_has_an_example(call, command):
    code, out, _ = call(command, "--help")
    assert code == 0
    assert "Example: sim7028-lab" in out
