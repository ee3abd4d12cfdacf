from __future__ import annotations

from attestgraph.diagnostics import Reason
from attestgraph.formats import words
from attestgraph.model.words import WORD_ORDER, Result, Word


def test_every_word_reason_and_result_has_its_text() -> None:
    for word in Word:
        assert words.WORD[word]
        assert words.MEANING[word].endswith(".")
        assert words.MARK[word]
    assert set(words.BAR_ORDER) == set(WORD_ORDER) == set(Word)
    assert {str(result) for result in Result} < set(words.RESULT)
    assert set(words.REASON) == set(Reason)


def test_no_text_praises_or_calls_anything_compliant() -> None:
    said = [*words.WORD.values(), *words.MEANING.values(), *words.RESULT.values()]
    said += [text for pair in words.REASON.values() for text in pair]
    for text in said:
        for claim in ("secure", "certified", "compliant ", "green", "congrat"):
            if claim == "compliant " and "neither compliant nor not" in str(text):
                continue
            assert claim not in str(text)


def test_marks_tell_the_words_apart_without_colour() -> None:
    assert len(set(words.MARK.values())) == len(Word)


def test_the_moderate_baseline_is_never_taken_for_fedramps() -> None:
    note = words.profile_note("nist-800-53-r5", "moderate")
    assert note is not None
    assert "not FedRAMP's" in note
    assert words.profile_note("nist-800-53-r5", None) is None
    assert words.profile_note("cmmc-2.0", "2") is None


def test_counts_are_told_worst_first_and_never_as_an_empty_text() -> None:
    counts = {"pass": 21, "fail": 2, "not_evaluated": 1234}
    assert words.counted(counts) == "2 fail, 1,234 not evaluated, 21 pass"
    assert words.counted({}) == "no findings"


def test_an_unknown_reason_is_printed_as_it_stands() -> None:
    assert words.reason_words("stale") == "The evidence is older than its limit."
    assert words.reason_words("2 controls fail") == "2 controls fail"
    assert words.reason_remedy("2 controls fail") == ""
    assert words.reason_words(None) == ""
