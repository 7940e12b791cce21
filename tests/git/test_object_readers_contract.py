"""One contract for both readers of objects: GitPython's model, and git's own answers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from support.process import Program

from yoi_cli.errors import OperationError
from yoi_cli.git.command import start_git
from yoi_cli.git.object_reader import ObjectEntry, ObjectReader
from yoi_cli.git.object_stream import ObjectStream
from yoi_cli.git.objects import merge_base
from yoi_cli.git.open import ObjectAnswers, ObjectModel, open_objects

Kind: TypeAlias = type[ObjectModel] | type[ObjectAnswers]

BLOBS = {
    "empty": b"",
    "text.md": b"one\ntwo\n",
    "crlf.md": b"one\r\ntwo\r\nthree",
    "binary": bytes(range(256)) * 3 + b"\n\n",
    "large": b"0123456789abcdef" * 200_000,
    "looks like an answer": b"0" * 40 + b" blob 3\nabc\n",
}
NAMES = [
    b"a b",
    b"new\nline",
    b"tab\tname",
    b"\xff\xfe",
    "été".encode(),
    b'"quoted"',
    b"-x",
    b"a:b",
]


@pytest.fixture(params=[ObjectModel, ObjectAnswers], ids=["gitpython", "git"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Kind:
    monkeypatch.setattr("yoi_cli.git.open._FEW_TREES", 0)
    found: Kind = request.param
    return found


@pytest.fixture
def reader(kind: Kind, repo: Path) -> Iterator[ObjectReader]:
    stream = ObjectStream(str(repo))
    yield kind(str(repo), stream)
    stream.close()


def commit(git: Program, repo: Path) -> str:
    git("add", "--all", "--force", cwd=repo)
    git("commit", "--quiet", "--allow-empty", "--message", "x", cwd=repo)
    return name_of(git, repo, "HEAD")


def name_of(git: Program, repo: Path, revision: str) -> str:
    return git("rev-parse", "--verify", revision, cwd=repo).out.strip()


def write_object(git: Program, repo: Path, kind: str, data: bytes) -> str:
    wanted = ("hash-object", "-w", "-t", kind, "--stdin", "--literally")
    return git(*wanted, cwd=repo, stdin=data).out.strip()


def by_name(entries: list[ObjectEntry]) -> dict[str, ObjectEntry]:
    return {entry.name: entry for entry in entries}


def test_a_commit_has_a_tree(reader: ObjectReader, git: Program, repo: Path) -> None:
    (repo / "file").write_text("x")
    head = commit(git, repo)
    assert reader.tree_of(head) == name_of(git, repo, f"{head}^{{tree}}")


def test_a_commit_with_every_header_that_git_writes_has_a_tree(
    reader: ObjectReader, git: Program, repo: Path
) -> None:
    head = name_of(git, repo, "HEAD")
    tree = name_of(git, repo, "HEAD^{tree}")
    person = b"Ad\xe8le <> 1700000000 +0130"
    lines = [b"tree " + tree.encode(), *[b"parent " + head.encode()] * 3]
    lines += [b"author " + person, b"committer " + person, b"encoding no-such-encoding"]
    lines += [b"gpgsig -----BEGIN", b" x", b" -----END", b"mergetag object x", b" y", b"", b"\xff"]
    name = write_object(git, repo, "commit", b"\n".join(lines))
    assert reader.tree_of(name) == tree
    assert reader.entries(name) == reader.entries(tree)


def test_a_tree_lists_what_stands_directly_in_it(
    reader: ObjectReader, git: Program, repo: Path
) -> None:
    (repo / "folder" / "below").mkdir(parents=True)
    (repo / "folder" / "below" / "file").write_text("x")
    (repo / "script").write_text("x")
    (repo / "script").chmod(0o755)
    (repo / "link").symlink_to("nowhere/at all")
    other = "1" * 40
    git("update-index", "--add", "--cacheinfo", f"160000,{other},module", cwd=repo)
    git("add", "README.md", "folder", "script", "link", cwd=repo)
    git("commit", "--quiet", "--message", "x", cwd=repo)
    head = name_of(git, repo, "HEAD")

    def entry(name: str, mode: str, kind: str) -> ObjectEntry:
        return ObjectEntry(name, mode, kind, name_of(git, repo, f"HEAD:{name}"))

    expected = [
        entry("README.md", "100644", "blob"),
        entry("folder", "040000", "tree"),
        entry("link", "120000", "blob"),
        ObjectEntry("module", "160000", "commit", other),
        entry("script", "100755", "blob"),
    ]
    assert list(reader.entries(head)) == list(reader.entries(reader.tree_of(head))) == expected
    assert [reader.entry(head, one.name) for one in expected] == expected
    below = reader.entry(head, "folder/below/file")
    assert below is not None
    assert (below.name, below.kind) == ("file", "blob")
    nothing = ["absent", "folder/absent", "README.md/x", "link/at all", "module/x", "script/y/z"]
    assert [reader.entry(head, path) for path in nothing] == [None] * len(nothing)
    assert reader.blob(expected[2].object) == b"nowhere/at all"


def test_the_tree_at_a_folder_is_named(reader: ObjectReader, git: Program, repo: Path) -> None:
    (repo / "a: b" / "été").mkdir(parents=True)
    (repo / "a: b" / "été" / "file").write_text("x")
    (repo / "a: b" / "new\nline").mkdir()
    (repo / "a: b" / "new\nline" / "file").write_text("y")
    head = commit(git, repo)
    for path in ("a: b", "a: b/été", "a: b/new\nline"):
        expected = name_of(git, repo, f"HEAD:{path}")
        for tree in (head, reader.tree_of(head)) * 2:
            assert reader.tree_at(tree, path) == expected
    for path in ("absent", "README.md", "README.md/x", "a: b/été/file", "a: b/absent/x"):
        assert reader.tree_at(head, path) is None
    gone = name_of(git, repo, "HEAD:a: b/été")
    (repo / ".git/objects" / gone[:2] / gone[2:]).unlink()
    assert reader.tree_at(head, "a: b/absent") is None
    missing(lambda: reader.tree_at(head, "a: b/été/below"))


def test_the_commit_of_a_ref_is_the_one_that_it_holds_now(
    reader: ObjectReader, git: Program, repo: Path
) -> None:
    ref = "refs/worktree/yoi/x/base"
    assert reader.commit_at(ref) is None
    first = name_of(git, repo, "HEAD")
    for packed in (False, True):
        git("update-ref", ref, first, cwd=repo)
        assert reader.commit_at(ref) == first
        second = commit(git, repo)
        git("update-ref", ref, second, cwd=repo)
        assert reader.commit_at(ref) == second
        assert reader.commit_at("refs/heads/main") == second
        if packed:
            git("pack-refs", "--all", cwd=repo)
            assert reader.commit_at("refs/heads/main") == second
    git("tag", "--annotate", "--message", "x", "named", second, cwd=repo)
    assert reader.commit_at("refs/tags/named") == second
    git("update-ref", "-d", ref, cwd=repo)
    assert reader.commit_at(ref) is None


def test_a_ref_that_is_a_fifo_is_not_waited_for(
    reader: ObjectReader, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yoi_cli.git.open.QUICK_SECONDS", 0.3)
    monkeypatch.setattr("yoi_cli.git.command.QUICK_SECONDS", 0.3)
    os.mkfifo(repo / ".git/refs/heads/odd")
    with pytest.raises(OperationError) as caught:
        reader.commit_at("refs/heads/odd")
    assert caught.value.code == "git_timeout"
    assert reader.commit_at("refs/heads/main") is not None


def test_names_of_any_bytes_are_listed_and_found(
    reader: ObjectReader, git: Program, repo: Path
) -> None:
    for raw in NAMES:
        with open(os.path.join(os.fsencode(repo), raw), "wb") as file:
            file.write(raw)
    (repo / "part [1]*").mkdir()
    (repo / "part [1]*" / "x").write_text("x")
    head = commit(git, repo)
    names = [name.decode("utf-8", "surrogateescape") for name in NAMES]
    listed = [entry.name for entry in reader.entries(head)]
    assert sorted(listed) == sorted([*names, "README.md", "part [1]*"])
    for name in names:
        entry = reader.entry(head, name)
        assert entry is not None
        assert reader.blob(entry.object) == name.encode("utf-8", "surrogateescape")
    assert reader.entry(head, "part [1]*/x") is not None


def test_blobs_are_given_to_the_byte_and_one_after_another(
    reader: ObjectReader, git: Program, repo: Path
) -> None:
    git("config", "core.autocrlf", "true", cwd=repo)
    (repo / ".gitattributes").write_text("*.md text eol=crlf ident working-tree-encoding=UTF-16\n")
    names = {
        name: git("hash-object", "-w", "--no-filters", "--stdin", cwd=repo, stdin=data).out.strip()
        for name, data in BLOBS.items()
    }
    for _ in range(2):
        assert {name: reader.blob(blob) for name, blob in names.items()} == BLOBS


def test_a_tree_of_another_age_or_make_is_listed_as_git_lists_it(
    reader: ObjectReader, git: Program, repo: Path
) -> None:
    blob = write_object(git, repo, "blob", b"x")
    tree = name_of(git, repo, "HEAD^{tree}")
    rows = [
        (b"100664", b"group", blob),
        (b"100700", b"script", blob),
        (b"40755", b"folder", tree),
        (b"100644", b".git", blob),
        (b"120000", b".gitmodules", blob),
        (b"100644", b"git~1", blob),
    ]
    data = b"".join(mode + b" " + name + b"\0" + bytes.fromhex(sha) for mode, name, sha in rows)
    odd = write_object(git, repo, "tree", data)
    said = git("ls-tree", odd, cwd=repo).out.splitlines()
    listed = [f"{one.mode} {one.kind} {one.object}\t{one.name}" for one in reader.entries(odd)]
    assert listed == said
    mild = write_object(git, repo, "tree", data[: data.index(b"100644 .git\0")])
    said = git("ls-tree", mild, cwd=repo).out.splitlines()
    listed = [f"{one.mode} {one.kind} {one.object}\t{one.name}" for one in reader.entries(mild)]
    assert listed == said


def test_what_is_not_there_or_of_another_kind_is_an_error(
    reader: ObjectReader, git: Program, repo: Path
) -> None:
    (repo / "folder").mkdir()
    (repo / "folder" / "file").write_text("only here")
    head = commit(git, repo)
    tree, blob = name_of(git, repo, "HEAD:folder"), name_of(git, repo, "HEAD:folder/file")
    for wrong in (blob, tree, "0" * 40, "1" * 40):
        missing(lambda wrong=wrong: reader.tree_of(wrong))
    for wrong in (blob, "0" * 40, "1" * 40):
        missing(lambda wrong=wrong: reader.entries(wrong))
    for wrong in (head, tree, "1" * 40):
        missing(lambda wrong=wrong: reader.blob(wrong))
    for gone in (tree, blob):
        (repo / ".git/objects" / gone[:2] / gone[2:]).unlink()
    missing(lambda: reader.entries(tree))
    missing(lambda: reader.entry(head, "folder/file"))
    missing(lambda: reader.blob(blob))
    assert by_name(list(reader.entries(head)))["folder"].object == tree


def missing(read: object) -> None:
    assert callable(read)
    with pytest.raises(OperationError) as caught:
        read()
    assert caught.value.code == "git_object_missing"


def test_a_damaged_object_is_an_error_and_keeps_no_other_from_being_read(
    reader: ObjectReader, git: Program, repo: Path
) -> None:
    head = name_of(git, repo, "HEAD")
    good = write_object(git, repo, "blob", b"good")
    for number, damage in enumerate((b"", b"not zlib", None)):
        data = os.urandom(500_000) + bytes([number])
        bad = write_object(git, repo, "blob", data)
        path = repo / ".git/objects" / bad[:2] / bad[2:]
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:200_000] if damage is None else damage)
        missing(lambda bad=bad: reader.blob(bad))
        assert reader.blob(good) == b"good"
        assert [entry.name for entry in reader.entries(head)] == ["README.md"]


def test_packed_objects_and_refs_are_read_as_loose_ones(
    reader: ObjectReader, git: Program, repo: Path
) -> None:
    (repo / "large").write_bytes(BLOBS["large"])
    head = commit(git, repo)
    loose = list(reader.entries(head))
    git("repack", "-adq", cwd=repo)
    git("pack-refs", "--all", "--prune", cwd=repo)
    git("prune-packed", cwd=repo)
    assert list(reader.entries(head)) == loose
    entry = by_name(loose)["large"]
    assert reader.blob(entry.object) == BLOBS["large"]


def test_what_is_written_while_the_reader_is_open_is_read(
    reader: ObjectReader, git: Program, repo: Path
) -> None:
    first = reader.entries(name_of(git, repo, "HEAD"))
    (repo / "more").write_text("x")
    second = commit(git, repo)
    git("repack", "-adq", cwd=repo)
    assert len(reader.entries(second)) == len(first) + 1


def test_a_replaced_object_is_what_it_was_before(
    reader: ObjectReader, git: Program, repo: Path
) -> None:
    first = name_of(git, repo, "HEAD")
    old_tree = name_of(git, repo, "HEAD^{tree}")
    blob, before = name_of(git, repo, "HEAD:README.md"), (repo / "README.md").read_bytes()
    (repo / "README.md").write_text("replaced\n")
    second = commit(git, repo)
    git("replace", first, second, cwd=repo)
    git("replace", blob, name_of(git, repo, "HEAD:README.md"), cwd=repo)
    assert git("show", f"{first}:README.md", cwd=repo).out == "replaced\n", "git goes by it"
    assert reader.tree_of(first) == old_tree
    assert list(reader.entries(first)) == list(reader.entries(old_tree))
    assert reader.blob(blob) == before
    assert by_name(list(reader.entries(old_tree)))["README.md"].object == blob


def test_a_shallow_clone_has_its_commits_and_not_those_before(
    kind: Kind, git: Program, repo: Path, tmp_path: Path
) -> None:
    first = name_of(git, repo, "HEAD")
    (repo / "more").write_text("x")
    second = commit(git, repo)
    clone = tmp_path / "shallow"
    git("clone", "--quiet", "--depth=1", f"file://{repo}", str(clone), cwd=tmp_path)
    stream = ObjectStream(str(clone))
    reader = kind(str(clone), stream)
    assert reader.tree_of(second) == name_of(git, repo, "HEAD^{tree}")
    missing(lambda: reader.tree_of(first))
    stream.close()
    with pytest.raises(OperationError, match="Not a valid commit name"):
        merge_base(str(clone), second, first)
    assert merge_base(str(repo), second, first) == first


def test_alternates_are_read(kind: Kind, git: Program, repo: Path, tmp_path: Path) -> None:
    head = name_of(git, repo, "HEAD")
    git("clone", "--quiet", "--bare", "--shared", str(repo), "shared.git", cwd=tmp_path)
    clone = str(tmp_path / "shared.git")
    stream = ObjectStream(clone)
    reader = kind(clone, stream)
    assert [entry.name for entry in reader.entries(head)] == ["README.md"]
    assert reader.blob(reader.entries(head)[0].object) == b"# A project\n"
    stream.close()


def test_merge_bases_are_those_of_git(git: Program, repo: Path) -> None:
    base = name_of(git, repo, "HEAD")
    ours = commit(git, repo)
    git("switch", "--quiet", "--create", "other", base, cwd=repo)
    (repo / "theirs").write_text("x")
    theirs = commit(git, repo)
    git("switch", "--quiet", "--orphan", "alone", cwd=repo)
    (repo / "alone").write_text("x")
    alone = commit(git, repo)
    assert merge_base(str(repo), ours, theirs) == base
    assert merge_base(str(repo), base, theirs) == base
    assert merge_base(str(repo), ours, alone) is None
    with pytest.raises(OperationError, match="Not a valid commit name"):
        merge_base(str(repo), ours, "1" * 40)


def test_a_repository_of_somebody_else_is_refused_as_git_refuses_it(
    kind: Kind, git: Program, repo: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a repository away")
    head = name_of(git, repo, "HEAD")
    for path in [repo, *repo.rglob("*")]:
        os.chown(path, 12345, 12345)
    try:
        with pytest.raises(OperationError, match="dubious ownership"), open_objects(str(repo)):
            pass
        stream = ObjectStream(str(repo))
        reader = kind(str(repo), stream)
        missing(lambda: reader.entries(head))
        stream.close()
    finally:
        for path in [repo, *repo.rglob("*")]:
            os.chown(path, 0, 0)


HOSTILE = """
[core]
	fsmonitor = {program}
	sshCommand = {program}
	alternateRefsCommand = {program}
	hooksPath = {hooks}
	pager = {program}
	editor = {program}
	askPass = {program}
	gitProxy = {program}
