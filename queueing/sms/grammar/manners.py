"""Courtesy, turns of phrase and ways of asking: taken out, or said plainly, before anything else is read.

不好意思 is no refusal, 差不多 no negation, 早上好 no time of day, and 行不行 asks rather than denies.
"""

import re
from typing import Final

_WHO: Final = (
    "大夫|医生|同志|师傅|老师|领导|经理|姑娘|小姑娘|小伙子|小同志|美女|帅哥|亲|银行|工作人员|客服|你们|大家"
)
_COURTESY: Final = re.compile(
    rf"(?:银行|社保)?(?:的)?(?:{_WHO})?,?(?:您们?|你们?|大家)好(?!了|"
    rf"多)[啊呀哦,]?(?:{_WHO})?|^(?:{_WHO})(?=,)|"
    r"(?:早上|上午|中午|下午|晚上|新年|节日|周末)(?:好|快乐|愉快)(?!了|吗|像)|早安|午安|晚安|再见|拜拜|"
    r"(?:非常|太|真是?|好|多|先|谢|十分|万分|很|真的)*(?:谢谢|感谢|多谢|谢了|谢啦|"
    r"谢过)(?:您了?|你了?|你们|您们|大家|啦|了|哈|闺女|孩子|大姐|大妹子?|妹妹|{WHO})*"
    r"|谢(?=$|,)|麻烦(?:您|你)?(?:了|们|啦|一下)?|(?:您|你们?)?辛苦(?:您|你)?(?:们|了|"
    r"啦)*|劳驾(?:您|你)?|拜托(?:您|你)?了?|"
    r"(?<![别要再])打扰(?:您们?|你们?|了)+|(?:很|真|太|实在|真的)?(?:不好意思|对不起|"
    r"对不住|抱歉|难为情)(?:啊|哈|了)?|"
    r"(?:祝|愿)[^,?]{0,4}(?:愉快|健康|顺利|快乐|好)|请问(?:一下|下)?|(?<!邀)请|有劳|"
    r"给(?:您|你们?)添麻烦了|不客气|"
    r"(?:^|(?<=,))(?:在吗|在不在|在么|有人(?:在)?吗|喂+)|hello|hi(?![a-z])|thank(?:s| ?you)?|thx|"
    r"please|pls|sorry".replace("{WHO}", _WHO)
)

# The longer first: 不得不 must be gone before anything looks at 不.
_PLAINLY: Final = [
    (re.compile(pattern), plain)
    for pattern, plain in (
        (
            r"不得不|差不多|不管|不论|无论|不光|不仅|不但|不只|特别|差一点(?!钟)|老是|不由得|没准|"
            r"说不定|不知道(?!怎么|咋|如何)(?=.)",
            "",
        ),
        (r"没关系|没事儿?(?!了)|不要紧|不碍事", ""),
        (r"(?:不用|不|别)着?急|(?<!忙)不忙(?!的)", "从容"),
        (r"要不然|不然|要不(?!要)|不过(?![去来])|可是|但是", ","),
        (r"不见不散|非去不可", "一定到"),
        (r"没问题|没毛病|没得说|不错", "好"),
        (r"没错", "对"),
        (r"(?:不是|不会|没说|没有说|不能|并非|又不是)(?:我)?不(?:想|能|会|要|愿意?)?([去来])", r"会\1"),
        (r"不会不|不能不", ""),
        (r"来不及", "赶不上"),
        (r"等不及", "急"),
        (r"只不过|不一会儿?|不久", ""),
        (r"(?:有|会)?没有?事(?=,|$)", ""),
    )
]

_HOW_MUCH: Final = "忙多挤长久快远慢难满空"
# A不A asks, and denies nothing. Where either will do (去不去都行) it does not even ask.
_EITHER_OR: Final = [
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"([^不,])[不没]\1[^,?]{0,3}?(?=都(?:行|可以|成|中|一样|无所谓)|无所谓)", ""),
        (r"(?:要不要|用不用|需不需要)([^,?]{1,8})(?:呢|啊|呀|了)?(?=$|,|\?)(?<!吗)", r"要\1吗"),
        (rf"([{_HOW_MUCH}])[不没]\1", r"\1吗"),
        (rf"([{_HOW_MUCH}])(?:不|没有?)(?=$|,|\?)", r"\1吗"),
        (r"([上下开关休营办放])[不没]\1(班|门|息|业|公|假)", r"\1\2吗"),
        (r"能不能够?|能否|能没能", "能"),
        (r"可不可以|可以不可以|可否", "可以"),
        (r"是不是|是否", "是"),
        (r"要不要|用不用|需不需要", "要"),
        (r"有没有", "有"),
        (r"([^有,0-9])没\1(到|上|好|成)?(?:了)?", r"\1\2了吗"),
        (r"([一-鿿]{2})[不没]\1(?:了)?", r"\1"),
        (r"([^不,，0-9一二三四五六七八九十天年月日])不\1(?:了)?", r"\1"),
        (r"(行|可以|能|好|成|中|在|对|使|用|能去|能来|能领|去|来|能行)(?:不|没有?)(?=$|,|\?)", r"\1"),
        (r"了没有?(?=$|,|\?|[我俺他她])", "了吗"),
        (
            r"((?:领|约|取|办|到|收到|轮到|排到|排|好|成|成功|拿到|上|够|开门|上班|下班)了?)(?:没有?|"
            r"不|否)(?:呢|啊|呀)?(?=$|,|\?)",
            r"\1吗",
        ),
    )
]

_QUESTION: Final = re.compile(
    r"\?|吗|(?<!随便)(?:怎么|怎样|咋|什么|啥|(?<![换过给推来看发])几(?!天)|哪|"
    r"么时)(?!.{0,3}[都也])|如何|多少|多久|为何|么(?=$|,)|^(?!.*[没未]).*呢"
)
_PARTICLES: Final = re.compile(r"(?:[啊呀哦噢嘛啦喽呗哈嘞咯唉哎嗨欸呃呐昂]|(?<!余)额)(?![一-鿿]{0,1}么)")


def plainly(said: str) -> tuple[str, bool]:
    """The text without courtesy and idiom, and whether it asks something."""
    bare = _COURTESY.sub(",", said)
    for pattern, plain in _PLAINLY:
        bare = pattern.sub(plain, bare)
    told = bare
    for pattern, plain in _EITHER_OR:
        told = pattern.sub(plain, told)
    asks = told != bare or bool(_QUESTION.search(told))
    told = _PARTICLES.sub("", told).replace("?", ",")
    return re.sub(r",{2,}", ",", told).strip(",、.:/-~ "), asks
