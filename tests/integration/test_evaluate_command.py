"""`moderation evaluate` as people run it, with a model whose scores can be worked out by hand."""

import csv
import gzip
import json
import math
import os
import re
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.service import POLICY, ROOT
from tests.unit.tiny_model import make_tiny_model

NAMES = ["text", "toxic", "insult", "threat"]
# "idiot" scores σ(2) toxicity, σ(3) insult, σ(-5) threat; "kill" σ(1), σ(-4), σ(2).
ROWS = [
    ["You idiot", 1, 1, 0],
    ["Idiot, again", 0, 0, 0],
    ["I kill you", 1, 0, 1],
    ["Good day", 0, 0, 0],
    ["How rude", 1, 0, 0],
    ["Fine by me", 0, 0, 0],
]


def sigmoid(value):
    return 1 / (1 + math.exp(-value))


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A folder with the tiny model and a policy that holds from .5 on and rejects from .9 on."""
    folder = tmp_path_factory.mktemp("evaluate")
    make_tiny_model(folder / "model")
    policy = re.sub(r"^hold = 0\..*$", "hold = 0.5", POLICY.read_text(), flags=re.MULTILINE)
    policy = re.sub(r"^reject = 0\..*$", "reject = 0.9", policy, flags=re.MULTILINE)
    policy += (
        '\n[sites.strict]\ntitle = "Strict"\n[sites.strict.thresholds.toxicity]\nhold = 0.01\n'
    )
    (folder / "policy.toml").write_text(policy)
    (folder / "blocklist.txt").write_text("")
    return folder


@pytest.fixture
def evaluate(house, tmp_path):
    """Runs the command in an empty folder."""

    def run(*arguments, path=()):
        env = os.environ | {
            "MODERATION_SCORER": str(house / "model"),
            "MODERATION_POLICY": str(house / "policy.toml"),
            "PYTHONPATH": os.pathsep.join([*map(str, path), str(ROOT)]),
            "COLUMNS": "200",
        }
        command = [sys.executable, "-m", "moderation", "evaluate", *map(str, arguments)]
        return subprocess.run(
            command,
            check=False,
            env=env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def write(path, names=NAMES, rows=ROWS, *, delimiter=","):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([names, *rows])
    return path


def figures(done, path):
    assert done.returncode == 0, done.stderr
    return json.loads(path.read_text(encoding="utf-8"))


def refused(done):
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


def test_the_figures_are_those_worked_out_by_hand(evaluate, tmp_path):
    out = tmp_path / "figures.json"
    found = figures(evaluate(write(tmp_path / "comments.csv"), "--json", out), out)

    assert found["file"] == "comments.csv"
    assert found["text_column"] == "text"
    assert found["label_columns"] == {"toxicity": "toxic", "insult": "insult", "threat": "threat"}
    assert found["site"] == "demo"
    assert found["model"]["id"] == "tiny"
    assert (found["rows"], found["rows_without_text"]) == (6, 0)
    toxicity = found["labels"]["toxicity"]
    # Positives σ(2) σ(1) σ(-4) against σ(2) σ(-4) σ(-4): (.5+1+1) + (0+1+1) + (0+.5+.5) of 9.
    assert (toxicity["rows"], toxicity["positives"]) == (6, 3)
    assert toxicity["auc"] == pytest.approx(5.5 / 9, abs=1e-6)
    # By score: 1 of 2 at σ(2), 2 of 3 at σ(1), 3 of 6 at σ(-4).
    assert toxicity["average_precision"] == pytest.approx((1 / 2 + 2 / 3 + 1 / 2) / 3, abs=1e-6)
    gaps = 2 * (sigmoid(2) - 1 / 2), 1 - sigmoid(1), 3 * (1 / 3 - sigmoid(-4))
    assert toxicity["ece"] == pytest.approx(sum(gaps) / 6, abs=1e-5)
    assert toxicity["hold"] == {
        "threshold": 0.5,
        "precision": pytest.approx(2 / 3, abs=1e-6),
        "recall": pytest.approx(2 / 3, abs=1e-6),
        "f1": pytest.approx(2 / 3, abs=1e-6),
    }
    assert toxicity["reject"] == {"threshold": 0.9, "precision": None, "recall": 0.0, "f1": 0.0}
    assert found["labels"]["insult"]["reject"]["precision"] == 0.5
    assert found["verdict"] == {
        "rows": 6,
        "positives": 3,
        "accuracy": pytest.approx(4 / 6, abs=1e-6),
        "false_positive_rate": pytest.approx(1 / 3, abs=1e-6),
        "precision": pytest.approx(2 / 3, abs=1e-6),
        "recall": pytest.approx(2 / 3, abs=1e-6),
        "f1": pytest.approx(2 / 3, abs=1e-6),
        "counts": {"approve": 3, "hold": 1, "reject": 2},
        "other_language": 0,
    }


def test_the_page_says_the_same_and_progress_stays_off_it(evaluate, tmp_path):
    done = evaluate(write(tmp_path / "comments.csv"))
    assert done.returncode == 0
    assert "6 rows of comments.csv" in done.stdout
    assert re.search(r"^toxicity +6 +3 +0\.6111 +0\.5556 ", done.stdout, re.MULTILINE)
    assert re.search(r"^toxicity +reject +0\.900 +n/a +0\.0000", done.stdout, re.MULTILINE)
    assert "verdict on all rows: 3 approve, 1 hold, 2 reject" in done.stdout
    assert "accuracy 0.6667, false positives 0.3333" in done.stdout
    assert "Scoring" in done.stderr
    assert "Scoring" not in done.stdout


def test_every_format_gives_the_same_figures(evaluate, tmp_path):
    plain = write(tmp_path / "comments.csv")
    zipped = tmp_path / "comments.csv.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    tabbed = write(tmp_path / "comments.tsv", delimiter="\t")
    parquet = tmp_path / "comments.parquet"
    pq.write_table(pa.table(dict(zip(NAMES, zip(*ROWS, strict=True), strict=True))), parquet)
    found = []
    for file in (plain, zipped, tabbed, parquet):
        out = tmp_path / "figures.json"
        read = figures(evaluate(file, "--json", out), out)
        assert read.pop("file") == file.name
        found.append(read)
    assert found == [found[0]] * 4


def test_texts_with_breaks_quotes_and_a_byte_order_mark(evaluate, tmp_path):
    file = tmp_path / "comments.csv"
    file.write_text('\ufefftext,toxic\r\n"You ""idiot"",\r\nyou",1\r\n\r\nFine,0\r\n', newline="")
    out = tmp_path / "figures.json"
    toxicity = figures(evaluate(file, "--json", out), out)["labels"]["toxicity"]
    assert (toxicity["rows"], toxicity["auc"]) == (2, 1.0)


def test_options_choose_columns_site_and_rows(evaluate, tmp_path):
    rows = [["x", "hateful", "You idiot"], ["x", "normal", "Good day"], ["x", "?", "never read"]]
    file = write(tmp_path / "comments.csv", ["comment", "label", "said"], rows)
    out = tmp_path / "figures.json"
    options = ("--text-column", "said", "--label-column", "label", "--limit", 2)
    found = figures(evaluate(file, *options, "--site", "strict", "--json", out), out)
    assert (found["rows"], found["site"]) == (2, "strict")
    assert found["label_columns"] == {"toxicity": "label"}
    assert found["labels"]["toxicity"]["hold"]["threshold"] == 0.01
    assert found["verdict"]["counts"] == {"approve": 0, "hold": 1, "reject": 1}


def test_rows_without_text_or_label_are_left_out_where_they_say_nothing(evaluate, tmp_path):
    rows = [["You idiot", 1, ""], ["  ", 1, 1], ["Good day", 0, -1], ["Fine", 0, 0]]
    file = write(tmp_path / "comments.csv", ["text", "toxic", "threat"], rows)
    out = tmp_path / "figures.json"
    done = evaluate(file, "--json", out)
    found = figures(done, out)
    assert (found["rows"], found["rows_without_text"]) == (3, 1)
    assert found["labels"]["toxicity"]["rows"] == 3
    assert found["labels"]["threat"]["rows"] == 1
    assert found["verdict"]["rows"] == 2, "whether the unrated row is clean is not known"
    assert "3 rows of comments.csv (1 without text left out)" in done.stdout


def test_a_label_with_one_class_has_no_auc(evaluate, tmp_path):
    rows = [["You idiot", 0, 1, ""], ["Good day", 0, 1, ""]]
    file, out = write(tmp_path / "comments.csv", NAMES, rows), tmp_path / "figures.json"
    done = evaluate(file, "--json", out)
    found = figures(done, out)["labels"]
    assert [found[label]["auc"] for label in ("toxicity", "insult", "threat")] == [None] * 3
    assert re.search(r"^toxicity +2 +0 +n/a +n/a", done.stdout, re.MULTILINE)
    assert "toxicity: every row is negative, so there is no AUC." in done.stdout
    assert "insult: every row is positive, so there is no AUC." in done.stdout
    assert "threat: no row is labelled, so nothing can be said of it." in done.stdout


def test_texts_in_other_languages_are_counted(evaluate, tmp_path):
    german = "Das ist ein sehr schöner Artikel, vielen Dank für die ausführliche Darstellung."
    file = write(tmp_path / "comments.csv", ["text", "toxic"], [[german, 0], ["You idiot", 1]])
    out = tmp_path / "figures.json"
    verdict = figures(evaluate(file, "--json", out), out)["verdict"]
    assert (verdict["other_language"], verdict["false_positive_rate"]) == (1, 1.0)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "a.csv is empty."),
        ("a.csv", b"text,toxic\n", "a.csv has no rows."),
        ("a.csv", b"text,toxic\n ,1\n", "a.csv has no text in the column 'text'."),
        ("a.csv", b"text,toxic\n\xff\xfe,1\n", "a.csv is not UTF-8; save it as UTF-8."),
        ("a.csv", b"text,toxic\nfine\n", "a.csv, line 2: 1 fields under 2 columns."),
        ("a.csv", b'text,toxic\n"fine,1\n', "a.csv, line 2: unexpected end of data."),
        ("a.csv", b"text,text,toxic\na,b,1\n", "a.csv has more than one column 'text'."),
        ("a.csv.gz", b"text,toxic\n", "a.csv.gz is not a whole gzip file: Not a gzipped file"),
        (
            "a.csv.gz",
            gzip.compress(b"text,toxic\n" * 99, mtime=0)[:-9],
            "a.csv.gz is not a whole gzip file",
        ),
        ("a.parquet", b"text,toxic\n", "a.parquet is not readable parquet: "),
        ("a.json", b"[]", "a.json has no known ending: use .csv, .csv.gz, .tsv, .tsv.gz or"),
        (
            "a.csv",
            b"text,toxic\nfine,maybe\n",
            "Row 1, column 'toxic': 'maybe' says neither yes nor no: a label is a number from 0 ",
        ),
        (
            "a.csv",
            b"words,toxic\nfine,0\n",
            "No column is named text, comment_text, comment or body: name the text's with --text-",
        ),
        (
            "a.csv",
            b"text,label\nfine,0\n",
            "No column is named like a label of the model (toxicity, insult, threat): name one ",
        ),
    ],
)
def test_a_file_that_cannot_be_measured_is_refused(evaluate, tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    assert refused(evaluate(name)).startswith(f"moderation: {sentence}")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--text-column", "no"], "There is no column 'no'. The file has the columns text, toxic,"),
        (["--label-column", "no"], "There is no column 'no'. The file has the columns text,"),
        (["--label-column", "toxic=rude"], "The model has no label 'rude'; it has toxicity,"),
        (
            ["--label-column", "text", "--label-column", "toxic"],
            "Which label is 'text'? Write --label-column text=LABEL with one of toxicity,",
        ),
        (
            ["--label-column", "insult=toxicity", "--label-column", "toxic"],
            "The columns insult and toxic both stand for toxicity.",
        ),
        (["--site", "no"], "There is no site 'no' in the policy."),
        (["--json", "no/figures.json"], "no/figures.json cannot be written."),
        (["--json", "."], ". cannot be written."),
    ],
)
def test_options_that_do_not_fit_are_refused(evaluate, tmp_path, options, sentence):
    write(tmp_path / "comments.csv")
    assert refused(evaluate("comments.csv", *options)).startswith(f"moderation: {sentence}")


def test_a_file_that_is_not_there(evaluate, tmp_path):
    assert refused(evaluate("no.csv")) == "moderation: There is no file no.csv."
    assert refused(evaluate("no.parquet")) == "moderation: There is no file no.parquet."
    (tmp_path / "folder.csv").mkdir()
    sentence = "moderation: folder.csv cannot be read: Is a directory"
    assert refused(evaluate("folder.csv")) == sentence


def test_parquet_texts_must_be_texts(evaluate, tmp_path):
    pq.write_table(pa.table({"text": [1, 2], "toxic": [0, 1]}), tmp_path / "a.parquet")
    sentence = "moderation: Row 1, column 'text': a text is expected, not int."
    assert refused(evaluate("a.parquet")) == sentence


def test_parquet_without_pyarrow_says_what_to_install(evaluate, tmp_path):
    stand_in = tmp_path / "without" / "pyarrow"
    stand_in.mkdir(parents=True)
    (stand_in / "__init__.py").write_text("raise ImportError")
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    done = evaluate("a.parquet", path=[stand_in.parent])
    assert refused(done) == "moderation: Reading parquet needs pyarrow: pip install pyarrow"


@pytest.mark.parametrize("wrong", [[], ["a.csv", "--limit", "0"], ["a.csv", "--what"]])
def test_wrong_usage_is_exit_code_2(evaluate, wrong):
    assert evaluate(*wrong).returncode == 2
