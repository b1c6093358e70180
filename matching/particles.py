"""What Korean writes behind a noun without a space: particles, the copula, and a few bound words.

The list is closed on purpose. What is not on it is another noun glued on (루모라역, 루모라빌딩), and then the word is
another name. Grouping and forms follow 국립국어원 한국어기초사전 (조사, 서술격 조사 활용), with the contracted and the
chat spellings (에선, 한텐, 랑은, 예여) that people write.
"""

from __future__ import annotations

import re

LONGEST_TAIL = 12
"""Syllables. No chain of particles is longer (`에서부터였다는데요` has nine), so longer tails are not read."""

_WHO = "(?:님|들|측|쪽)"
"""Honorific, plural, `the people of`."""

# Particles that end the word, or take one or two of _FOCUS behind them.
_CASE = (
    "에서|에게서|에게|에다가?|에|한테서|한테|께서|께|으로서|으로써|로서|로써|으로부터|로부터|으로|로|와|과|이랑|랑|하고"
    "|부터|까지|처럼|만큼|보다|마다|대로|같이|만|뿐|조차|마저|밖에|치고|말고|빼고|더러|커녕|따라"
    "|때문에|덕분에|덕에|대신|관련|없이|등|따위|용|용으로"
)
_FOCUS = "(?:은|는|도|만|의|까지|부터|조차|마저|밖에|이나|나|이라도|라도|이야말로|야말로|이야|야|커녕|보다|처럼)"
_CONTRACTED = (
    "에선|에겐|한테선|한텐|께선|으로선|로선|으론|론|엔|이랑은|랑은|랑도|하곤|부턴|까진|보단|만은|만이|만을|만의|뿐이|뿐만"
    "|까지가|까지를|부터가|로까지|에까지|에서까지|마저도|조차도|밖엔|말곤|말고는"
)
_PLAIN = (
    "이|가|은|는|을|를|의|도|아|야|여|이여|이나|나|이나마|나마|이든지?|든지?|이라도|라도|이야말로|야말로|은커녕|는커녕"
)
_THING = "(?:거|것|꺼)(?:은|는|도|를|을|가|이|로|만|의)?|건|걸"
_LIKE = "같(?:은|은데|은데요|은거|다|다고|다는|아|아요|네|네요|음|이|이는|던데|지|지만|습니다|은게)"
_DO = (
    "하(?:다|다가|다니|는|는데|는데요|는데도|면|면서|면은|니|니까|네|네요|지|지만|자|려고|려면|기|던)"
    "|한다|한다고|한다면|했(?:다|는데|어|어요|더니|음|습니다|지만)"
)

_COPULA_ENDING = (
    "다|다만|다고|다는|다며|다니|다면|다가|라|라고|라고는|라고도|라고만|라는|라는데|라는게|라는건|라는걸|라던|라던데|라던가"
    "|라며|라면|라면서|라면야|라서|라서인지|라니|라니까|라네|라네요|라도|라든가|라든지|라야|라지|라지만|란|란다|란게|란건"
    "|란데|랍니다|랍니까|래|래요|래서|래도|고|고요|고도|네|네요|지|지요|죠|지만|지만요|야|며|면|면서|니|니까|니까요|니깐"
    "|나|나요|냐|냐고|냐고요|냐는|냐면|든가|던|던데|던가|던지|군|군요|구나|구만|구먼|거든|거든요|걸|걸요|기|기에|기도"
    "|기는|기를|기만|기때문에|잖아|잖아요|잖니|세요|신가요|십니까|십니다|시죠|시네요|신데|신데요|신지"
    "|예요|에요|에여|예여"
)
_COPULA_FULL = (
    "인|인데|인데요|인데도|인지|인지도|인지는|인지요|인가|인가요|인가봐요?|인걸|인걸요|인줄|인듯|인듯요|인듯해요?|인건|인거|인게|인거야"
    "|인지라|인만큼|인척|일|일까|일까요|일지|일지도|일듯|일듯요?|일텐데|일텐데요|일거야|일걸|일수록|일때|일뿐|임|임다|임에도"
    "|입니다|입니다만|입니까|입니당|이여서|이어서|여서|여요|이여요"
    "|아니고|아니라|아니라고|아니야|아니에요|아니네|아니면|아닌|아닌데|아닌가|아님"
)
_PAST = (
    "(?:이었|였|이였)(?:다|다고|다는|다는데|다면|다가|단|고|고요|네|네요|지|지요|지만|죠|는데|는데요|는데도|는지|는지도|던|던가"
    "|던데|을|을까|을까요|을때|을텐데|을텐데요|을걸|으면|으면서|으니|으니까|으나|음|어|어요|어도|었다|습니다|습니까|나|나요|냐"
    "|거든|거든요|구나|군|군요|더라|더라고|더라고요|더니|기에|잖아|잖아요)"
)
_COPULA = f"(?:이?(?:{_COPULA_ENDING})|{_COPULA_FULL}|{_PAST})"
_BEFORE_COPULA = "(?:뿐|만|까지|부터|에서|때문|덕분|처럼|만큼|대로|에서부터|쪽)"

_TAIL = re.compile(
    f"{_WHO}{{0,2}}(?:(?:{_CASE}){_FOCUS}{{0,2}}|{_CONTRACTED}|{_PLAIN}|{_THING}|{_LIKE}|{_BEFORE_COPULA}?{_COPULA})?요?"
    f"|{_DO}"
)
_STATION = re.compile(f"역(?:{_CASE}|{_CONTRACTED}|{_PLAIN}|{_COPULA})?")


def is_tail(syllables: str) -> bool:
    """Say whether the syllables behind a noun are particles, copula or bound words, and nothing else."""
    return _TAIL.fullmatch(syllables) is not None


def is_station(syllables: str) -> bool:
    """Say whether the syllables behind a name make it a railway station (`역`), with any particles."""
    return _STATION.fullmatch(syllables) is not None
