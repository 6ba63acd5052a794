"""Files: comments in (csv and tsv, also gzipped, and parquet), figures out (JSON).

It knows nothing of labels; what cannot be read is refused with the place and what to do.
"""

import csv
import gzip
import json
import os
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from moderation.domain.errors import Refused

Row = tuple[object, ...]

DELIMITERS = {".csv": ",", ".tsv": "\t"}
PARQUET = ".parquet"
BATCH_ROWS = 1_024


def column_names(path: Path) -> list[str]:
    """The names of the columns. Raises Refused."""
    with _refusals(path):
        names = _parquet_names(path) if _kind(path) == PARQUET else _csv_names(path)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Refused(f"{path} has more than one column {twice[0]!r}.")
    return names


def read_columns(path: Path, columns: Sequence[str], *, limit: int | None = None) -> list[Row]:
    """Those columns of the first `limit` rows, in the order of `columns`. Raises Refused."""
    read = _parquet_rows if _kind(path) == PARQUET else _csv_rows
    with _refusals(path), closing(read(path, columns)) as rows:
        return list(islice(rows, limit))


def insist_on_place(path: Path) -> None:
    """Refuse a file that cannot be written: better now than after an hour of scoring."""
    place = path if path.exists() else path.parent
    if path.is_dir() or not os.access(place, os.W_OK):
        raise Refused(f"{path} cannot be written.")


def write_json(path: Path, figures: Mapping[str, Any]) -> None:
    """Write strict JSON. Raises Refused."""
    text = json.dumps(figures, indent=2, ensure_ascii=False, allow_nan=False)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror or error}") from None


def _kind(path: Path) -> str:
    name = path.name.casefold()
    kind = Path(name.removesuffix(".gz")).suffix
    if kind in DELIMITERS or (kind == PARQUET and not name.endswith(".gz")):
        return kind
    raise Refused(f"{path} has no known ending: use .csv, .csv.gz, .tsv, .tsv.gz or .parquet.")


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Whatever is wrong with a file, in a sentence."""
    try:
        yield
    except FileNotFoundError:
        raise Refused(f"There is no file {path}.") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Refused(f"{path} is not a whole gzip file: {error}") from None
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise Refused(f"{path} is not UTF-8; save it as UTF-8.") from None


# csv and tsv


def _csv_names(path: Path) -> list[str]:
    with closing(_csv_lines(path)) as lines:
        _, names = next(lines)
    return names


def _csv_rows(path: Path, columns: Sequence[str]) -> Generator[Row, None, None]:
    with closing(_csv_lines(path)) as lines:
        _, names = next(lines)
        places = [names.index(column) for column in columns]
        for line, fields in lines:
            if len(fields) != len(names):
                raise Refused(
                    f"{path}, line {line}: {len(fields)} fields under {len(names)} columns."
                )
            yield tuple(fields[place] for place in places)


def _csv_lines(path: Path) -> Generator[tuple[int, list[str]], None, None]:
    """Line number and fields, the names of the columns first; blank lines are left out."""
    open_file: Callable[..., Any] = gzip.open if path.name.casefold().endswith(".gz") else open
    with open_file(path, "rt", encoding="utf-8-sig", newline="") as file:
        # Strict: a quote that is never closed would swallow rows, and the figures with them.
        lines = csv.reader(file, delimiter=DELIMITERS[_kind(path)], strict=True)
        is_empty = True
        try:
            for fields in lines:
                if fields:
                    is_empty = False
                    yield lines.line_num, fields
        except csv.Error as error:
            raise Refused(f"{path}, line {lines.line_num}: {error}.") from None
        if is_empty:
            raise Refused(f"{path} is empty.")


# parquet


def _parquet_names(path: Path) -> list[str]:
    with _parquet_file(path) as file:
        return [str(name) for name in file.schema_arrow.names]


def _parquet_rows(path: Path, columns: Sequence[str]) -> Generator[Row, None, None]:
    with _parquet_file(path) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(columns)):
            values = [batch.column(name).to_pylist() for name in columns]
            yield from zip(*values, strict=True)


@contextmanager
def _parquet_file(path: Path) -> Iterator[Any]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise Refused("Reading parquet needs pyarrow: pip install pyarrow") from None
    try:
        with pq.ParquetFile(path) as file:
            yield file
    except pa.ArrowException as error:
        reason = str(error).partition("\n")[0]
        raise Refused(f"{path} is not readable parquet: {reason}") from None
