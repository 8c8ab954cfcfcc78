import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueing.people.masking import mask_id_number, mask_name, mask_phone
from queueing.people.phone import BadPhoneError, can_receive_sms, normalise_phone, parse_phone
from queueing.people.text import match_key, tidy


@pytest.mark.parametrize(
    "text",
    [
        "15412345678",
        "+8615412345678",
        "8615412345678",
        "0086 154-1234-5678",
        " 154 1234 5678 ",
        "１５４１２３４５６７８",
        "154－1234－5678",
        "'15412345678",
        "\u202d15412345678\u202c",
    ],
)
def test_a_mobile_has_one_spelling(text: str):
    assert parse_phone(text) == ("15412345678", True)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0631-5901234", "0631-5901234"),
        ("（0631）5901234", "0631-5901234"),
        ("+86 631 5901234", "0631-5901234"),
        ("01058881234", "010-58881234"),
        ("+86-10-58881234", "010-58881234"),
        ("053155501234", "0531-55501234"),
    ],
)
def test_a_landline_is_kept_but_gets_no_messages(text: str, number: str):
    assert parse_phone(text) == (number, False)
    assert not can_receive_sms(number)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "为空"),
        ("1541234567", "现为10位"),
        ("5901234", "区号"),
        ("1.54E+10", "科学计数法"),
        ("12345678901", "应为一个"),
        ("15412345678/15487654321", "现为22位"),
        ("95588", "应为一个"),
        ("打我儿子的", "应为一个"),
    ],
)
def test_what_is_no_number_is_refused_with_a_reason(text: str, reason: str):
    with pytest.raises(BadPhoneError, match=reason):
        parse_phone(text)


def test_no_number_stays_no_number():
    assert normalise_phone(" \u3000") == ""


@given(st.text(alphabet="0123456789+-() 　１２", max_size=20))
def test_a_normalised_number_is_its_own_spelling(text: str):
    try:
        number = normalise_phone(text)
    except BadPhoneError:
        return
    assert normalise_phone(number) == number


@pytest.mark.parametrize(
    ("number", "masked"),
    [("15412345678", "154****5678"), ("0631-5901234", "0631-***1234"), ("", ""), ("95588", "****")],
)
def test_a_masked_phone_shows_only_its_ends(number: str, masked: str):
    assert mask_phone(number) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小兰", "王*兰"),
        ("王兰", "王*"),
        ("欧阳小兰", "欧阳**"),
        ("欧阳兰", "欧阳*"),
        ("欧阳", "欧*"),
        ("张王小兰", "张**兰"),
        ("王", "*"),
        ("", ""),
        ("王 𠮷", "王*"),
        ("买买提·艾山", "买***山"),
        ("葛\U000e0100小兰", "葛*兰"),
    ],
)
def test_a_masked_name_greets_without_telling_it_all(name: str, masked: str):
    assert mask_name(name) == masked


@given(st.text(min_size=1, max_size=12))
def test_a_masked_name_never_shows_the_whole_name(name: str):
    letters = tidy(name)

    assert not letters or mask_name(name) != letters or set(letters) == {"*"}


def test_a_masked_id_number_shows_the_last_four():
    assert mask_id_number("99999919480309002X") == "**************002X"
    assert mask_id_number("wrong") == "*" * 18


@pytest.mark.parametrize(
    ("typed", "kept"), [(" 王  兰 ", "王兰"), ("Anna  Maria", "Anna Maria"), ("王\u200b兰", "王兰")]
)
def test_padding_is_no_part_of_a_name(typed: str, kept: str):
    assert tidy(typed) == kept


def test_names_match_across_widths_and_dots():
    assert match_key("买买提•艾山") == match_key("买买提 ・ 艾山")
    assert match_key("威力工具（集团）有限公司") == match_key("威力工具(集团)有限公司")
