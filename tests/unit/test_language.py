import pytest

from moderation.domain.decision import Verdict
from moderation.policy import Language
from moderation.screening.language_rule import language_finding
from moderation.text.language import detect, speaks


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Das ist wirklich ein schöner Artikel, vielen Dank dafür!"),
        ("de", "DU BIST SO EIN VOLLIDIOT, HALT ENDLICH DIE KLAPPE"),
        ("fr", "ferme ta gueule espèce de connard"),
        ("es", "eres un idiota y no sabes nada de la vida"),
        ("pt", "isso não faz sentido nenhum, que vergonha"),
        ("tr", "sen tam bir aptalsın, sus artık lütfen"),
        ("ru", "ты полный идиот, закрой рот"),
        ("sw", "wewe ni mjinga sana, nyamaza kabisa"),
        ("tw", "Saa asɛm yi yɛ dɛ paa, medaase"),
        ("tw", "wo maame twe kwasia gyimii aboa"),
        ("ha", "Wannan labari yana da kyau sosai, na gode"),
    ],
)
def test_other_languages_are_told(code: str, text: str) -> None:
    detected = detect(text)
    assert detected is not None
    assert detected.code == code
    assert not speaks(detected, ("en",))
    assert speaks(detected, ("en", code))


@pytest.mark.parametrize(
    "text",
    [
        "You fat lazy moron go away",
        "HAHA LOL DIS GUY NO GET SENSE AT ALL",
        "Chale this thing dey bee waa, e no go fit spoil",
        "kys loser ur trash lmfao get rekt noob",
        "Ama Serwaa Boateng, Yaw Osei Kwabena, Kojo Mensah",
        "Oga abeg make una leave this matter",
        "shut the hell up bitch ass hoe",
        "i hope you die i hope you die",
        "Ha ha ha ha ha ha ha ha! Feel better, clown?",
    ],
)
def test_english_in_any_dress_is_english(text: str) -> None:
    assert speaks(detect(text), ("en",))


@pytest.mark.parametrize(
    "text", ["", "Danke schön!", "👍" * 50, "@hans https://example.de/abcdefghijk"]
)
def test_short_texts_are_not_judged(text: str) -> None:
    assert detect(text) is None


def test_an_unknown_language_is_held_by_its_name() -> None:
    german = detect("Das ist wirklich ein schöner Artikel, vielen Dank dafür!")
    finding = language_finding(german, Language())
    assert finding is not None
    assert (finding.rule, finding.verdict) == ("language", Verdict.HOLD)
    assert "German" in finding.detail
    assert language_finding(german, Language(unknown="ignore")) is None
    assert language_finding(german, Language(known=("en", "de"))) is None
    assert language_finding(None, Language()) is None
