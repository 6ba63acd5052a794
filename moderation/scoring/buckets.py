"""Which texts go through the model together: those of similar length, since padding costs time."""

from collections.abc import Sequence


def similar_lengths(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Places in `lengths`, shortest first, in groups whose padded size is at most `budget`.

    Padded size is count × longest; a single text larger than the budget is a group of its own.
    """
    groups: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if groups and (len(groups[-1]) + 1) * lengths[place] <= budget:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups
