"""`maeari replay`, and what can be asked of the database afterwards."""

from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path

import zstandard

from tests.bot.cli.conftest import Maeari

POSTS = (
    {
        "source": "reddit",
        "id": "t1_a",
        "container": "gadgets",
        "author": "joe_p",
        "created_at": "2026-11-10T10:00:00Z",
        "text": "My Lumora stopped charging and nobody answers my ticket",
        "url": "https://www.reddit.com/r/gadgets/comments/x/y/a",
    },
    {
        "source": "discord",
        "id": "77",
        "container": "#자유게시판",
        "author": "하늘",
        "created_at": "2026-11-11T10:00:00+09:00",
        "text": "루모라 램프 진짜 최고예요 매일 쓰고 있어요 감사합니다",
    },
    {"id": 3, "created_at": 1_762_800_000, "text": "nothing about any brand here"},
)
BRAND = "Lumora=lumora,루모라"


def _jsonl(*posts: object) -> str:
    return "".join(json.dumps(post, ensure_ascii=False) + "\n" for post in posts)


def test_posts_become_mentions_cases_and_a_report(maeari: Maeari, tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text(_jsonl(*POSTS), encoding="utf-8")

    replayed = maeari("replay", "posts.jsonl", "--brand", BRAND, "--db", "t.db")
    listed = maeari("mentions", "--db", "t.db", "--format", "jsonl")
    cases = maeari("cases", "--db", "t.db", "--format", "csv")
    report = maeari("report", "--db", "t.db")

    assert replayed.returncode == 0, replayed.stderr
    assert "2 new mentions" in replayed.stdout
    mentions = {row["native_id"]: row for row in map(json.loads, listed.stdout.splitlines())}
    assert set(mentions) == {"t1_a", "77"}
    complaint = mentions["t1_a"]
    assert set(complaint) == {
        "source", "native_id", "container", "brand", "author_key", "created_at", "text", "url", "language", "label",
        "score", "intent", "decision", "reason",
    }  # fmt: skip
    assert complaint["source"] == "reddit"
    assert complaint["container"] == "gadgets"
    assert complaint["decision"] == "flag"
    assert complaint["reason"] == "complaint"
    assert "joe_p" not in listed.stdout
    assert mentions["77"]["language"] == "ko"
    assert mentions["77"]["created_at"] == "2026-11-11T01:00:00+00:00"
    assert cases.stdout.count("\n") == 2, "a header and the one complaint"
    assert report.returncode == 0, report.stderr
    assert "2026-W46" in report.stderr + report.stdout


def test_the_same_file_again_adds_nothing(maeari: Maeari, tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text(_jsonl(*POSTS), encoding="utf-8")
    maeari("replay", "posts.jsonl", "--brand", BRAND, "--db", "t.db")

    again = maeari("replay", "posts.jsonl", "--db", "t.db")

    assert "0 new mentions, 2 known already" in again.stdout
    assert len(maeari("mentions", "--db", "t.db", "--format", "jsonl").stdout.splitlines()) == 2
    assert len(maeari("cases", "--db", "t.db", "--format", "jsonl").stdout.splitlines()) == 1


def test_workers_change_nothing_about_the_result(maeari: Maeari, tmp_path: Path) -> None:
    lines = [
        {**post, "id": f"{post['id']}-{number}", "text": f"{post['text']} ({number})"}
        for number in range(40)
        for post in POSTS
    ]
    (tmp_path / "posts.jsonl").write_text(_jsonl(*lines), encoding="utf-8")

    for workers in ("0", "1"):
        done = maeari("replay", "posts.jsonl", "--brand", BRAND, "--db", f"{workers}.db", "--workers", workers)
        assert done.returncode == 0, done.stderr

    alone, together = (maeari("mentions", "--db", f"{workers}.db", "--format", "jsonl").stdout for workers in "01")
    keyed = [json.loads(line) for line in together.splitlines()]
    plain = [json.loads(line) for line in alone.splitlines()]
    for mention in (*keyed, *plain):
        del mention["author_key"]  # under a secret of each database
    assert keyed == plain
    assert len(keyed) == 80


def test_bad_lines_are_told_and_never_stop_the_run(maeari: Maeari, tmp_path: Path) -> None:
    bad = '{"text": 5, "created_at": 1762800000}\nnot json\n{"text": "lumora without a date"}\n'
    (tmp_path / "posts.jsonl").write_text(bad + _jsonl(*POSTS), encoding="utf-8")

    done = maeari("replay", "posts.jsonl", "--brand", BRAND, "--db", "t.db")

    assert done.returncode == 0
    assert "3 rejected" in done.stdout
    rejects = [json.loads(line) for line in (tmp_path / "posts.jsonl.rejects.jsonl").read_text().splitlines()]
    assert [reject["line"] for reject in rejects] == [1, 2, 3]
    assert all(reject["reason"] for reject in rejects)


def test_a_date_can_be_given(maeari: Maeari, tmp_path: Path) -> None:
    (tmp_path / "labelled.tsv").write_text('text\tlabel\n"lumora is "great\tpositive\n', encoding="utf-8")

    done = maeari("replay", "labelled.tsv", "--brand", BRAND, "--db", "t.db", "--created-at", "2026-11-12")

    assert "1 new mentions" in done.stdout, done.stdout + done.stderr
    row = json.loads(maeari("mentions", "--db", "t.db", "--format", "jsonl").stdout)
    assert row["text"] == '"lumora is "great'
    assert row["created_at"].startswith("2026-11-12")
    assert row["source"] == "file"


def test_columns_and_compression(maeari: Maeari, tmp_path: Path) -> None:
    csv = 'tweet_id,body,when\n9,"lumora, the lamp",2026-11-10T08:00:00Z\n'
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(csv.encode()))
    archive = {"body": "my lumora", "created_utc": 1_762_800_000, "subreddit": "korea", "name": "t1_z", "author": "x"}
    (tmp_path / "b.zst").write_bytes(zstandard.compress(_jsonl(archive).encode()))

    one = maeari(
        "replay", "a.csv.gz", "--brand", BRAND, "--db", "t.db", "--columns", "text=body,id=tweet_id,created_at=when"
    )
    two = maeari("replay", "b.zst", "--db", "t.db")

    assert "1 new mentions" in one.stdout, one.stdout + one.stderr
    assert "1 new mentions" in two.stdout, two.stdout + two.stderr
    listed = {
        row["native_id"]: row["source"]
        for row in map(json.loads, maeari("mentions", "--db", "t.db", "--format", "jsonl").stdout.splitlines())
    }
    assert listed == {"9": "file", "t1_z": "reddit"}


def test_nobody_is_written_to_about_the_past(maeari: Maeari, tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text(_jsonl(*POSTS), encoding="utf-8")

    maeari("replay", "posts.jsonl", "--brand", BRAND, "--db", "t.db")

    with sqlite3.connect(tmp_path / "t.db") as database:
        assert database.execute("SELECT count(*) FROM actions").fetchone() == (0,)


def test_no_brand_is_a_clear_error(maeari: Maeari, tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text(_jsonl(*POSTS), encoding="utf-8")

    done = maeari("replay", "posts.jsonl", "--db", "t.db")

    assert done.returncode == 2
    assert "--brand" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_person_is_exported_and_forgotten(maeari: Maeari, tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text(_jsonl(*POSTS), encoding="utf-8")
    maeari("replay", "posts.jsonl", "--brand", BRAND, "--db", "t.db")

    exported = json.loads(maeari("export-member", "reddit:joe_p", "--db", "t.db").stdout)
    forgotten = maeari("forget", "reddit:joe_p", "--yes", "--db", "t.db")

    assert exported["mentions"][0]["text"].startswith("My Lumora")
    assert "1 mentions" in forgotten.stdout
    assert "joe_p" not in maeari("export-member", "reddit:joe_p", "--db", "t.db").stdout
    assert b"stopped charging" not in b"".join(path.read_bytes() for path in tmp_path.glob("t.db*"))
