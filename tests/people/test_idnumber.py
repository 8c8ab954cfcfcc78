from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueing.people.idnumber import BadIdNumberError, check_character, make_id_number, parse_id_number

numbers = st.builds(
    make_id_number,
    st.integers(0, 999_999).map(lambda area: f"{area:06d}"),
    st.dates(date(1900, 1, 1), date(2018, 12, 31)),
    st.integers(0, 999),
)


def test_the_example_of_the_standard_is_valid():
    parsed = parse_id_number("11010519491231002X")

    assert parsed == ("11010519491231002X", date(1949, 12, 31), "女")


@given(st.dates(date(1900, 1, 1), date(2018, 12, 31)), st.integers(0, 999))
def test_a_number_tells_birth_date_and_sex(birth: date, seq: int):
    parsed = parse_id_number(make_id_number("371081", birth, seq))

    assert parsed.birth == birth
    assert parsed.sex == ("男" if seq % 2 else "女")


@given(numbers, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, shift: int):
    old = number[place]
    new = "0" if old == "X" else str((int(old) + shift) % 10)

    with pytest.raises(BadIdNumberError):
        parse_id_number(number[:place] + new + number[place + 1 :])


@given(numbers, st.integers(0, 15))
def test_two_digits_changed_round_are_always_noticed(number: str, place: int):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped == number:
        assert parse_id_number(swapped).number == number
    else:
        with pytest.raises(BadIdNumberError):
            parse_id_number(swapped)


@given(numbers)
def test_full_width_small_x_and_spaces_make_no_difference(number: str):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number.lower())

    assert parse_id_number(f"'{wide[:6]} {wide[6:14]}\u3000{wide[14:]}\t").number == number


@given(st.text(max_size=20))
def test_any_text_is_either_a_number_or_refused_with_a_reason(text: str):
    try:
        number = parse_id_number(text).number
    except BadIdNumberError as refusal:
        assert refusal.reason
    else:
        assert check_character(number[:17]) == number[17]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "为空"),
        ("371081480309002", "15位旧身份证号"),
        ("37108119480309002", "现为17位"),
        ("3.71081E+17", "科学计数法"),
        ("37108119480309ABCD", "末位为数字或X"),
        ("999999194813090021", "出生日期不存在"),
        ("999999194902290021", "出生日期不存在"),
        ("999999189912310021", "出生日期不存在"),
        ("٣٧١٠٨١١٩٤٨٠٣٠٩٠٠٢١", "末位为数字或X"),
    ],
)
def test_the_reason_says_what_to_correct(text: str, reason: str):
    with pytest.raises(BadIdNumberError, match=reason):
        parse_id_number(text)


def test_a_wrong_check_character_is_refused():
    number = make_id_number("999999", date(1948, 3, 9), 2)
    wrong = "1" if number[-1] != "1" else "2"

    with pytest.raises(BadIdNumberError, match="校验码"):
        parse_id_number(number[:-1] + wrong)


@pytest.mark.parametrize(("area", "seq"), [("3710", 1), ("371081", 1000), ("371081", -1)])
def test_the_generator_refuses_what_gives_no_number(area: str, seq: int):
    with pytest.raises(ValueError, match="six digits"):
        make_id_number(area, date(1948, 3, 9), seq)
