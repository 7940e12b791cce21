"""An agent that speaks with `yoi mcp` through the official client library."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.context import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult, TextContent, TextResourceContents
from support.data import Data

from yoi_cli.api.session import Start
from yoi_cli.mcp.server import make_server

#: Both eras, by the client's name for them, with the version that is spoken then.
ERAS = {"auto": "2026-07-28", "legacy": "2025-11-25"}
#: Far beyond what anything here takes.
PATIENCE = 60.0

Answering = Callable[[str], ElicitResult]


class Said(NamedTuple):
    """A tool's result: what `yoi` says, and what others wrote, with the lines around it."""

    facts: Data
    quoted: str
    is_error: bool

    @property
    def error(self) -> Data:
        assert self.is_error, self.facts
        return self.facts["error"]

    @property
    def code(self) -> str:
        code: str = self.error["code"]
        return code


class Agent:
    """What a model can do: list, call, read. `calls` counts the tools that it called."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.calls = 0

    async def call(self, tool: str, arguments: Mapping[str, Any] | None = None, /) -> Said:
        self.calls += 1
        result = await self.client.call_tool(tool, dict(arguments or {}))
        texts = [one.text for one in result.content if isinstance(one, TextContent)]
        assert len(texts) == len(result.content)
        assert result.structured_content is None
        return Said(json.loads(texts[0]), "\n".join(texts[1:]), bool(result.is_error))

    async def ask(self, tool: str, arguments: Mapping[str, Any] | None = None, /) -> Said:
        """A call that has to work."""
        said = await self.call(tool, arguments)
        assert not said.is_error, said.facts
        return said

    async def read(self, uri: str) -> str:
        (contents,) = (await self.client.read_resource(uri)).contents
        assert isinstance(contents, TextResourceContents)
        return contents.text


@asynccontextmanager
async def connected(
    workspace: Path,
    env: Mapping[str, str],
    role: str,
    *,
    era: str = "auto",
    answering: Answering | None = None,
    is_real: bool = False,
) -> AsyncIterator[Agent]:
    """An agent of `role`; `is_real` starts `yoi mcp` as a program, and else the same server answers
    in this process. `answering` is the person behind the client, who is shown a text."""
    server: Any
    if is_real:
        command = ["-P", "-m", "yoi_cli", "mcp", "--role", role, "--workspace", str(workspace)]
        server = StdioServerParameters(command=sys.executable, args=command, env=dict(env))
    else:
        server = make_server(Start(str(workspace), False, "yoi mcp", env), role)
    asked = None if answering is None else partial(_answer, answering)
    async with Client(
        server, mode=era, elicitation_callback=asked, read_timeout_seconds=PATIENCE
    ) as client:
        assert client.protocol_version == ERAS[era]
        yield Agent(client)


async def _answer(
    answering: Answering, _context: ClientRequestContext, params: ElicitRequestParams
) -> ElicitResult:
    return answering(params.message)


def run(body: Callable[[], Awaitable[None]]) -> None:
    """Run a test's coroutine; one that hangs fails."""

    async def bounded() -> None:
        with anyio.fail_after(2 * PATIENCE):
            await body()

    anyio.run(bounded)
