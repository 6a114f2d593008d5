"""Random links built the way real ones go wrong: odd slugs, encodings, hosts, redirects, wrappers in layers.

Plain random text almost never reaches the later rules; about a fifth of these links name a profile.
"""

import random
from urllib.parse import quote


def words(text: str) -> list[str]:
    return text.split()


ODD_CHARACTERS = [
    *"İıßẞΣσςſﬁÅ℮…․'’\"`«»“”.,;:!?-_+&=%#/\\@|<>()[]{}~*^$€©🚀👍🏽🏿abzAZ019é中ا٣Ⅷ²ªǅ \t\n\r",
    *"\u212a\u200d\u200b\u200e\ufeff\u00ad\ufe0f\u20e3\u0301\u0307\u0331\u00a0\u3000\u2028\x7f\u0085\u180e\ufffd",
]
PLAIN_SLUGS = words(
    "tamsin-quillworth Orrin.Vexley renée-Dubrielle rene\u0301e İzel ΟΔΥΣΣΕΥΣ STRAẞE H\u0331ana 👍🏽 1"
)
MEMBER_IDS = [
    "ACoAAPUBexampleMEMBERid00notREAL-aBcD_e",
    "ACwAAPUBexampleSALESid000notREAL-xYzW_v",
    "acoaapubexamplememberid00notreal-abcd_e",
    "ACoAApubexamplememberid00notreal-abcd_E",
    "acoaapubexamplememberid00notreal-abcd_\u212a",
    *("ADxAA" + "1" * length for length in (9, 10, 34, 60, 61)),
]
ODD_SLUGS = [
    *words("🏽 \u0301 - ... .. a. a.. a...b a+b a&b=c me ME Unavailable %2E%2E%2E a%20b foo%20 x%00y a%2Fb"),
    *words("% %zz %%34%31 %E9 %C3 %ED%A0%80 %41 %2541 %252541 %25252541 %E2%80%8Bfoo"),
    *("", "a b", "q" * 100, "q" * 101, "é" * 100),
]
LINKEDIN_HOSTS = words(
    "linkedin.com uk.linkedin.com m.linkedin.com touch.linkedin.com WWW.LinkedIn.COM www.linkedin.com."
)
OTHER_HOSTS = [
    *words(
        "www.linkedin.com.. www.uk.linkedin.com "
        "usa.linkedin.com u1.linkedin.com lin\u212aedin.com LİNKEDIN.COM"
    ),
    *words(
        "linked\u00adin.com linkedin.com%2e .linkedin.com "
        "linkedin.com.evil.example notlinkedin.com lnkd.in in"
    ),
    *("linkedin.com@evil.example", ""),
]
SCHEMES = [
    "",
    *words("http:// HTTPS:// // https: https:/ https:/// \\\\ https:\\\\ https://https:// https://http:"),
]
OTHER_SCHEMES = words("/// ftp:// javascript: httpſ:// http://https://http://https://")
PORTS = words(":443 :80 : :8080 :x :443:443 :0443")
TAILS = words(
    "?utm=1 ? ?a=... ?a=… #x ?x=1#y ?url=https://a.example/in/x ?q=%E9 #… ?x=(y) #?sessionRedirect=/in/z"
)
PAGES = [
    *words(
        "talent/profile recruiter hire profile/view profile company authwall login comm mwlite feed comm/in"
    ),
    *words("hiring inx İn ſales/lead sales sales/search de/in"),
]
NAMELESS = words("in in/ pub sales/lead // in/./x in/xhttps://linkedin.com/in/y login/x comm")
GOOGLE_PAGES = words("https://www.google.com/url? google.co.uk/url? https://google.de//url/?")
OTHER_GOOGLE_PAGES = words(
    "https://www.google.evil.example/url? https://www.google.com/search? https://maps.google.com/url?"
)
REDIRECTING_PAGES = words(
    "authwall login uas/login/ comm/login comm company/x sales/login profile/edit login/://x"
)
OTHER_LINKEDIN_PAGES = ["", *words("in/x sales/lead/x talent/x")]


def links(count: int, seed: int) -> list[str]:
    """`count` links, the same ones for the same seed."""
    pick = random.Random(seed)
    return [_link(pick) for _ in range(count)]


def _link(pick: random.Random) -> str:
    link = _address(pick)
    for _ in range(pick.choice([0, 0, 0, 0, 0, 1, 1, 2, 3])):
        link = _redirect(pick, _wrapped(pick, link) if pick.random() < 0.1 else link)
    if pick.random() < 0.07:
        link = quote(link, safe=pick.choice(["", "/", ":/"]))
    for _ in range(pick.choice([0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 5, 6])):
        link = _wrapped(pick, link)
    return _with_odd_character(pick, link) if pick.random() < 0.05 else link


def _address(pick: random.Random) -> str:
    tail = _seldom(pick, 0.5, TAILS, otherwise=[""])
    if pick.random() < 0.08:
        return pick.choice(["in/", "/in/", "IN/", "//in/", "in\\", "in", "/in"]) + _slug(pick) + tail
    scheme = _seldom(pick, 0.05, OTHER_SCHEMES, otherwise=SCHEMES)
    host = _seldom(pick, 0.1, OTHER_HOSTS, otherwise=LINKEDIN_HOSTS)
    return scheme + host + _seldom(pick, 0.1, PORTS, otherwise=[""]) + _path(pick) + tail


