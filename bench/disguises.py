"""How many disguised words the blocklist catches and how many innocent ones it keeps.

Run with `python -m bench.disguises`.
"""

from moderation.screening.blocklist import Blocklist
from tests.unit.disguises import ALLOW, DISGUISED, ENTRIES, INNOCENT


def main() -> None:
    """Print both rates, and each text that the blocklist got wrong."""
    blocklist = Blocklist(ENTRIES, ALLOW)
    missed = [text for text in DISGUISED if not blocklist.find(text)]
    hit = [text for text in INNOCENT if blocklist.find(text)]
    print(f"caught {len(DISGUISED) - len(missed)} of {len(DISGUISED)} disguised")
    print(f"kept   {len(INNOCENT) - len(hit)} of {len(INNOCENT)} innocent")
    print("missed:", ", ".join(map(repr, missed)) or "none")
    print("wrongly caught:", ", ".join(map(repr, hit)) or "none")


if __name__ == "__main__":
    main()
