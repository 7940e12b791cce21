"""What an entry of the registry may give to sbatch."""

from __future__ import annotations

import pytest

from yoi_cli.errors import UsageError
from yoi_cli.model.workers.runtimes import RuntimeEntry
from yoi_cli.workers.remote.slurm.options import check_arguments, options_of


def test_what_an_entry_says_becomes_options_of_sbatch() -> None:
    entry = RuntimeEntry(
        kind="slurm", partition="long", time="8:00:00", account="lab", arguments=("--mem=4G",)
    )
    assert options_of(entry).sbatch() == [
        "--partition=long",
        "--time=8:00:00",
        "--account=lab",
        "--mem=4G",
    ]


@pytest.mark.parametrize(
    "word",
    [
        *("--requeue", "--req", "--job-name=x", "-Jx", "--dependency=afterok:1", "--array=0-9"),
        *("--export=ALL", "--wrap=reboot", "--output=/x", "-o", "--wait", "job.sh", "", "--", "-"),
        "--mem=1G --requeue",
    ],
)
def test_what_would_make_a_job_another_one_is_refused(word: str) -> None:
    if word == "--mem=1G --requeue":  # one word for sbatch, which refuses that size itself
        check_arguments([word])
        return
    with pytest.raises(UsageError) as refused:
        check_arguments([word])
    assert refused.value.code == "slurm_argument_refused"


def test_options_that_are_the_users_to_choose_are_taken() -> None:
    check_arguments(
        [
            "--qos=high",
            "-c4",
            "--mem=4G",
            "--gres=gpu:1",
            "--constraint=a&b",
            "--nice",
            "--exclusive",
        ]
    )
