"""Letters that pass for Latin ones: a small table after Unicode's confusables (UTS #39).

Chosen by eye from confusables.txt, plus lower-case shapes that people use though Unicode does not
list them (т, к, н). One letter to one letter, so that a fold never grows a text.
"""

from collections.abc import Mapping
from types import MappingProxyType


def _table(*columns: tuple[str, str]) -> dict[int, str]:
    return {
        ord(look): latin
        for looks, latins in columns
        for look, latin in zip(looks, latins, strict=True)
    }


LETTER_FORMS: Mapping[int, str] = MappingProxyType(
    _table(
        ("ɑƄᴄɡɪɩᴏƦƽᴜʋᴠɯᴡɣʏᴢƒłøđħŧıʙᴅᴇɢʜᴊᴋʟᴍɴᴘʀᴛꜰꜱ", "abcgiioRsuuvwwyyzflodhtibdeghjklmnprtfs"),
        ("ŁØĐĦŦ", "LODHT"),
        ("".join(map(chr, range(0x1F150, 0x1F16A))), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("".join(map(chr, range(0x1F170, 0x1F18A))), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    )
)
"""Latin in all but name: phonetic letters, small capitals, letters in black circles and squares."""

STRICT: Mapping[int, str] = MappingProxyType(
    _table(
        ("асԁеһіӏјорԛѕԝхуүѵгкт", "acdehiljopqswxyyvrkt"),
        ("АВСЕԌНІЈКМОРЅТѴХҮԜӀ", "ABCEGHIJKMOPSTVXYWI"),
        ("αειουνκρτϲϳ", "aeiouvkptcj"),
        ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϜͿ", "ABEZHIKMNOPTYXCFJ"),
    )
)
"""Cyrillic and Greek that make a whole word look Latin."""

LOOSE: Mapping[int, str] = MappingProxyType(
    {
        **STRICT,
        **_table(
            ("вмнпиёбзчьшщ", "bmnnuebeybww"),
            ("ИПУЧЗЬЯ", "NNYYEbR"),
            ("βγδηθλμπσςφχψωξ", "bydnolunoofxywe"),
            ("քցհոօգսաերտվ", "pghnoquwehsl"),
            ("ՏՍՕԼ", "SUOL"),
            ("ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᎩᏃ", "ABCDEGHiJKLMPRSTVWYZ"),
        ),
    }
)
"""What else passes for Latin in the company of true Latin letters."""
