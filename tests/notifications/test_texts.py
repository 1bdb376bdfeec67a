"""The page on which a family stops messages says the same in every language."""

from __future__ import annotations

from django.conf import settings

from notifications.texts import STOP


def test_the_page_is_whole_in_every_language():
    assert set(STOP) == {code for code, _name in settings.LANGUAGES}
    keys = set(STOP["en"])
    for language, words in STOP.items():
        assert set(words) == keys
        assert all(words.values())
        if language != "en":
            assert [key for key in keys if words[key] == STOP["en"][key]] == []
