"""The table of finds and near-misses: a text with its expected hits in ⟦brackets⟧."""

from __future__ import annotations

import unicodedata

from core.types.brand import Brand, Term

LUMORA = Brand(
    name="Lumora",
    terms=tuple(
        map(Term, ("lumora", "루모라", "lumora pro", "루모라 앱", "#루모라추천", "lumora.example", "루모라스토어"))
    ),
    exclusions=tuple(map(Term, ("lumora lake", "루모라 호수", "#lumoraband", "lumora-band.example"))),
)

ENGLISH = """
I love my ⟦Lumora⟧
⟦lumora⟧
⟦LUMORA⟧!!!
⟦Lumora⟧'s battery died again
⟦Lumora⟧’s battery died again
"⟦Lumora⟧" is what they call it
(⟦lumora⟧)
⟦lumora⟧, nimbus, whatever
is it ⟦lumora⟧?
⟦Lumora⟧... meh
@⟦lumora⟧ please answer my ticket
hey u/⟦lumora⟧ and r/⟦Lumora⟧
#⟦lumora⟧ is trending
#⟦Lumora⟧!
anti-⟦lumora⟧ crowd
⟦lumora⟧-like design
⟦lumora⟧/nimbus comparison
**⟦Lumora⟧** is bold
_⟦Lumora⟧_ is in italics
__⟦Lumora⟧__ underlined, ___⟦Lumora⟧___ both
~~⟦lumora⟧~~ struck out
||⟦lumora⟧|| hidden
`⟦lumora⟧`
>⟦Lumora⟧ quoted
[⟦Lumora⟧](https://example.com)
⟦Lumora⟧ vs ⟦lumora⟧
a⟦⟧lumora
lumora_app
my_lumora
__lumora_app__
lumoras everywhere
Lumorable
illumora
lumora2 is out
2lumora
xlumorax
LumoraApp crashed
#LumoraFans unite
#lumora_fans unite
lumor a
l.u.m.o.r.a
write to lumora@mail.example
the ⟦Lumora   Pro⟧ is fine
the ⟦lumora
pro⟧ is fine
the ⟦Lumora	pro⟧'s camera
the LumoraProMax
the ⟦lumora⟧, pro and contra
the ⟦lumora⟧ profile
https://⟦lumora.example⟧/help?x=1
see http://www.⟦lumora.example⟧
shop.eu.⟦LUMORA.example⟧:8443/x
go to ⟦lumora.example⟧.
mail support@⟦lumora.example⟧
(⟦lumora.example⟧)
[link](https://⟦lumora.example⟧)
notlumora.example
my-⟦lumora⟧.example is another host
https://example.com/?to=⟦lumora.example⟧&y=2
⟦lumora⟧.example.org is not theirs
⟦lumora⟧.examples
https://example.com/⟦lumora⟧-review
https://example.com/lumora_review
we swam in Lumora Lake, then bought a Lumora
lumora   LAKE is lovely, lumora
⟦lumora⟧ lakeside: ⟦lumora⟧? no
#LumoraBand tonight! lumora lumora
tickets at www.lumora-band.example for lumora
⟦lumora⟧.
café⟦⟧lumora
éLumora
Lumoraé
Lumorá
⟦Ｌｕｍｏｒａ⟧ in full width
ＸＬｕｍｏｒａ
＃⟦Ｌｕｍｏｒａ⟧
⟦lu\u200bmo\u200dra⟧ with zero-width spaces
\u200b⟦Lumora⟧\u200b
\ufeff⟦Lumora⟧ behind a byte order mark
⟦Lu\u00admora⟧ with a soft hyphen
⟦Lumora⟧™ and ⟦Lumora⟧® and ⟦lumora⟧² hm
⟦𝐋𝐮𝐦𝐨𝐫𝐚⟧ styled
⟦ⓛⓤⓜⓞⓡⓐ⟧ in circles
⟦l̶u̶m̶o̶r̶a̶⟧ struck with marks
ﬁlumora
İ ⟦lumora⟧ behind a letter that folds to two
ẞß ⟦LUMORA⟧
Люлумора
лlumora
👍🏽⟦lumora⟧👨‍👩‍👧 between emoji
⟦Lumora⟧❤️
ルモラより⟦Lumora⟧が好き
我买了⟦Lumora⟧手机
lumora\u0301
"""

