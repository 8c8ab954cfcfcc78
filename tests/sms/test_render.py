import json
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from queueing.cli import sms_preview
from queueing.sms.grammar import Intent, read
from queueing.sms.manifest import Delivery, Kind, ParamType, TemplateError
from queueing.sms.preview import KINDS
from queueing.sms.reference import reference
from queueing.sms.render import TEMPLATES, Renderer, RenderError
from queueing.sms.saying import LONGEST_NAME, say_moment
from queueing.sms.wording import cut, faults, simplified, units

RENDERER = Renderer(TEMPLATES, "昆崙所")
KEYS = sorted(RENDERER.manifest.templates)
LONGEST_SIGNATURE = "昆" * RENDERER.manifest.limits.signature
DOCUMENT = Path(__file__).parents[2] / "docs" / "sms-templates.md"


@pytest.mark.parametrize("key", KEYS)
def test_every_message_fits_into_one_sms_at_its_longest(key: str) -> None:
    text = Renderer(TEMPLATES, LONGEST_SIGNATURE).longest(key)
    assert text.startswith(f"【{LONGEST_SIGNATURE}】")
    assert units(text) <= 70


@pytest.mark.parametrize("key", KEYS)
def test_every_message_uses_only_what_carriers_take(key: str) -> None:
    body = RENDERER.example(key).removeprefix("【昆崙所】")
    assert faults(body, allowed="崙") == []


def test_units_are_utf_16() -> None:
    assert units("卡") == 1
    assert units("𠮷") == 2


@pytest.mark.parametrize("key", KEYS)
def test_words_we_ask_people_to_reply_are_understood(key: str) -> None:
    """Whatever stands between 回复 and the next mark is something the grammar knows."""
    body = RENDERER.example(key)
    for asked in body.split("回复")[1:]:
        word = asked.split("，")[0].split("。")[0].split("；")[0].split("、")[0].strip("：")
        if not word.startswith(("数字", "它的数字", "想来的日子", "别的日子", "一个数字")):
            assert read(word, date(2018, 6, 5)).intent is not Intent.UNKNOWN, word


def test_the_replies_asked_for_mean_what_the_message_says() -> None:
    meant = {
        "预约": Intent.BOOK,
        "改": Intent.MOVE,
        "取消": Intent.CANCEL,
        "查询": Intent.STATUS,
        "退订": Intent.STOP,
        "恢复": Intent.START,
        "换": Intent.MORE,
        "上门": Intent.HOME_VISIT,
        "9": Intent.CHOOSE,
    }
    texts = "".join(RENDERER.example(key) for key in KEYS)
    for word, intent in meant.items():
        assert f"回复{word}" in texts
        assert read(word, date(2018, 6, 5)).intent is intent


def test_reminders_and_answers_are_sent_once_at_most_and_changes_until_they_arrive() -> None:
    for template in RENDERER.manifest.templates.values():
        once = template.kind in {Kind.REMINDER, Kind.REPLY, Kind.INVITATION, Kind.CALM}
        assert template.delivery is (Delivery.AT_MOST_ONCE if once else Delivery.AT_LEAST_ONCE)


def test_answers_to_a_person_do_not_wait_for_the_morning() -> None:
    at_once = {Kind.REPLY, Kind.CONFIRMATION, Kind.CHANGE}
    for key, template in RENDERER.manifest.templates.items():
        assert template.quiet is (template.kind not in at_once), key


def test_names_are_parameters_of_the_question_whose_only() -> None:
    with_names = [
        key
        for key, template in RENDERER.manifest.templates.items()
        if any(param.type is ParamType.NAMES for param in template.params.values())
    ]
    assert with_names == ["whose", "whose_or_all"]


# What is said


def test_a_booking_is_told_in_full_and_with_its_weekday() -> None:
    text = RENDERER.render("booked", {"who": "", "when": "2018-06-05T09:00:00", "branch": "昆崙所"})
    assert text.startswith("【昆崙所】已为您约好6月5日星期二上午9:00到昆崙所领卡，请带本人身份证。")


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2018, 6, 5, 9, 0), "6月5日星期二上午9:00"),
        (datetime(2018, 7, 15, 14, 30), "7月15日星期日下午2:30"),
        (datetime(2018, 6, 5, 12, 10), "6月5日星期二中午12:10"),
        (datetime(2018, 6, 5, 10, 14), "6月5日星期二上午10:10"),  # in steps of five, early rather than late
    ],
)
def test_a_moment_is_told_in_steps_of_five_minutes(moment: datetime, said: str) -> None:
    assert say_moment(moment) == said


@pytest.mark.parametrize("when", ["2018-06-05T09:00", "20180605-0900", datetime(2018, 6, 5, 9)])
def test_a_moment_may_be_stored_as_text_or_as_a_slot(when: object) -> None:
    assert "6月5日星期二上午9:00" in RENDERER.render("status", {"who": "", "when": when, "branch": "昆崙所"})


def test_places_are_numbered_as_the_answer_will_name_them() -> None:
    text = RENDERER.render("offers", {"slots": ["20180605-0900", "20180606-1430"]})
    assert "\n1、6月5日星期二上午9:00\n2、6月6日星期三下午2:30\n" in text


