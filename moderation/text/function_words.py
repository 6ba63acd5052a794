"""The commonest words of languages that the language model misses or mistakes.

Ours, written down for this service. Twi, Hausa, Yoruba and Igbo are missing from lid.176 or nearly
so, and Swahili is weak in it; people also write them without their special letters (ɛ, ɔ, ɓ, ẹ).
The English list holds only words that are hardly words elsewhere, insults and slang included.
"""

from collections.abc import Mapping
from types import MappingProxyType


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTION_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "tw": _words("""
            na wo me no yɛ ye sɛ se wɔ ɔ ne mo yi ho nso anaa nti bi paa koraa hwee saa deɛ dee
            ɛyɛ eye ɛno eno mma mmo nni nyɛ nye meda medaase woyɛ woye yɛn yen wɔn won mu so ara
            asɛm asem onipa nnipa ɛnnɛ enne ɛha eha ɛhɔ eho ɛdeɛn edeen dɛn den hena ɛhe ehe aban
            nyame awurade onyankopɔn onyankopon maame papa ɔbaa ɔbarima fie ama nyinaa pe pɛ twe
            kasa gyae gyimii kwasea kwasia aboa te tɛ sɛn sen nanso wonnim mennim ɔno ono yɛbɛ
            bɛ fa kɔ ko ba bra ase adwuma sika gye nkwa yeda yɛda adeɛ ade da
            """),
        "ha": _words("""
            da na ba ne ce shi ta su mu ku ya yi yana tana suna muna kuna ina kana an za ake wannan
            wanda wadda waɗanda wadanda amma sai don domin saboda kuma ko idan haka abin abu komai
            babu akwai mana muku musu masa mata mai masu wani wata wasu gwamnati kasa kasar allah
            sosai nagode gode mutane mutum yaya lafiya wallahi yau jiya gobe kai ke shugaban
            talakawa labari wa ga daga cikin zuwa kan nan can
            """),
        "yo": _words("""
            ni ti si ati àti fun fún ninu nínú wa wá won wọn awon àwọn yin yín yii yìí naa náà kan
            pe pé ko kò o ó mo a e ẹ se ṣe ṣé bi bí lati láti olorun ọlọ́run olúwa oluwa gan gan-an
            pupo púpọ̀ dara dára jẹ je ki kí o̩ ọ ọmọ omo nitori nítorí sugbon ṣùgbọ́n emi iwo
            """),
        "ig": _words("""
            na nke bu bụ ka ga m gi ya anyi anyị unu ha ndi ndị onye ihe ọ o a di dị ma mana maka
            kwuru nwere abughi abụghị nna nne chineke chukwu gozie imela daalu daalụ biko ebe ukwuu
            ọma oma mara mma ndị ahụ ahu oge obodo
            """),
        "sw": _words("""
            ya wa na kwa ni la za cha katika hii hiyo huyu hawa hao huo hizi yake yao yangu wetu
            yetu sana si siyo sio kama lakini pia bado kila mtu watu nchi serikali habari asante
            nzuri mungu wewe mimi yeye sisi wao kuwa ili tu hata hapa kule nini gani kwamba ambao
            hakuna kabisa leo jana kesho mjinga rais
            """),
    }
)

ENGLISH_WORDS: frozenset[str] = _words("""
    the and you your you're is are was were be been of for with this that that's these those it it's
    not don't doesn't didn't can't won't isn't have has had what who when where why how which they
    their them there here we our us she her him his my i i'm just like get got go going do does did
    know think people about out up down off over from by an or but if then than because will would
    could should can all any some more most very too really only other into after before good bad
    right wrong well back please thanks thank yes guy guys man men woman women bro dude boy girl
    thing things make made say said see look want need love hate shit fuck fucking fucker fucked
    bitch ass asshole idiot idiots moron stupid dumb dumbass crap hell damn dick cunt faggot fag
    whore slut loser retard gay suck sucks kill die trash noob lol lmao lmfao omg wtf smh tbh ngl
    u ur r im dont cant gonna wanna gotta ain't aint y'all yall dat dis dem da una dey wetin abeg
    sef no
    """)
