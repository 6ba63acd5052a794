"""Which server wrote a data directory: another family, or an older one, must not open it.

An append-only file of Valkey 9 makes an older Redis refuse to start, with a worse message.
"""

import re
import subprocess
from pathlib import Path

from moderation.domain.errors import Refused

_VERSION = re.compile(r"^(Valkey|Redis) server v=(\d+)\.(\S+)")


def check_writer(folder: Path, binary: Path) -> None:
    """Refuse `binary` if `folder` was written by something it cannot read; else note it there."""
    ours = _version_of(binary)
    stamp = folder / "written-by"
    theirs = stamp.read_text(encoding="utf-8").strip() if stamp.exists() else ours
    family, major = _family_and_major(theirs)
    our_family, our_major = _family_and_major(ours)
    if family != our_family or major > our_major:
        raise Refused(
            f"{folder} was written by {theirs}, but {binary} is {ours}. Use the former "
            "(MODERATION_REDIS_SERVER), or another data directory (MODERATION_DATA_DIR)."
        )
    stamp.write_text(ours + "\n", encoding="utf-8")


def _version_of(binary: Path) -> str:
    try:
        output = subprocess.run(  # noqa: S603 - the operator names the binary
            [str(binary), "--version"], capture_output=True, text=True, check=True, timeout=10
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise Refused(f"{binary} does not run: {error}") from None
    if (found := _VERSION.match(output)) is None:
        raise Refused(f"{binary} is no Valkey or Redis server.")
    return f"{found[1]} {found[2]}.{found[3]}"


def _family_and_major(written: str) -> tuple[str, int]:
    family, _, version = written.partition(" ")
    return family, int(version.partition(".")[0])
