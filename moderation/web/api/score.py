"""POST /api/v1/score: what the model and the site's policy think of texts; stores nothing."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from moderation.assessment import Assessment
from moderation.domain.access import ApiKey
from moderation.domain.comment import Plain
from moderation.domain.decision import Verdict
from moderation.domain.errors import NotFound, Overloaded, ScoringFailed
from moderation.web.api.forms import FindingForm, Form, ModelForm
from moderation.web.auth import SCORER
from moderation.web.body import Sent
from moderation.web.endpoint import Call, Nothing, endpoint, json_answer

MAX_TEXTS = 64
MAX_TEXT_LENGTH = 20_000
MAX_BATCH_BYTES = 2 * 1024 * 1024

Text = Annotated[Plain, Field(min_length=1, max_length=MAX_TEXT_LENGTH)]


class ScoreBody(Sent):
    """Texts to score."""

    texts: Annotated[list[Text], Field(min_length=1, max_length=MAX_TEXTS)]


class ResultForm(Form):
    """What is thought of one text."""

    scores: dict[str, float]
    verdict: Verdict
    language: str | None
    reasons: list[FindingForm]


class ScoresForm(Form):
    """One result for each text, in their order."""

    model: ModelForm
    results: list[ResultForm]


@endpoint(
    "POST",
    "/api/v1/score",
    summary="Score texts",
    tag="Scores",
    access=SCORER,
    body=ScoreBody,
    answers={200: ScoresForm},
    problems=(NotFound, Overloaded, ScoringFailed),
    example={"texts": ["Thank you!", "You are an idiot."]},
    body_limit=MAX_BATCH_BYTES,
)
async def score(call: Call[ApiKey, ScoreBody, Nothing]) -> Response:
    """Scores are between 0 and 1 for each label; the verdict is that of the key's site."""
    policy = call.services.site(call.who.site)
    assessments = await call.services.assessor.assess(call.body.texts, policy)
    return json_answer(_form(assessments))


ENDPOINTS = (score,)


def _form(assessments: Sequence[Assessment]) -> ScoresForm:
    return ScoresForm(
        model=ModelForm.model_validate(assessments[0].model),
        results=[ResultForm.model_validate(assessment) for assessment in assessments],
    )
