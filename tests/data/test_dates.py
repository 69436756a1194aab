"""The language of dates: each way has the readings that are said, and what is held out is never drawn for training."""

import datetime
from collections import Counter

import numpy as np
import pytest

from d2lrnn.data import dates


def test_the_third_of_march_in_every_way():
    day = datetime.date(1921, 3, 3)
    for way in dates.WAYS[:-1]:
        written = dates.write(day, way)
        assert dates.readings_of(written) == {"1921-03-03": 1.0}, written
    assert dates.write(day, "the 3rd of March 1921") == "the 3rd of March 1921"
    assert dates.write(datetime.date(2019, 12, 31), "Mar 3rd, 1921") == "Dec 31st, 2019"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (22, "22nd"),
        (30, "30th"),
    ],
)
def test_ordinals(day, said):
    assert dates.ordinal(day) == said


@pytest.mark.parametrize("way", dates.WAYS[:-1])
def test_every_way_can_be_read_for_every_day_of_a_year(way):
    for number in range(366):
        day = datetime.date(1904, 1, 1) + datetime.timedelta(number)
        assert list(dates.readings_of(dates.write(day, way))) == [day.isoformat()]


def test_a_short_date_has_three_readings_and_greedy_would_begin_with_the_wrong_figure():
    found = dates.readings_of("03/04/12")
    assert found == {"2012-03-04": 0.45, "1912-04-03": 0.30, "1912-03-04": 0.25}
    assert next(iter(found))[0] == "2" and sum(p for d, p in found.items() if d[0] == "1") > 0.5


def test_short_dates_come_as_often_as_they_say():
    pairs = dates.draw(4000, [dates.SHORT], rng=0)
    rank = Counter(list(dates.readings_of(pair.source)).index(pair.target) for pair in pairs)
    assert np.allclose([rank[i] / 4000 for i in range(3)], [0.45, 0.30, 0.25], atol=0.03)
    assert dates.best_accuracy(pairs) == pytest.approx(0.45)


def test_no_day_is_in_both_parts():
    ways = dates.WAYS[:-1]
    train = {pair.target for pair in dates.draw(5000, ways, rng=1)}
    held = {pair.target for pair in dates.draw(3000, ways, held_out=True, rng=2)}
    assert not train & held
    share = np.mean([int(day[:4]) >= 1960 for day in held])
    assert 0.45 < share < 0.55 and len({day[5:7] for day in held}) == 12, "the part held out is a part of the calendar"
    assert min(min(train), min(held)) >= "1900-01-01" and max(max(train), max(held)) <= "2019-12-31"


def test_a_seed_repeats_and_ways_are_drawn_evenly():
    assert dates.draw(50, rng=3) == dates.draw(50, rng=3) != dates.draw(50, rng=4)
    ways = Counter(pair.way for pair in dates.draw(7000, rng=5))
    assert set(ways) == set(dates.WAYS) and min(ways.values()) > 850


def test_errors_say_what_is_allowed():
    with pytest.raises(ValueError, match="way must be one of '3 March 1921'.*got 'short'"):
        dates.write(datetime.date(1921, 3, 3), "short")
    with pytest.raises(ValueError, match="ways must be some of"):
        dates.draw(3, ["by hand"])
    with pytest.raises(ValueError, match="ways must be some of"):
        dates.draw(3, [])
    with pytest.raises(ValueError, match="is no date"):
        dates.readings_of("tomorrow")
    with pytest.raises(ValueError, match="at least one pair"):
        dates.best_accuracy([])