def test_a_message_says_more_while_there_is_room() -> None:
    one = RENDERER.render("offers", {"slots": ["20180605-0900"]})
    three = RENDERER.render("offers", {"slots": ["20180605-0900", "20180606-1430", "20180608-1015"]})
    assert one.endswith("都不方便请回复换。")
    assert three.endswith("都不行回复换")
    assert "换" not in RENDERER.longest("offers")


def test_a_day_that_all_places_share_is_said_once() -> None:
    text = RENDERER.render("offers", {"slots": ["20180605-0900", "20180605-0930", "20180605-1430"]})
    assert "6月5日星期二\n1、上午9:00\n2、上午9:30\n3、下午2:30" in text


def test_a_long_name_of_an_employer_is_cut() -> None:
    text = RENDERER.render(
        "at_employer", {"who": "", "employer": "山东中邮物流有限责任公司文登分公司驻张家埠办事处"}
    )
    assert "山东中邮物流有限责任公司文登分公司驻张家埠…发放" in text


def test_an_unknown_employer_leaves_a_sentence_that_reads() -> None:
    assert "由原单位发放" in RENDERER.render("at_employer", {"who": "", "employer": ""})


def test_traditional_characters_of_a_name_are_simplified_but_for_the_branch_itself() -> None:
    text = RENDERER.render("at_employer", {"who": "", "employer": "昆崙電纜有限公司"})
    assert "昆崙电缆有限公司" in text


@given(text=st.text(max_size=60), longest=st.integers(1, 60))
@settings(deadline=None)
def test_a_cut_text_fits(text: str, longest: int) -> None:
    assert units(cut(text, longest)) <= longest


def test_providers_by_template_get_the_parameters_in_words() -> None:
    assert RENDERER.spoken("booked", {"who": "", "when": "20180605-0900", "branch": "昆崙所"}) == {
        "who": "",
        "when": "6月5日星期二上午9:00",
        "branch": "昆崙所",
    }


def test_on_a_phone_with_several_cards_a_message_says_whom_it_is_about() -> None:
    params = {"when": "20180605-0900", "branch": "昆崙所"}
    assert RENDERER.render("status", {"who": "王*兰", **params}).startswith("【昆崙所】王*兰：您约的是")
    with pytest.raises(RenderError):
        RENDERER.render("status", {"who": "王桂兰", **params})


# What is refused when a message is to leave


@pytest.mark.parametrize(
    ("key", "params"),
    [
        ("nothing", {}),
        ("booked", {"who": "", "when": "2018-06-05T09:00"}),
        ("booked", {"who": "", "when": "2018-06-05T09:00", "branch": "昆崙所", "more": 1}),
        ("booked", {"who": "", "when": "morning", "branch": "昆崙所"}),
        ("booked", {"who": "", "when": None, "branch": "昆崙所"}),
        ("offers", {"slots": []}),
        ("offers", {"slots": ["20180605-0900"] * 4}),
        ("already_collected", {"who": "", "phone": "call me"}),
        ("already_collected", {"who": "", "phone": "13800001234"}),
        ("faq", {"text": "请看www.example.com"}),
        ("faq", {"text": "请看 example.cn"}),
        ("faq", {"text": "请打138 0000 1234"}),
        ("faq", {"text": "证号370632194501010019"}),
        ("faq", {"text": "选①或②"}),
        ("faq", {"text": "去→工行"}),
        ("faq", {"text": "您好😊"}),
        ("faq", {"text": "【别的】您好"}),
        ("faq", {"text": ""}),
        ("whose", {"about": "", "names": ["王桂兰"]}),
        ("whose", {"about": "", "names": ["王*兰"] * 7}),
    ],
)
def test_a_message_that_must_not_leave_is_refused(key: str, params: dict[str, object]) -> None:
    with pytest.raises(RenderError):
        RENDERER.render(key, params)


def test_a_refusal_does_not_repeat_what_may_be_personal() -> None:
    with pytest.raises(RenderError) as refused:
        RENDERER.render("whose", {"about": "", "names": ["王桂兰"]})
    assert "王" not in refused.value.message
    with pytest.raises(RenderError) as refused:
        RENDERER.render("faq", {"text": "请打13800001234"})
    assert "1380000" not in refused.value.message


def test_masked_names_of_any_length_are_said() -> None:
    names = ["王*兰", "于*", "欧阳**", "买***木", "—"]
    assert max(map(len, names)) == LONGEST_NAME
    assert RENDERER.render("whose", {"about": "", "names": names}).endswith("5、—")


def test_simplifying_keeps_what_is_allowed() -> None:
    assert simplified("昆崙電纜", allowed="崙") == "昆崙电缆"
    assert faults("昆崙電纜", allowed="崙") == ["含有繁体字 纜 電，请改用简体字"]


# What is refused at start

Change = Callable[[Path], None]


def _write(name: str, text: str) -> Change:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8") and None