KOREAN = """
⟦루모라⟧
⟦루모라⟧ 좋아요
⟦루모라⟧가 안 돼요
⟦루모라⟧는 최고
⟦루모라⟧를 샀다
⟦루모라⟧도 별로
⟦루모라⟧의 배터리
⟦루모라⟧에 문의했어요
⟦루모라⟧에서 샀어요
⟦루모라⟧에서는 안 팔아요
⟦루모라⟧에서도 똑같음
⟦루모라⟧에선 못 봤는데
⟦루모라⟧한테 당했다
⟦루모라⟧한텐 실망
⟦루모라⟧로 갈아탔어요
⟦루모라⟧로부터 메일
⟦루모라⟧와 님버스
⟦루모라⟧랑 비교
⟦루모라⟧랑은 다르지
⟦루모라⟧하고 님버스
⟦루모라⟧만 써요
⟦루모라⟧만이 답
⟦루모라⟧만큼은 인정
⟦루모라⟧뿐이야
⟦루모라⟧뿐만 아니라
⟦루모라⟧까지 이러네
⟦루모라⟧부터 바꿔
⟦루모라⟧보다 낫다
⟦루모라⟧처럼 해줘
⟦루모라⟧같은 회사
⟦루모라⟧나 님버스나
⟦루모라⟧라도 살까
⟦루모라⟧밖에 없어
⟦루모라⟧마저 실망
⟦루모라⟧조차도
⟦루모라⟧야 고마워
⟦루모라⟧요?
⟦루모라⟧다!
⟦루모라⟧입니다
⟦루모라⟧입니다만
⟦루모라⟧예요
⟦루모라⟧에요
⟦루모라⟧인데 왜
⟦루모라⟧인데요
⟦루모라⟧인가요?
⟦루모라⟧인지 뭔지
⟦루모라⟧일까요
⟦루모라⟧였는데
⟦루모라⟧였는데요
⟦루모라⟧였습니다
⟦루모라⟧였으면 샀지
⟦루모라⟧이었어요
⟦루모라⟧라고 해요
⟦루모라⟧라는 브랜드
⟦루모라⟧라면 믿고 사요
⟦루모라⟧라서 샀음
⟦루모라⟧라니까요
⟦루모라⟧네요
⟦루모라⟧잖아요
⟦루모라⟧거든요
⟦루모라⟧죠
⟦루모라⟧지만 비싸
⟦루모라⟧구나
⟦루모라⟧랍니다
⟦루모라⟧래요
⟦루모라⟧임
⟦루모라⟧님들 도와줘요
⟦루모라⟧측에서는 답이 없네요
⟦루모라⟧용 케이스
⟦루모라⟧꺼 샀어요
⟦루모라⟧때문에 화남
⟦루모라⟧말고 님버스
⟦루모라⟧에서부터였다
⟦루모라⟧아니고 님버스
⟦루모라⟧ㅋㅋㅋ
⟦루모라⟧ㅠㅠ 왜이래
⟦루모라⟧!!!
'⟦루모라⟧'는
"⟦루모라⟧"라는
⟦루모라⟧(주)
㈜⟦루모라⟧
#⟦루모라⟧
#⟦루모라⟧는 진짜
⟦#루모라추천⟧ 합니다
#루모라추천템
#루모라맛집
@⟦루모라⟧ 확인 부탁
⟦루모라⟧2 나온다며
⟦루모라⟧ pro 샀다
⟦루모라⟧pro 샀다
LG⟦루모라⟧
루모라역
루모라역에서 만나
루모라역이에요
루모라역입니다
루모라카페
루모라빌딩 3층
루모라호텔
루모라떼
루모라동 주민
루모라초등학교
루모라폰
루모라이벤트
루모라대학교에서
루모라네트워크
신루모라
아루모라
대한루모라
루모
루 모 라
루모라_공식
루모라하우스에서는
⟦루모라 앱⟧이 튕겨요
⟦루모라앱⟧이 튕겨요
⟦루모라   앱⟧은
루모라앱스토어
⟦루모라스토어⟧에서 샀어요
루모라 호수에서 루모라 켰다
루모라호수 근처 루모라
루모라호수공원 근처 ⟦루모라⟧
⟦ＬＵＭＯＲＡ⟧는
⟦루\u200b모라⟧는 좋다
⟦루모라⟧\u200b는 좋다
예쁜❤️⟦루모라⟧❤️에서
"""

MIXED = """
⟦lumora⟧를 샀어요
⟦Lumora⟧가 또 튕김
⟦Lumora⟧에서는
⟦lumora⟧앱 왜 이렇게 laggy해요
⟦Lumora⟧폰
내⟦lumora⟧
lumora역
lumora역에서 보자
Lumora역이야
⟦lumora⟧역시 최고
⟦lumora⟧ 앱 왜 이렇게 laggy해요
⟦lumora pro⟧는 비싸요
⟦lumora.example⟧에서 주문
https://⟦lumora.example⟧/ko 참고
great product ⟦루모라⟧ 잘 쓰고 있어요
⟦루모라⟧ and ⟦lumora⟧
#⟦lumora⟧ #⟦루모라⟧ #⟦lumora⟧추천해요
lumora2세대
⟦Lumora⟧ㅋㅋ
"""


def parse(line: str) -> tuple[str, tuple[str, ...]]:
    """Return a line's text and the pieces of it that stand in brackets; empty brackets only part letters."""
    text, pieces = "", []
    for part in line.split("⟦"):
        inside, closed, rest = part.partition("⟧")
        if closed and inside:
            pieces.append(inside)
        text += inside + rest
    return text, tuple(pieces)


def table() -> list[tuple[str, tuple[str, ...]]]:
    """Return all cases, the Korean ones also as single jamo (NFD)."""
    lines = [line for block in (ENGLISH, KOREAN, MIXED) for line in _entries(block)]
    cases = [parse(line) for line in lines]
    decomposed = [parse(unicodedata.normalize("NFD", line)) for line in _entries(KOREAN)]
    return cases + decomposed


def _entries(block: str) -> list[str]:
    """Return the lines of a block; a line break inside brackets belongs to its line."""
    entries: list[str] = []
    for line in block.strip("\n").split("\n"):
        if entries and entries[-1].count("⟦") > entries[-1].count("⟧"):
            entries[-1] += "\n" + line
        else:
            entries.append(line)
    return entries
