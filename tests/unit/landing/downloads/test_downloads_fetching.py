"""What lands of a publisher's answer: whole, once, and one sentence for everything that is no file."""

import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

import httpx
import pytest

from ccg_pipeline.landing.downloads.addresses import Wanted
from ccg_pipeline.landing.downloads.fetching import client, fetch
from ccg_pipeline.landing.downloads.outcomes import Policy
from ccg_pipeline.landing.downloads.record import FOLDER
from expert_panels.foundation.fault import Fault
from tests.support.notations.downloads import BODY, QUICK, get, landed
from tests.support.patience import SECONDS, wait_until
from tests.support.servers.publisher import (
    Asked,
    Publisher,
    cuts_off,
    dribbles,
    fails,
    page,
    page_as_file,
    running_publisher,
    serves,
    without_length,
)


def test_a_file_lands_whole_with_its_checksum_on_record(
    publisher: Publisher, http: httpx.Client, tmp_path: Path
) -> None:
    url = publisher.at("/a.xls", serves(BODY, '"1"', "Thu, 11 May 2017 09:30:00 GMT"))
    told: list[tuple[str, int, int | None]] = []
    found = fetch(http, Wanted(url, "a.xls"), tmp_path, QUICK, lambda *news: told.append(news))
    assert (found.state, found.path) == ("new", tmp_path / "a.xls")
    assert landed(tmp_path) == {"a.xls": BODY}
    assert told[-1] == ("a.xls", len(BODY), len(BODY))
    record = json.loads((tmp_path / FOLDER / "a.xls.json").read_text())
    assert record["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert (record["url"], record["etag"], record["size_bytes"]) == (url, '"1"', len(BODY))


def test_what_did_not_change_is_not_sent_again(
    publisher: Publisher, http: httpx.Client, tmp_path: Path
) -> None:
    url = publisher.at("/b.xls", serves(BODY, '"1"'))
    get(http, url, tmp_path)
    before = len(publisher.asked)
    assert get(http, url, tmp_path).state == "unchanged"
    ((_, headers),) = publisher.asked[before:]
    assert headers["If-None-Match"] == '"1"'
    assert landed(tmp_path) == {"a.xls": BODY}


def test_a_file_that_was_taken_away_is_fetched_again(
    publisher: Publisher, http: httpx.Client, tmp_path: Path
) -> None:
    url = publisher.at("/b2.xls", serves(BODY, '"1"'))
    get(http, url, tmp_path)
    (tmp_path / "a.xls").unlink()
    assert get(http, url, tmp_path).state == "new"
    assert landed(tmp_path) == {"a.xls": BODY}


def test_the_same_bytes_under_another_version_change_nothing(
    publisher: Publisher, http: httpx.Client, tmp_path: Path
) -> None:
    url = publisher.at("/c.xls", serves(BODY, '"1"'), serves(BODY, '"2"'))
    get(http, url, tmp_path)
    assert get(http, url, tmp_path).state == "unchanged"
    assert landed(tmp_path) == {"a.xls": BODY}
    assert get(http, url, tmp_path).state == "unchanged"  # by 304: the new version is on record
    assert publisher.asked[-1][1]["If-None-Match"] == '"2"'


def test_a_revision_lands_beside_what_was_there(
    publisher: Publisher, http: httpx.Client, tmp_path: Path
) -> None:
    url = publisher.at("/d.xls", serves(BODY, '"1"'), serves(BODY[1:], '"2"'))
    get(http, url, tmp_path)
    found = get(http, url, tmp_path)
    name = f"a.{hashlib.sha256(BODY[1:]).hexdigest()[:8]}.xls"
    assert (found.state, found.path) == ("revised", tmp_path / name)
    assert landed(tmp_path) == {"a.xls": BODY, name: BODY[1:]}
    assert get(http, url, tmp_path).state == "unchanged"


def test_a_file_put_there_by_hand_is_not_written_over(
    publisher: Publisher, http: httpx.Client, tmp_path: Path
) -> None:
    (tmp_path / "a.xls").write_bytes(b"mine")
    get(http, publisher.at("/e.xls", serves(BODY)), tmp_path)
    assert landed(tmp_path) == {"a.xls": b"mine", f"a.{hashlib.sha256(BODY).hexdigest()[:8]}.xls": BODY}


def test_a_download_that_was_cut_off_goes_on_from_there(
    publisher: Publisher, http: httpx.Client, tmp_path: Path
) -> None:
    url = publisher.at("/f.xls", cuts_off(BODY, 40_000, '"1"'), serves(BODY, '"1"'))
    before = len(publisher.asked)
    assert get(http, url, tmp_path).state == "new"
    first, second = (headers for _, headers in publisher.asked[before:])
    assert "Range" not in first
    assert (second["Range"], second["If-Range"]) == ("bytes=40000-", '"1"')
    assert landed(tmp_path) == {"a.xls": BODY}


def test_what_changed_while_it_was_cut_off_is_fetched_from_the_beginning(
    publisher: Publisher, http: httpx.Client, tmp_path: Path
) -> None:
    other = BODY[::-1]
    url = publisher.at("/g.xls", cuts_off(BODY, 40_000, '"1"'), serves(other, '"2"'))
    assert get(http, url, tmp_path).state == "new"
    assert landed(tmp_path) == {"a.xls": other}


@pytest.mark.parametrize("etag", ["", 'W/"1"'])
def test_without_a_name_for_the_very_bytes_nothing_is_pieced_together(
    publisher: Publisher, http: httpx.Client, tmp_path: Path, etag: str
) -> None:
    url = publisher.at("/h.xls", cuts_off(BODY, 40_000, etag), serves(BODY, etag))
    before = len(publisher.asked)
    assert get(http, url, tmp_path).state == "new"
    assert [headers.get("Range") for _, headers in publisher.asked[before:]] == [None, None]
    assert landed(tmp_path) == {"a.xls": BODY}


def wrong_part(asked: Asked) -> None:
    asked.answer(206, BODY[50:], Content_Range=f"bytes 50-{len(BODY) - 1}/{len(BODY)}", ETag='"1"')


@pytest.mark.parametrize("strange", [wrong_part, fails(416)])
def test_another_part_than_was_asked_for_is_thrown_away(
    publisher: Publisher, http: httpx.Client, tmp_path: Path, strange: object
) -> None:
    url = publisher.at("/i.xls", cuts_off(BODY, 40_000, '"1"'), strange, serves(BODY, '"1"'))  # type: ignore[arg-type]  # parametrize gives objects
    assert get(http, url, tmp_path).state == "new"
    assert landed(tmp_path) == {"a.xls": BODY}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again_without_a_word_on_standard_output(
    publisher: Publisher,
    http: httpx.Client,
    tmp_path: Path,
    status: int,
    capfd: pytest.CaptureFixture[str],
) -> None:
    url = publisher.at("/j.xls", fails(status), fails(status, Retry_After="0"), serves(BODY))
    before = len(publisher.asked)
    assert get(http, url, tmp_path).state == "new"
    assert len(publisher.asked) - before == 3
    assert capfd.readouterr() == ("", "")


REFUSED = [  # what the server does, how often it is asked, what is said
    (fails(500), 4, "answers 500 Internal Server Error, 4 times; fetch it again later"),
    (cuts_off(BODY, 1000), 4, "broke off 4 times"),
    (fails(404), 1, "answers 404 Not Found; correct the address"),
    (fails(401), 1, "answers 401 Unauthorized"),
    (page, 1, "answers with a web page, perhaps to sign in"),
    (page_as_file, 1, "answers with a web page, perhaps to sign in"),
    (serves(b""), 1, "answers with nothing"),
    (fails(302, Location="ftp://127.0.0.1/a"), 1, "correct the address"),
]


@pytest.mark.parametrize(("behaviour", "times", "said"), REFUSED)
def test_what_is_no_file_is_refused_in_one_sentence(
    publisher: Publisher, http: httpx.Client, tmp_path: Path, behaviour: object, times: int, said: str
) -> None:
    url = publisher.at("/k.xls", behaviour)  # type: ignore[arg-type]  # parametrize gives objects
    before = len(publisher.asked)
    found = get(http, url, tmp_path)
    assert (found.state, found.path) == ("refused", None)
    assert found.sentence.startswith("a.xls: ")
    assert said in found.sentence
    assert "\n" not in found.sentence
    assert len(publisher.asked) - before == times
    assert landed(tmp_path) == {}


def test_a_server_that_falls_silent_is_asked_again(publisher: Publisher, tmp_path: Path) -> None:
    url, before = publisher.at("/k.xls", dribbles(b"ab", SECONDS)), len(publisher.asked)
    policy = replace(QUICK, read=0.5)
    with client(policy) as impatient:
        found = get(impatient, url, tmp_path, policy)
    assert (found.state, len(publisher.asked) - before) == ("refused", 4)
    assert "broke off 4 times" in found.sentence


def test_a_refusal_leaves_what_landed_before(
    publisher: Publisher, http: httpx.Client, tmp_path: Path
) -> None:
    url = publisher.at("/l.xls", serves(BODY, '"1"'), page, serves(BODY, '"1"'))
    get(http, url, tmp_path)
    found = get(http, url, tmp_path)
    assert (found.state, found.path) == ("refused", tmp_path / "a.xls")
    assert landed(tmp_path) == {"a.xls": BODY}
    assert get(http, url, tmp_path).state == "unchanged"


@pytest.mark.parametrize("send", [serves, without_length])
@pytest.mark.parametrize(("limit", "state"), [(len(BODY) - 1, "refused"), (len(BODY), "new")])
def test_a_file_above_the_limit_is_refused_whether_or_not_the_server_says_its_size(
    publisher: Publisher, http: httpx.Client, tmp_path: Path, send: object, limit: int, state: str
) -> None:
    url = publisher.at("/m.xls", send(BODY))  # type: ignore[operator]  # parametrize gives objects
    found = get(http, url, tmp_path, Policy(max_bytes=limit, attempts=1))
    assert found.state == state
    assert ("is larger than 102,399 bytes" in found.sentence) == (state == "refused")
    hidden = [path for path in (tmp_path / FOLDER).iterdir() if path.stat().st_size > 10_000]
    assert hidden == []


def test_a_server_that_never_ends_is_left_and_gone_on_from(
    publisher: Publisher, http: httpx.Client, tmp_path: Path
) -> None:
    url = publisher.at("/n.xls", dribbles(BODY, 0.02, '"1"'), serves(BODY, '"1"'))
    found = get(http, url, tmp_path, Policy(whole=0.3, attempts=1, clock=count(0.0, 0.1).__next__))
    assert found.state == "refused"
    assert "took longer than 0.3 seconds" in found.sentence
    assert get(http, url, tmp_path).state == "new"
    assert publisher.asked[-1][1]["Range"].startswith("bytes=")
    assert landed(tmp_path) == {"a.xls": BODY}


def test_bytes_that_were_compressed_on_the_way_land_as_they_were(
    publisher: Publisher, http: httpx.Client, tmp_path: Path
) -> None:
    def compressed(asked: Asked) -> None:
        asked.answer(200, gzip.compress(BODY), Content_Encoding="gzip", ETag='"1"')

    assert get(http, publisher.at("/o.xls", compressed), tmp_path).state == "new"
    assert landed(tmp_path) == {"a.xls": BODY}


def test_offline_is_a_state_and_what_has_landed_stands(http: httpx.Client, tmp_path: Path) -> None:
    with running_publisher() as gone, client(QUICK) as other:
        url = gone.at("/p.xls", serves(BODY))
        get(other, url, tmp_path)
    found = get(http, url, tmp_path)
    assert (found.state, found.path) == ("offline", tmp_path / "a.xls")
    assert found.sentence == "a.xls: 127.0.0.1 cannot be reached; what has landed stands."


def test_a_record_that_was_damaged_costs_a_download_and_loses_nothing(
    publisher: Publisher, http: httpx.Client, tmp_path: Path
) -> None:
    url = publisher.at("/q.xls", serves(BODY, '"1"'))
    get(http, url, tmp_path)
    (tmp_path / FOLDER / "a.xls.json").write_text("{")
    assert get(http, url, tmp_path).state == "new"
    assert landed(tmp_path) == {"a.xls": BODY}


def test_a_folder_that_is_none_is_named(publisher: Publisher, http: httpx.Client, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Fault, match=r"a\.xls: cannot be written into .*; check the folder"):
        get(http, publisher.at("/r.xls", serves(BODY)), tmp_path / "file")


ONE = """
import sys
from pathlib import Path
from ccg_pipeline.landing.downloads.addresses import Wanted
from ccg_pipeline.landing.downloads.fetching import client, fetch
from ccg_pipeline.landing.downloads.outcomes import Policy
with client(Policy()) as http:
    print(fetch(http, Wanted(sys.argv[1], "a.xls"), Path(sys.argv[2]), Policy()).state, flush=True)
"""


def test_a_process_killed_half_way_leaves_nothing_half_written_and_the_next_goes_on(
    publisher: Publisher, http: httpx.Client, tmp_path: Path
) -> None:
    url = publisher.at("/s.xls", dribbles(BODY, 0.01, '"1"'), serves(BODY, '"1"'))
    process = subprocess.Popen([sys.executable, "-c", ONE, url, str(tmp_path)])
    part = tmp_path / FOLDER / "a.xls.part"
    wait_until("the first bytes", lambda: part.exists() and part.stat().st_size)
    with pytest.raises(Fault, match="another process is fetching it just now"):
        get(http, url, tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(SECONDS)
    assert landed(tmp_path) == {}
    assert get(http, url, tmp_path).state == "new"
    assert publisher.asked[-1][1]["Range"].startswith("bytes=")
    assert landed(tmp_path) == {"a.xls": BODY}


# where somebody who answers for the publisher may send the download: what only this machine can reach
