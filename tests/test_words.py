"""No room but those of the framework's own data knows what is assessed, when, or by which code.

Belongs here: where an indicator's code, a lane's name or the word CCG may be written, and where it still is.
Does not belong here: who imports whom (test_architecture.py).

`EXCEPTED` has the modules that still write such a word, each with which. It may only shrink: a module that is
clean must leave it, and none may come.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAY = (
    "ccg_pipeline/framework/editions/",
    "ccg_pipeline/reference/",
    "ccg_pipeline/sources/publications/",
    "ccg_pipeline/demo/",
)
"""The rooms whose business these words are."""
VERBS = (
    "run|show|explain|league|export|panel|edition|database|files|quarantine|fetch|method|diff|compare|publish|"
    "notices|room|ui|doctor|weights|measures|demo|gate|backup|checks|metrics"
)
NO_WORD = re.compile(
    rf"ccg_pipeline|\bCCG_[A-Z_]+|\.ccg\b|`ccg\b[^`]*`|\bccg (?:{VERBS})\b|\"ccg_[a-z_]+\"|\"ccg\.[a-z]+\""
)
"""What is the name of the package, of a setting, of a folder, of the command, of a metric or of a log."""
WORDS = {
    "code": re.compile(r"(?<![0-9A-Za-z.])1[0-6][0-9][a-e](?![0-9A-Za-z])"),
    "lane": re.compile(r"interim|annual", re.IGNORECASE),
    "ccg": re.compile(r"ccg", re.IGNORECASE),
}
EXCEPTED = Path(__file__).with_name("words_excepted.txt")


def words_in(text: str) -> list[str]:
    """Return which of WORDS a module writes."""
    left = NO_WORD.sub("", text)
    return [name for name, pattern in WORDS.items() if pattern.search(left)]


def found() -> dict[str, list[str]]:
    """Return the modules outside MAY that write such a word, with which."""
    modules = [*(ROOT / "ccg_pipeline").rglob("*.py"), *(ROOT / "expert_panels").rglob("*.py")]
    paths = {path.relative_to(ROOT).as_posix(): path for path in sorted(modules)}
    said = {name: words_in(path.read_text(encoding="utf-8")) for name, path in paths.items()}
    return {name: words for name, words in said.items() if words and not name.startswith(MAY)}


def test_the_modules_that_write_such_a_word_are_those_still_excepted() -> None:
    lines = (line.partition(": ") for line in EXCEPTED.read_text(encoding="utf-8").splitlines())
    excepted = {name: words.split() for name, _, words in lines}
    now = found()
    new = {name: words for name, words in now.items() if set(words) - set(excepted.get(name, ()))}
    assert not new, f"These write a word that belongs to the data of one framework: {new}"
    clean = [
        name for name, words in excepted.items() if (ROOT / name).exists() and now.get(name, []) != words
    ]
    assert not clean, (
        "Take what is clean now out of words_excepted.txt: `python -m tests.test_words` writes it."
    )


def test_such_words_are_found_and_names_are_not() -> None:
    assert words_in("from ccg_pipeline.x import y  # `ccg show 02N`, CCG_HOME, .ccg/landing") == []
    assert words_in("codes = ['122b']; lane = 'interim'; ccg_code = 'x'") == ["code", "lane", "ccg"]


if __name__ == "__main__":
    EXCEPTED.write_text("".join(f"{name}: {' '.join(words)}\n" for name, words in found().items()), "utf-8")
