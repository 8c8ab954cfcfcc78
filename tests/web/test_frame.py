"""The frame that charts share: a scale, lines at round numbers, columns with gaps."""

from queueing.web.frame import Frame, framed

FRAME = Frame(width=120, height=100, left=20, right=120, top=10, floor=90, most=8)


def test_a_value_stands_as_high_as_its_part_of_the_most() -> None:
    assert (FRAME.y(0), FRAME.y(8), FRAME.y(4)) == (90, 10, 50)
    assert FRAME.y(3) + FRAME.up(3) == FRAME.floor


def test_lines_are_round_numbers_and_few() -> None:
    assert [number for _, number in FRAME.lines()] == [0, 2, 4, 6, 8]
    many = Frame(width=120, height=100, left=20, right=120, top=10, floor=90, most=317.0)
    assert [number for _, number in many.lines()] == [0, 100, 200, 300]


def test_columns_fill_the_width_but_for_the_gaps() -> None:
    plain, broken = FRAME.columns(4), FRAME.columns(4, [2], 20)
    assert [x for x, _ in plain] == [20, 45, 70, 95]
    assert [x for x, _ in broken] == [20, 40, 80, 100]
    assert broken[-1][0] + broken[-1][1] <= FRAME.right


def test_without_bars_there_are_no_lines() -> None:
    assert framed(FRAME, ()).lines == () and framed(FRAME, (1,)).lines == FRAME.lines()
