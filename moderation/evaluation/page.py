"""The figures for people: plain lines that fit a terminal."""

from collections.abc import Iterator

from moderation.evaluation.report import LabelReport, Report, VerdictReport


def page(figures: Report) -> Iterator[str]:
    """The report for people, line by line."""
    yield from _heading(figures)
    yield ""
    yield f"{'label':<16} {'rows':>7} {'positive':>9} {'AUC':>7} {'AP':>7} {'ECE':>7}"
    for one in figures.labels:
        shown = map(_shown, (one.auc, one.average_precision, one.calibration_error))
        yield f"{one.label:<16} {one.rows:>7} {one.positives:>9} " + " ".join(shown)
    yield ""
    yield f"{'at the threshold':<16} {'':>7} {'from':>9} {'prec.':>7} {'recall':>7} {'F1':>7}"
    for one in figures.labels:
        for at in one.thresholds:
            shown = map(_shown, (at.flagging.precision, at.flagging.recall, at.flagging.f1))
            yield f"{one.label:<16} {at.step:>7} {at.score:>9.3f} " + " ".join(shown)
    yield ""
    yield from map(_note, (one for one in figures.labels if one.auc is None))
    yield from _verdict_lines(figures.verdict)


def _heading(figures: Report) -> Iterator[str]:
    source = figures.source
    left_out = f" ({figures.without_text} without text left out)" if figures.without_text else ""
    yield f"{figures.rows} rows of {source.file}{left_out}"
    yield f"model {source.model.id} {source.model.version}, thresholds of site {source.site}"


def _note(one: LabelReport) -> str:
    if not one.rows:
        return f"{one.label}: no row is labelled, so nothing can be said of it."
    kind = "positive" if one.positives else "negative"
    return f"{one.label}: every row is {kind}, so there is no AUC."


def _verdict_lines(verdict: VerdictReport) -> Iterator[str]:
    counts = ", ".join(f"{count} {name}" for name, count in verdict.counts.items())
    flagging = verdict.flagging
    yield f"verdict on all rows: {counts} ({verdict.other_language} held for their language)"
    yield (
        f"held or rejected, against any label ({verdict.positives} of {verdict.rows} rows): "
        f"accuracy {_shown(flagging.accuracy).strip()}, "
        f"false positives {_shown(flagging.false_positive_rate).strip()}, "
        f"precision {_shown(flagging.precision).strip()}, "
        f"recall {_shown(flagging.recall).strip()}"
    )


def _shown(figure: float | None) -> str:
    return f"{'n/a':>7}" if figure is None else f"{figure:>7.4f}"
