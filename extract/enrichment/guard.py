"""What keeps a profile's text from deciding what is said about its person.

Three rules, none of which trusts the model: text that speaks to a reader or about the form is taken out
before it is sent; a value counts only with a literal quotation out of what was sent; and the quotation must
be of the kind that can carry the value (a form of address, a year, a word for holding a job).
"""

import re
import unicodedata

from extract.workspace.texts import tidied

LONGEST_TEXT = 20_000
LONGEST_QUOTE = 300

# A sentence lost here only makes an answer `unknown`; a sentence kept could make it wrong.
_INSTRUCTION = re.compile(
    r"""
    \b(ignore|disregard|forget|overrid\w*|bypass)\b
    | \b(answer|respond|reply|output|print|return|say|write)\s+
      (only|with|that|as|in|['"`]|male|female|employed|not|unknown|yes|no)\b
    | \b(instructions?|system\s+(prompt|message)|(ai|chat)\s*(model|bot|assistant)|classif\w+)\b
    | \b(assistant|system|user|prompt)\s*:
    | \byou\s+(are|must|should|will|have\s+to)\b
    | \b(gender|is_employed|estimated_age|confidence|evidence|json)\b
    | \b(set\s+\w+\s+to|mark\s+(this|the|me|him|her)|treat\s+(this|me)\s+as)\b
    | \b(ignore[zs]|ignoriere\w*|ignora\w*|antworte\w*|responde\w*|réponde\w*|rispond\w*|anweisung\w*)\b
    | игнорир | ответ | 忽略 | 回答 | 無視 | 답변
    | [{}<>] | ```| === | \[/?(inst|system|user)\]
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CARRIES = {
    "male": re.compile(r"\b(he|him|his|himself|mr|sir|husband|father|dad|son|brother|man|gentleman)\b", re.I),
    "female": re.compile(
        r"\b(she|her|hers|herself|ms|mrs|miss|madam|wife|mother|mom|mum|daughter|sister|woman|lady)\b", re.I
    ),
    "employed": re.compile(r"\b(present|current(ly)?|now|today|since|works?|working|employed)\b", re.I),
    "not_employed": re.compile(
        r"open to work|looking for|seeking|unemployed|between (jobs|roles)|retired"
        r"|available (now|immediately)|laid off|job search",
        re.I,
    ),
}
_LINK = re.compile(r"://|\bwww\.", re.IGNORECASE)
_YEAR = re.compile(r"\b(19[4-9]\d|20[0-4]\d)\b")
# Whoever finished school in a year was about 18 to 23 then, and a good deal more now and then.
_AGE_AT_DEGREE, _AGE_TOLERANCE = 21, 6


def cleaned(text: str) -> tuple[str, int]:
    """What may be sent of a text, and how many of its lines were taken out because they speak to a reader."""
    lines, suspicious = [], 0
    for raw_line in unicodedata.normalize("NFKC", text[: 10 * LONGEST_TEXT]).splitlines():
        line = "".join(letter for letter in tidied(raw_line) if letter.isprintable())
        kept = []
        for sentence in re.split(r"(?<=[.!?;])\s+", line):
            if _INSTRUCTION.search(sentence):
                suspicious += 1
            elif sentence:
                kept.append(sentence)
        if kept:
            lines.append(" ".join(kept))
    return "\n".join(lines)[:LONGEST_TEXT], suspicious


def checked(
    name: str, told: object, text: str, minimum_confidence: float, year: int
) -> tuple[str | int | None, float, str, str]:
    """The value that may be believed or None, its confidence, its quotation, and why it is not believed."""
    told = told if isinstance(told, dict) else {}
    value, quote = told.get("value"), told.get("evidence")
    confidence = told.get("confidence")
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 <= confidence <= 1:
        confidence = 0.0
    quote = quote.strip() if isinstance(quote, str) else ""
    refusal = _refusal(name, value, quote, text, confidence, minimum_confidence, year)
    return (None if refusal else value), float(confidence), quote[:LONGEST_QUOTE], refusal


def answered(
    told: object, text: str, minimum_confidence: float, longest: int
) -> tuple[str | None, float, str, str]:
    """The same of a free answer: a few words that rest on a quotation, and speak to nobody themselves."""
    told = told if isinstance(told, dict) else {}
    value, quote, confidence = told.get("value"), told.get("evidence"), told.get("confidence")
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 <= confidence <= 1:
        confidence = 0.0
    quote = quote.strip() if isinstance(quote, str) else ""
    value = tidied(value) if isinstance(value, str) else ""
    refusal = ""
    if not value or value.casefold() in ("unknown", "null", "none"):
        refusal = "unknown"
    elif len(value) > longest or _LINK.search(value) or cleaned(value)[1]:
        refusal = "no words that can stand in a message"
    elif confidence < minimum_confidence:
        refusal = "too unsure"
    elif not quote or len(quote) > LONGEST_QUOTE or _flat(quote) not in _flat(text):
        refusal = "the quotation is not in the text"
    return (None if refusal else value), float(confidence), quote[:LONGEST_QUOTE], refusal


def _refusal(name, value, quote: str, text: str, confidence, minimum_confidence: float, year: int) -> str:
    refusal = ""
    if value in (None, "unknown"):
        refusal = "unknown"
    elif not _is_possible(name, value):
        refusal = "no possible value"
    elif confidence < minimum_confidence:
        refusal = "too unsure"
    elif not quote or len(quote) > LONGEST_QUOTE or _flat(quote) not in _flat(text):
        refusal = "the quotation is not in the text"
    elif not _carries(name, value, quote, year):
        refusal = "the quotation does not carry the value"
    return refusal


def _carries(name: str, value, quote: str, year: int) -> bool:
    if name != "estimated_age":
        return bool(_CARRIES[value].search(quote))
    ages = [year - int(found) + _AGE_AT_DEGREE for found in _YEAR.findall(quote)]
    return any(abs(value - age) <= _AGE_TOLERANCE for age in ages)


def _is_possible(name: str, value: object) -> bool:
    if name == "estimated_age":
        return isinstance(value, int) and not isinstance(value, bool) and 16 <= value <= 100
    allowed = {"is_employed": ("employed", "not_employed"), "gender": ("male", "female")}
    return value in allowed[name]


def _flat(text: str) -> str:
    return " ".join(text.casefold().split())
