"""`make bench`: the figures of docs/benchmarks.md, one after another."""

from bench import disguises, engine, service


def main() -> None:
    """Run everything that measures."""
    for part in (service, engine, disguises):
        print(f"\n## {part.__name__}\n")
        part.main()


main()