[diff]
	external = {program}
[filter "x"]
	clean = {program}
	smudge = {program}
	process = {program}
	required = true
[diff "x"]
	textconv = {program}
	command = {program}
[alias]
	cat-file = !{program}
	ls-tree = !{program}
	rev-parse = !{program}
[uploadpack]
	packObjectsHook = {program}
[credential]
	helper = !{program}
[gpg]
	program = {program}
"""


def test_no_program_of_a_hostile_configuration_is_run(
    reader: ObjectReader, git: Program, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / ".gitattributes").write_text("* filter=x diff=x\n")
    (repo / "file").write_text("x")
    head = commit(git, repo)
    witness, program = tmp_path / "was run", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{witness}'\n")
    program.chmod(0o755)
    (tmp_path / "hooks").mkdir()
    for hook in ("post-index-change", "reference-transaction", "pre-auto-gc"):
        (tmp_path / "hooks" / hook).symlink_to(program)
    config = HOSTILE.format(program=program, hooks=tmp_path / "hooks")
    with (repo / ".git" / "config").open("a") as file:
        file.write(config)
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_EDITOR", "GIT_SSH_COMMAND"):
        monkeypatch.setenv(name, str(program))
    assert reader.tree_of(head)
    for entry in reader.entries(head):
        assert reader.blob(entry.object)
    with open_objects(str(repo)) as opened:
        assert opened.entry(head, "file") is not None
    assert merge_base(str(repo), head, head) == head
    assert not witness.exists()


@pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"])
def test_no_variable_leads_to_another_repository(
    kind: Kind, git: Program, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:  # fmt: skip
    head = name_of(git, repo, "HEAD")
    git("init", "--quiet", "--bare", "other.git", cwd=tmp_path)
    other = tmp_path / "other.git"
    monkeypatch.setenv(variable, str(other / "objects" if "OBJECT" in variable else other))
    stream = ObjectStream(str(repo))
    assert [one.name for one in kind(str(repo), stream).entries(head)] == ["README.md"]
    stream.close()


def test_what_gitpython_reads_git_is_not_asked_for(
    git: Program, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object) -> list[ObjectEntry]:
        raise AssertionError

    monkeypatch.setattr("yoi_cli.git.open._FEW_TREES", 0)
    monkeypatch.setattr(ObjectAnswers, "entries", asked)
    head = name_of(git, repo, "HEAD")
    with open_objects(str(repo)) as objects:
        assert isinstance(objects, ObjectModel)
        assert [one.name for one in objects.entries(objects.tree_of(head))] == ["README.md"]


def test_for_a_few_trees_gitpython_is_not_imported(
    git: Program, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = name_of(git, repo, "HEAD")
    asked: list[str] = []

    def noted(_: object, tree: str) -> list[ObjectEntry]:
        asked.append(tree)
        return []

    monkeypatch.setattr("yoi_cli.git.gitpython.ParsedObjects.entries", noted)
    with open_objects(str(repo)) as objects:
        for _ in range(8):
            assert [one.name for one in objects.entries(head)] == ["README.md"]
            assert objects.entry(head, "README.md") is not None
        assert asked == []
        objects.entries(head)
    assert asked == [head]


def test_objects_with_names_of_sha_256_are_read_by_git(git: Program, tmp_path: Path) -> None:
    repo = tmp_path / "long"
    git("init", "--quiet", "--object-format=sha256", str(repo), cwd=tmp_path)
    (repo / "folder").mkdir()
    (repo / "folder" / "file").write_bytes(b"x\r\n")
    head = commit(git, repo)
    assert len(head) == 64
    with open_objects(str(repo)) as objects:
        assert type(objects) is ObjectAnswers
        assert objects.tree_of(head) == name_of(git, repo, "HEAD^{tree}")
        entry = objects.entry(head, "folder/file")
        assert entry is not None
        assert objects.blob(entry.object) == b"x\r\n"


@pytest.mark.process
def test_outside_of_git_nothing_is_opened(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="not a git repository"), open_objects(str(tmp_path)):
        pass


def test_one_process_reads_and_ends_with_the_reader(
    git: Program, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def counted(arguments: list[str], *, cwd: str) -> subprocess.Popen[bytes]:
        started.append(start_git(arguments, cwd=cwd))
        return started[-1]

    monkeypatch.setattr("yoi_cli.git.object_stream.start_git", counted)
    head = name_of(git, repo, "HEAD")
    with open_objects(str(repo)) as objects:
        assert started == []
        for entry in objects.entries(head):
            objects.blob(entry.object)
        assert [process.poll() for process in started] == [None]
    assert [process.poll() for process in started] == [0]


@pytest.mark.process
def test_gitpython_is_imported_without_starting_anything(
    env: dict[str, str], tmp_path: Path
) -> None:
    witness, program = tmp_path / "was run", tmp_path / "git"
    program.write_text(f"#!/bin/sh\ntouch '{witness}'\n")
    program.chmod(0o755)
    found = subprocess.run(
        [sys.executable, "-P", "-c", "import yoi_cli.git.gitpython, os; print(dict(os.environ))"],
        env={
            **env,
            "PATH": f"{tmp_path}:{env['PATH']}",
            "GIT_PYTHON_GIT_EXECUTABLE": str(program),
            "GIT_PYTHON_REFRESH": "raise",
            "GIT_PYTHON_TRACE": "full",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert not witness.exists()
    assert f"'GIT_PYTHON_GIT_EXECUTABLE': '{program}'" in found.stdout
    assert found.stderr == ""


def test_blobs_are_read_without_gitpython(env: dict[str, str], git: Program, repo: Path) -> None:
    blob = name_of(git, repo, "HEAD:README.md")
    program = f"""
import sys
from yoi_cli.git.open import open_objects
with open_objects({str(repo)!r}) as objects:
    objects.blob({blob!r})
print(sorted({{"git", "gitdb"}} & set(sys.modules)))
"""
    found = subprocess.run(
        [sys.executable, "-P", "-c", program], env=env, capture_output=True, text=True, check=True
    )
    assert found.stdout == "[]\n"
