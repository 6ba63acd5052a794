"""Disguised words to be caught, and innocent ones to pass: data for test and bench."""

ENTRIES = (
    "fuck*", "shit", "shitty", "bullshit", "ass", "asshole*", "bitch*", "cunt*", "dick", "nig",
    "nigger*", "nigga", "slut", "whore", "faggot*", "retard", "sex", "abet", "rape", "cum", "tit",
    "hoe", "coon", "spic", "kill yourself", "buy viagra", "idiot", "сука",
)  # fmt: skip
ALLOW = ("Dick Cheney", "Moby Dick", "sex education")

DISGUISED = (
    "fυck", "fuсk", "ƒυ¢к", "ѕһіт happens", "you аѕѕһоle", "f.u.c.k", "f-u-c-k", "f_u_c_k",
    "f u c k", "f u c k  y o u", "F U C K", "5h1t", "sh1t", "$hit", "5hit", "sh!t", "sh|t",
    "@ss", "a$$", "@sshole", "assh0le", "a55hole", "f*ck", "f**k", "f*cking", "s**t", "sh*t",
    "b*tch", "b!tch", "b1tch", "c*nt", "d1ck", "d!ck", "d*ck", "n1gger", "n1gg3r", "ni99er",
    "n!gger", "n*gger", "nigg3r", "niggerrrr", "s1ut", "sl*t", "wh0re", "wh*re", "f@ggot",
    "fagg0t", "r3tard", "ret@rd", "fuuuuuck", "shiiiiit", "biiiitch", "asssshole", "𝓯𝓾𝓬𝓴",
    "ⓕⓤⓒⓚ", "ｆｕｃｋ", "🅵🆄🅲🅺", "🅱itch", "f\u200bu\u200bc\u200bk", "f\u00aduck", "f̶u̷c̸k̶",
    "fúck", "ꜰᴜᴄᴋ", "s.h.i.t", "s h i t", "k1ll yourself", "kill your5elf", "buy v1agra",
    "buy vi@gra", "BUY   VIAGRA", "1d1ot", "id10t", "you i.d.i.o.t!", "you сука",
    # beyond us so far: a pause inside, letters left out, spelled by ear, two words in one
    "fu ck", "f.uck", "phuck", "fvck", "fck", "biatch", "ni66a please", "azzhole", "fuuckk",
    "y o u f u c k e r",
)  # fmt: skip

INNOCENT = (
    "Nigeria", "greetings from Nigeria", "NIGERIA", "Niger", "Scunthorpe", "diabetes", "Essex",
    "Sussex", "Middlesex", "viable", "liability", "Dick Cheney", "Moby Dick", "sex education",
    "Nishit", "Shital", "Matsushita", "assess", "assassin", "class", "classic", "grass", "passed",
    "glass", "bass", "compass", "embassy", "ambassador", "cockpit", "peacock", "Hancock",
    "document", "cucumber", "circumstance", "accumulate", "title", "Titan", "institution",
    "shoe", "shoes", "whoever", "raccoon", "tycoon", "cocoon", "despicable",
    "spicy", "suspicious", "grape", "drape", "therapist", "skyscraper", "alphabet", "diabetic",
    "snigger", "dickens", "Dickinson", "Benedick", "pushit", "4th of July", "covid19", "$5.99",
    "2024-11-24", "10am", "US$ 5", "A55 motorway", "h1n1", "mp3", "4x4", "U.S.A.", "e.g. this",
    "café", "Привет, сын", "assessment", "me@class.org", "@assan hello",
    "saturn", "Penistone", "Lightwater", "Arsenal", "Shiitake", "so cool",
)  # fmt: skip