def _edit(old: str, new: str) -> Change:
    def edit(folder: Path) -> None:
        manifest = folder / "manifest.toml"
        text = manifest.read_text(encoding="utf-8")
        assert old in text
        manifest.write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_write("booked.txt", "已约好{{ when }}。"), "booked"),
        (_write("booked.txt", "已约好{{ when }}到{{ branch }}，{{ other }}。"), "other"),
        (_write("booked.txt", "已约好{{ when }到{{ branch }}。"), "booked"),
        (_write("booked.txt", "{{ who }}已约好{{ when }}到{{ branch }}。" + "长" * 40), "70"),
        (_write("help.txt", "請回复预约。"), "請"),
        (_write("help.txt", "请看www.example.com"), "网址"),
        (_write("help.txt", "请打13800001234"), "手机"),
        (_write("help.txt", "回复①"), "help"),
        (_write("help.txt", ""), "没有内容"),
        (_write("unlisted.txt", "您好"), "unlisted"),
        (lambda folder: (folder / "help.txt").unlink(), "help.txt"),
        (lambda folder: (folder / "manifest.toml").unlink(), "manifest.toml"),
        (_edit('kind = "invitation"', 'kind = "advertisement"'), "manifest.toml"),
        (_edit('type = "text", max = 5', 'type = "text"'), "max"),
        (
            _edit('codes = { aliyun = "", tencent = "", twilio = "" }', 'codes = { aliyun = "" }'),
            "manifest.toml",
        ),
        (_edit("opens = ", "opened = "), "opens"),
        (_edit('allowed = "崙"', 'allowed = ""'), "崙"),
    ],
)
def test_templates_that_are_not_fit_stop_the_start_and_are_named(
    tmp_path: Path, change: Change, named: str
) -> None:
    folder = tmp_path / "sms"
    shutil.copytree(TEMPLATES, folder)
    change(folder)
    with pytest.raises(TemplateError, match=named):
        Renderer(folder, "昆崙所")


@pytest.mark.parametrize("signature", ["", "所", "工商银行昆崙所", "工行①", "昆崙銀行"])
def test_a_signature_carriers_would_refuse_stops_the_start(signature: str) -> None:
    with pytest.raises(TemplateError, match="sms_signature"):
        Renderer(TEMPLATES, signature)


CODE = "SMS_123456789"


def test_a_code_of_the_configuration_goes_before_the_manifests() -> None:
    renderer = Renderer(TEMPLATES, "昆崙所", {"aliyun": {"booked": CODE}})
    assert renderer.code("booked", "aliyun") == CODE
    assert [renderer.code("booked", other) for other in ("tencent", "twilio")] == ["", ""]
    assert renderer.code("moved", "aliyun") == ""


def test_a_code_of_the_manifest_is_used_where_the_configuration_has_none(tmp_path: Path) -> None:
    folder = tmp_path / "sms"
    shutil.copytree(TEMPLATES, folder)
    _edit('aliyun = ""', f'aliyun = "{CODE}"')(folder)
    first = next(iter(RENDERER.manifest.templates))
    assert Renderer(folder, "昆崙所").code(first, "aliyun") == CODE


def test_a_code_for_a_message_that_does_not_exist_stops_the_start() -> None:
    with pytest.raises(TemplateError, match=r"sms\.toml.*bokked"):
        Renderer(TEMPLATES, "昆崙所", {"aliyun": {"bokked": CODE}})


# What is shown


def test_the_documented_list_of_messages_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == reference(RENDERER)


@pytest.fixture
def command_line() -> typer.Typer:
    app = typer.Typer()
    sms_preview.register(app)
    sms_preview.register(app)
    return app


def test_the_preview_lists_every_message_at_its_longest(command_line: typer.Typer) -> None:
    result = CliRunner().invoke(command_line, ["sms", "preview", "--json"])
    listed = json.loads(result.output)
    assert [message["key"] for message in listed] == list(RENDERER.manifest.templates)
    assert all(message["units"] == units(message["text"]) <= 70 for message in listed)


def test_the_preview_in_a_terminal_shows_each_message(command_line: typer.Typer) -> None:
    result = CliRunner().invoke(command_line, ["sms", "preview", "--signature", "昆崙所"])
    assert result.exit_code == 0
    assert all(key in result.output for key in KEYS)
    assert "【昆崙所】" in result.output


def test_the_group_is_on_the_command_line_once(command_line: typer.Typer) -> None:
    assert [group.name for group in command_line.registered_groups] == ["sms"]


def test_the_preview_writes_the_documentation(command_line: typer.Typer) -> None:
    result = CliRunner().invoke(command_line, ["sms", "preview", "--markdown", "--signature", "昆崙所"])
    assert result.output == DOCUMENT.read_text(encoding="utf-8")


def test_the_preview_writes_a_page_of_bubbles(command_line: typer.Typer, tmp_path: Path) -> None:
    page = tmp_path / "messages.html"
    result = CliRunner().invoke(command_line, ["sms", "preview", "--page", str(page)])
    assert result.exit_code == 0
    written = page.read_text(encoding="utf-8")
    assert written.count("<figure>") == len(KEYS)
    assert "http" not in written, "it needs nothing from elsewhere"


def test_every_kind_of_message_has_its_place_in_the_preview() -> None:
    assert set(Kind) == set(KINDS)
