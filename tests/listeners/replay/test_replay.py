"""Files of every kind become posts; what cannot is counted and noted, and never stops the run."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import SteppedClock
from core.errors import InputError, UsageError
from core.types.post import Post, PostKind, PostRef, Source
from listeners.replay import FileListener, FileOptions, Progress
from listeners.replay import lines as lines_module

NOW = datetime(2026, 11, 20, tzinfo=UTC)
GIVEN = datetime(2026, 1, 2, tzinfo=UTC)


def options(**sides: object) -> FileOptions:
    return FileOptions(**{"clock": SteppedClock(NOW), **sides})  # type: ignore[arg-type]


async def read(*paths: Path, **sides: object) -> tuple[list[Post], Progress]:
    listener = FileListener(paths, options(**sides))
    posts = [post async for batch in listener.batches() for post in batch.posts]
    return posts, listener.progress()


def rejects(path: Path) -> list[tuple[int, str]]:
    noted = path.with_name(path.name + ".rejects.jsonl")
    if not noted.exists():
        return []
    return [(line["line"], line["reason"]) for line in map(json.loads, noted.read_text().splitlines())]


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


LINE = {
    "source": "reddit",
    "id": "t3_a",
    "container": "gadgets",
    "author": "ann",
    "text": "루모라 좋아요",
    "title": "T",
}


async def test_jsonl_lines_keep_all_their_sides(tmp_path: Path) -> None:
    line = {**LINE, "created_at": "2026-11-09T10:00:00+09:00", "url": "https://x.example/1", "parent_id": "t1_p"}
    posts, progress = await read(write(tmp_path, "posts.jsonl", json.dumps(line) + "\n"))
    assert len(posts) == 1
    post = posts[0]
    assert post.ref == PostRef(Source.REDDIT, "gadgets", "t3_a")
    assert (post.kind, post.text, post.title) == (PostKind.SUBMISSION, "루모라 좋아요", "T")
    assert post.created_at == datetime(2026, 11, 9, 1, 0, tzinfo=UTC)
    assert post.author is not None
    assert (post.author.name, post.url, post.parent_id) == ("ann", "https://x.example/1", "t1_p")
    assert (progress.lines, progress.posts, progress.rejected, progress.rejects) == (1, 1, 0, ())
    assert progress.bytes_read == progress.bytes_total > 0


async def test_batches_are_history_bounded_and_oldest_first(tmp_path: Path) -> None:
    content = "".join(
        json.dumps({"text": f"n{i}", "id": i, "created_at": 1_700_000_000 + (i * 7) % 10}) + "\n" for i in range(10)
    )
    listener = FileListener([write(tmp_path, "p.jsonl", content)], options(batch_posts=4))
    batches = [batch async for batch in listener.batches()]
    assert [len(batch.posts) for batch in batches] == [4, 4, 2]
    assert all(batch.history and batch.feed == "file:p.jsonl" and batch.cursor is None for batch in batches)
    assert all([p.created_at for p in b.posts] == sorted(p.created_at for p in b.posts) for b in batches)
    assert [health.posts_seen for health in listener.health()] == [10]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-09T10:00:00Z", datetime(2026, 11, 9, 10, tzinfo=UTC)),
        ("2026-11-09 10:00:00", datetime(2026, 11, 9, 10, tzinfo=UTC)),
        ("2026-11-09", datetime(2026, 11, 9, tzinfo=UTC)),
        ("20261109", datetime(2026, 11, 9, tzinfo=UTC)),
        (1_794_218_400, datetime(2026, 11, 9, 10, tzinfo=UTC)),
        ("1794218400", datetime(2026, 11, 9, 10, tzinfo=UTC)),
        (1_794_218_400.5, datetime(2026, 11, 9, 10, 0, 0, 500_000, tzinfo=UTC)),
        (1_794_218_400_000, datetime(2026, 11, 9, 10, tzinfo=UTC)),
        ("1711121311230", datetime(2024, 3, 22, 15, 28, 31, 230_000, tzinfo=UTC)),
    ],
)
async def test_dates(tmp_path: Path, written: object, meant: datetime) -> None:
    posts, _ = await read(write(tmp_path, "p.jsonl", json.dumps({"text": "x", "created_at": written})))
    assert [post.created_at for post in posts] == [meant]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "x"', "bad JSON"),
        ("[1]", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ('{"text": "\\ud83d"}', "bad JSON"),
        ('{"created_at": 1700000000}', "text is missing"),
        ('{"text": "  ", "created_at": 1700000000}', "text is missing"),
        ('{"text": null, "title": "only this", "created_at": 1700000000}', "text is missing"),
        ('{"text": 5, "created_at": 1700000000}', "text is no string"),
        ('{"text": ["x"], "created_at": 1700000000}', "text is no string"),
        ('{"text": "x"}', "no created_at; give a date for such lines with --created-at"),
        ('{"text": "x", "created_at": true}', "created_at is neither a date nor a number"),
        ('{"text": "x", "created_at": "soon"}', "created_at is neither ISO 8601 nor a number"),
        ('{"text": "x", "created_at": "NaN"}', "created_at is no possible date"),
        ('{"text": "x", "created_at": 1e300}', "created_at is no possible date"),
        ('{"text": "x", "created_at": 0}', "created_at lies before 1990"),
        ('{"text": "x", "created_at": "0001-01-01T00:00:00+09:00"}', "created_at is neither ISO 8601 nor a number"),
        ('{"text": "x", "created_at": "2026-12-24"}', "created_at lies in the future"),
        ('{"text": "x", "created_at": 1700000000, "title": 1}', "title is no string"),
        ('{"text": "x", "created_at": 1700000000, "author": {"name": "a"}}', "author is no string"),
        ('{"text": "x", "created_at": 1700000000, "id": 1.5}', "id is no string"),
        ('{"body": "[deleted]", "created_utc": 1700000000, "subreddit": "a"}', "deleted at its source"),
    ],
)
async def test_a_bad_line_is_noted_and_the_next_is_read(tmp_path: Path, line: str, reason: str) -> None:
    good = '{"text": "good", "created_at": 1700000000}'
    path = write(tmp_path, "p.jsonl", f'{good}\n\n{line}\n{good[:-1]}, "id": 2}}\n')
    posts, progress = await read(path)
    assert [post.text for post in posts] == ["good", "good"]
    assert rejects(path) == [(3, reason)]
    assert (progress.lines, progress.rejected) == (3, 1)
    assert progress.rejects == (path.with_name("p.jsonl.rejects.jsonl"),)


async def test_bytes_that_are_no_utf8_and_lines_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "MAX_LINE_BYTES", 200)
    good = b'{"text": "good", "created_at": 1700000000}\n'
    long = b'{"text": "' + b"x" * 1000 + b'", "created_at": 1700000000}\n'
    path = write(tmp_path, "p.jsonl", good + b'{"text": "\xff\xfe"}\n' + long + good.replace(b"good", b"fine"))
    posts, _ = await read(path)
    assert [post.text for post in posts] == ["good", "fine"]
    assert rejects(path) == [(2, "not UTF-8"), (3, "line too long")]


async def test_rejects_of_an_earlier_run_do_not_stay(tmp_path: Path) -> None:
    path = write(tmp_path, "p.jsonl", '{"text": "x"}\n')
    await read(path)
    assert len(rejects(path)) == 1
    await read(path, created_at=GIVEN)
    assert rejects(path) == []


async def test_unquoted_tsv_splits_on_tabs_only(tmp_path: Path) -> None:
    path = write(
        tmp_path, "set.tsv", '\ufefftext\tlabel\tsource\r\nsay "hi\tpositive\thandmade\r\na\tb\tc\td\r\nshort\r\n'
    )
    posts, _ = await read(path, created_at=GIVEN)
    assert [post.text for post in posts] == ['say "hi', "short"]
    assert {post.ref.container for post in posts} == {"set"}
    assert {post.ref.source for post in posts} == {Source.FILE}
    assert {post.created_at for post in posts} == {GIVEN}
    assert rejects(path) == [(3, "more than 3 columns")]


async def test_csv_cells_may_hold_quotes_commas_and_lines(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", 'tweet_id,body,when\n7,"one, ""two""\nthree",2026-11-09\n8,plain,2026-11-09\n')
    posts, _ = await read(
        path, columns={"text": "body", "id": "tweet_id", "created_at": "when"}
    )  # `body` is no archive line here
    assert [(post.ref.native_id, post.text) for post in posts] == [("7", 'one, "two"\nthree'), ("8", "plain")]


async def test_a_stray_quote_costs_one_line_of_a_csv(tmp_path: Path) -> None:
    rows = "".join(f"{i},row {i}\n" for i in range(3, 900))
    path = write(tmp_path, "t.csv", f'id,text\n1,fine\n2,"never closed\n{rows}'.encode() + b"900,\xff\n901,last\n")
    posts, progress = await read(path, created_at=GIVEN)
    assert [int(post.ref.native_id) for post in posts] == [1, *range(3, 900), 901]
    assert [number for number, _ in rejects(path)] == [3, 901]
    assert progress.lines == 901


async def test_reddit_archive_lines(tmp_path: Path) -> None:
    comment = {
        "body": "hello", "created_utc": "1700000000", "subreddit": "korea", "id": "abc", "author": "ann",
        "author_fullname": "t2_x", "link_id": "t3_s", "parent_id": "t3_s", "permalink": "/r/korea/comments/s/_/abc/",
        "gildings": {"x": 1},
    }  # fmt: skip
    submission = {
        "title": "A title", "selftext": "", "created_utc": 1700000001, "subreddit": "korea", "name": "t3_s",
        "author": "[deleted]", "num_comments": 3, "over_18": True,
    }  # fmt: skip
    path = write(tmp_path, "RC_2023-11.zst", "")
    with zstandard.ZstdCompressor(write_content_size=False).stream_writer(path.open("wb")) as stream:
        stream.write(f"{json.dumps(comment)}\n{json.dumps(submission)}\n".encode())
    posts, _ = await read(path)
    assert [post.ref for post in posts] == [
        PostRef(Source.REDDIT, "korea", "t1_abc"),
        PostRef(Source.REDDIT, "korea", "t3_s"),
    ]
    first, second = posts
    assert first.author is not None
    assert (first.author.native_id, first.thread_id) == ("t2_x", "t3_s")
    assert first.url == "https://www.reddit.com/r/korea/comments/s/_/abc/"
    assert (second.text, second.title, second.author) == ("", "A title", None)
    assert (second.reply_count, second.is_nsfw) == (3, True)


async def test_gzip_is_told_by_its_content_not_by_its_name(tmp_path: Path) -> None:
    path = write(tmp_path, "p.jsonl", gzip.compress(b'{"text": "x", "created_at": 1700000000}\n'))
    posts, _ = await read(path)
    assert [post.text for post in posts] == ["x"]


async def test_a_cut_off_archive_hands_over_what_came_before(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"text": f"post {i} {i * 7919}", "created_at": 1700000000}) + "\n" for i in range(2000))
    path = write(tmp_path, "p.jsonl.gz", gzip.compress(lines.encode())[:-2000])
    listener = FileListener([path], options())
    posts: list[Post] = []

    async def read_on() -> None:
        async for batch in listener.batches():
            posts.extend(batch.posts)

    with pytest.raises(InputError, match=r"p\.jsonl\.gz is damaged or cut off after line \d+"):
        await read_on()
    assert len(posts) > 500


async def test_ids_without_id_hang_on_content_not_on_options(tmp_path: Path) -> None:
    path = write(tmp_path, "p.jsonl", '{"text": "one"}\n{"text": "two"}\n')
    first, _ = await read(path, created_at=GIVEN)
    second, _ = await read(path, created_at=GIVEN + timedelta(days=3))
    assert [post.ref for post in first] == [post.ref for post in second]
    assert first[0].ref != first[1].ref


async def test_what_a_line_says_wins_over_the_options(tmp_path: Path) -> None:
    path = write(
        tmp_path, "p.jsonl", '{"text":"a","source":"discord","container":"9","id":1}\n{"text":"b","source":"twitter"}\n'
    )
    posts, _ = await read(path, created_at=GIVEN, source=Source.REDDIT, container="korea")
    assert posts[0].ref == PostRef(Source.DISCORD, "9", "1")
    assert posts[1].ref[:2] == (Source.REDDIT, "korea")


async def test_only_web_addresses_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path, "p.jsonl", '{"text":"a","url":"javascript:alert(1)"}\n')
    posts, _ = await read(path, created_at=GIVEN)
    assert posts[0].url is None


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gone.jsonl", None, "there is no file"),
        ("plain.txt", "just words\n", "cannot tell what"),
        ("a.tsv", "body2\tlabel\nx\ty\n", "no column that holds the text"),
        ("a.csv", "", ""),
        ("array.json", '[{"text": "x"}]', "one JSON array"),
        ("wide.tsv", b"\xff\xfet\0e\0x\0t\0", "UTF-16"),
    ],
)
async def test_files_that_cannot_be_used(tmp_path: Path, name: str, content: str | bytes | None, words: str) -> None:
    path = tmp_path / name if content is None else write(tmp_path, name, content)
    if not words:
        assert await read(path) == ([], Progress(0, 0, 0, 0, 0))
        return
    with pytest.raises(InputError, match=words) as caught:
        await read(path)
    assert str(path) in str(caught.value)


async def test_wrong_calls(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        await read(tmp_path)
    with pytest.raises(UsageError):
        await read()
    with pytest.raises(InputError, match="does not know the field 'txt'"):
        FileListener([tmp_path], options(columns={"txt": "body"}))
    with pytest.raises(InputError, match="a column of its own"):
        FileListener([tmp_path], options(columns={"text": "body", "title": "body"}))


async def test_closing_stops_after_the_batch(tmp_path: Path) -> None:
    path = write(tmp_path, "p.tsv", "text\n" + "".join(f"line {i}\n" for i in range(1000)))
    listener = FileListener([path], options(batch_posts=10, created_at=GIVEN))
    batches = listener.batches()
    await anext(aiter(batches))
    await listener.close()
    assert [batch async for batch in batches] == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), ending=st.sampled_from([".jsonl", ".csv", ".tsv"]))
async def test_no_bytes_stop_the_run(tmp_path: Path, content: bytes, ending: str) -> None:
    header = b"" if ending == ".jsonl" else b"id,text,created_at\n" if ending == ".csv" else b"id\ttext\tcreated_at\n"
    marker = {
        ".jsonl": b'{"text": "the end", "created_at": 1700000000}',
        ".csv": b"1,the end,1700000000",
        ".tsv": b"1\tthe end\t1700000000",
    }[ending]
    if content.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xff\xfe", b"\xfe\xff", b"[")):
        return
    path = write(tmp_path, f"fuzz{ending}", header + content + b"\n" + marker + b"\n")
    if ending == ".jsonl" and content.lstrip().startswith(b"["):
        return
    posts, progress = await read(path)
    assert posts[-1].text == "the end"
    assert progress.rejected == len(rejects(path))
    assert progress.lines == progress.posts + progress.rejected