def _path(pick: random.Random) -> str:
    form = pick.random()
    if form < 0.65:
        path = f"{_any_case(pick, 'in')}/{_slug(pick)}"
    elif form < 0.75:
        parts = [
            pick.choice(words("c3 4e1 9D0 0 a fff g1 1234")) for _ in range(pick.choice([3, 3, 3, 2, 4]))
        ]
        path = "/".join([_any_case(pick, "pub"), _slug(pick), *parts])
    elif form < 0.85:
        page = _any_case(pick, pick.choice(["sales/lead", "sales/people", "sales/profile"]))
        rest = pick.choice(["", *words(",NAME ,x,y %2CNAME %2cN %252C1 %25252C ,%E9 ,x/y")])
        path = f"{page}/{_seldom(pick, 0.3, [_slug(pick)], otherwise=MEMBER_IDS)}{rest}"
    elif form < 0.93:
        path = f"{pick.choice(PAGES)}/{_slug(pick)}"
    else:
        path = pick.choice(NAMELESS)
    if pick.random() < 0.1:
        path = f"{_any_case(pick, pick.choice(['comm', 'mwlite', 'comm/comm']))}/{path}"
    path = pick.choice(["/", "/", "/", "//", "\\", "///"]) + path
    return path + pick.choice(["", "", "", "/", "//", "/de", "/overlay/contact-info/"])


def _slug(pick: random.Random) -> str:
    slug = pick.choice(pick.choice([PLAIN_SLUGS, PLAIN_SLUGS, MEMBER_IDS, ODD_SLUGS]))
    if pick.random() < 0.2:
        slug = _with_odd_character(pick, slug)
    if pick.random() < 0.05:
        slug = "".join(pick.choices(ODD_CHARACTERS, k=pick.randint(1, 6)))
    spelling = pick.random()
    if spelling < 0.5:
        return slug
    if spelling < 0.6:
        return "".join(_seldom(pick, 0.5, [quote(character)], otherwise=[character]) for character in slug)
    for _ in range(pick.choice([1, 1, 1, 2, 3, 4])):
        slug = quote(slug, safe="")
    return slug


def _redirect(pick: random.Random, link: str) -> str:
    for _ in range(pick.choice([0, 1, 1, 1, 2])):
        link = quote(link, safe="")
    kind = pick.choice(["google", "safelinks", "linkedin", "linkedin"])
    if kind == "google":
        page = _seldom(pick, 0.2, OTHER_GOOGLE_PAGES, otherwise=GOOGLE_PAGES)
        before = pick.choice(["", *words("sa=t& q=& q=tamsin+q& url=& xq=1&")])
        after = pick.choice(["", "&usg=x", "#f", "&url=https%3A%2F%2Flinkedin.com%2Fin%2Fother"])
        return f"{page}{before}{pick.choice(['q', 'url', 'q', 'url', 'URL'])}={link}{after}"
    if kind == "safelinks":
        label = pick.choice(["nam02.", "eur01.", "a.b.", ".", ""])
        host = f"{label}safelinks.protection.outlook.com{pick.choice(['', '', '', '.evil.example'])}"
        return (
            f"https://{host}{pick.choice(['/', '', '/x'])}?{pick.choice(['', 'data=1&'])}url={link}&data=05"
        )
    page = _seldom(pick, 0.2, OTHER_LINKEDIN_PAGES, otherwise=REDIRECTING_PAGES)
    name = _seldom(pick, 0.1, ["session_Redirect"], otherwise=["sessionRedirect", "session_redirect"])
    return f"{pick.choice(['https://www.linkedin.com', 'de.linkedin.com'])}/{page}?trk=x&{name}={link}#y"


def _wrapped(pick: random.Random, link: str) -> str:
    label = pick.choice(["Tamsin Q", "", "a [b] c", "T…", "![i](x)", "a]b"])
    title = pick.choice(["", " ", ' "t"', " 't…'", " (t)"])
    before_href = pick.choice(["", ' class="x"', " x"])
    inside = pick.choice(["T Q", "<b>T</b>", "", 'T</a><a href="https://linkedin.com/in/other">'])
    formula = pick.choice(["HYPERLINK", "hyperlink", "HYPERLIN\u212a"])
    argument = pick.choice(["", ',"T"', ';"T (x)"', ",A1", ",CONCAT(A1,B1)", ', "a""b"'])
    return pick.choice(
        [
            f"[{label}]({link}{title})",
            f"![{label}](<{link}>)",
            f'<a{before_href} href="{link}" target="_blank">{inside}</a>',
            f"<A HREF = '{link}'>x</A >",
            f"<a href={link}>x</a>",
            f'={formula}("{link}"{argument})',
            f"<{link}|{pick.choice(['Tamsin Q', '', 'a|b'])}>",
            f"<{link}>",
            f"({link}).",
            f" “{link}” ",
            f"` {link} `,",
            f"{pick.choice(ODD_CHARACTERS)}{link}{pick.choice(ODD_CHARACTERS)}",
        ]
    )


def _seldom(pick: random.Random, share: float, choices: list[str], *, otherwise: list[str]) -> str:
    return pick.choice(choices if pick.random() < share else otherwise)


def _any_case(pick: random.Random, text: str) -> str:
    if pick.random() < 0.8:
        return text
    return "".join(pick.choice([character, character.upper()]) for character in text)


def _with_odd_character(pick: random.Random, text: str) -> str:
    place = pick.randint(0, len(text))
    return text[:place] + pick.choice(ODD_CHARACTERS) + text[place:]
