"""`yoi mcp`: the tools over stdin and stdout, in every protocol that the SDK speaks (docs/mcp.md).

Every call opens its session anew, in a thread: a server that runs for days sees what changed, a
broken configuration leaves the tools listed, and nothing blocks the loop.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.lowlevel import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from yoi_cli import __version__
from yoi_cli.api.session import Start, open_session
from yoi_cli.errors import OperationError, YoiError
from yoi_cli.mcp import asking, resources
from yoi_cli.mcp.answer import Answer, error_parts
from yoi_cli.mcp.arguments import Move
from yoi_cli.mcp.guide import INSTRUCTIONS
from yoi_cli.mcp.schema import schema_of
from yoi_cli.mcp.tools import call, parsed, tools_of
from yoi_cli.model.states import QUEUED
from yoi_cli.model.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcp.server.caching import CacheableMethod

    from yoi_cli.mcp.asking import Context
    from yoi_cli.mcp.tools import Tool

_HOUR_MS = 3_600_000
#: So many calls run at once; the store's lock lets one write.
_MOST_AT_ONCE = 4
#: How long a person may take to answer: the seal of the question holds as long.
_ANSWER_SECONDS = 3600.0


def serve(*, start: Start, role: str) -> None:
    """Serve the tools of `role` until standard input ends."""
    anyio.run(_serve, start, role)


async def _serve(start: Start, role: str) -> None:
    server = make_server(start, role)
    async with stdio_server() as (reader, writer):
        await server.run(reader, writer, server.create_initialization_options())


def make_server(start: Start, role: str) -> Server[dict[str, object]]:
    """The server of `role` for the workspace that `start` leads to."""
    face = _Face(start, role)
    hints: dict[CacheableMethod, CacheHint] = {
        "tools/list": CacheHint(_HOUR_MS, "private"),
        "resources/list": CacheHint(_HOUR_MS, "private"),
        "resources/templates/list": CacheHint(_HOUR_MS, "private"),
        "resources/read": CacheHint(0, "private"),
        "server/discover": CacheHint(_HOUR_MS, "private"),
    }
    server = Server[dict[str, object]](
        "yoi",
        version=__version__,
        instructions=INSTRUCTIONS,
        cache_hints=hints,
        on_list_tools=face.list_tools,
        on_call_tool=face.call_tool,
        on_list_resources=face.list_resources,
        on_list_resource_templates=face.list_templates,
        on_read_resource=face.read_resource,
    )
    seal = RequestStateSecurity.ephemeral(ttl=_ANSWER_SECONDS)
    server.middleware.append(RequestStateBoundary(seal, default_audience="yoi"))
    return server


class _Face:
    """What answers the requests of one client."""

    def __init__(self, start: Start, role: str) -> None:
        self._start = start
        self._role = role
        self._tools: Mapping[str, Tool] = {
            tool.name: tool for tool in tools_of(role, start.environment)
        }
        self._listed = [listed(tool) for tool in self._tools.values()]
        self._limiter = anyio.CapacityLimiter(_MOST_AT_ONCE)

    async def list_tools(
        self, _context: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=self._listed)

    async def call_tool(
        self, context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        """What the tool answers; what is wrong with the call is an answer too."""
        tool = self._tools.get(params.name)
        if tool is None:
            raise MCPError(
                types.INVALID_PARAMS,
                f"A server of the role {self._role} has no tool {visible(params.name)[:80]!r}.",
            )
        try:
            arguments = parsed(tool, params.arguments or {})
            if isinstance(arguments, Move) and arguments.to == QUEUED:
                said = await asking.queue(self._start, arguments, context, params)
                if isinstance(said, types.InputRequiredResult):
                    return said
            else:
                said = await anyio.to_thread.run_sync(
                    self._call, tool, arguments, limiter=self._limiter
                )
        except YoiError as error:
            return _failed(error)
        except OSError as error:
            return _failed(_system_error(error))
        return types.CallToolResult(content=[_text(part) for part in said.parts])

    def _call(self, tool: Tool, arguments: object) -> Answer:
        from yoi_cli.mcp.arguments import Arguments

        session = open_session(self._start)
        return call(session, tool, cast("Arguments", arguments), self._role)

    async def list_resources(
        self, _context: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        prime = types.Resource(
            uri=resources.PRIME,
            name="prime",
            description="How to work with the tickets here, and how they stand.",
            mime_type="text/markdown",
        )
        return types.ListResourcesResult(resources=[prime])

    async def list_templates(
        self, _context: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(
                    uri_template=one.uri,
                    name=one.name,
                    description=one.description,
                    mime_type="text/markdown",
                )
                for one in resources.TEMPLATES
            ]
        )

    async def read_resource(
        self, _context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        uri = str(params.uri)
        try:
            text = await anyio.to_thread.run_sync(
                resources.read, self._start, self._role, uri, limiter=self._limiter
            )
        except YoiError as error:
            data = {"code": error.code, "hint": visible(error.hint)}
            raise MCPError(types.INVALID_PARAMS, visible(error.message), data) from error
        except OSError as error:
            raise MCPError(types.INTERNAL_ERROR, _system_error(error).message) from error
        if text is None:
            raise MCPError(
                types.INVALID_PARAMS,
                f"There is no resource {visible(uri)[:200]!r}.",
                {"code": "resource_not_found"},
            )
        contents = types.TextResourceContents(uri=uri, mime_type="text/markdown", text=text)
        return types.ReadResourceResult(contents=[contents])


def listed(tool: Tool) -> types.Tool:
    """A tool as it is listed."""
    hints = types.ToolAnnotations(
        read_only_hint=True if tool.is_reading else None,
        destructive_hint=None if tool.is_reading else tool.is_destructive,
    )
    return types.Tool(
        name=tool.name,
        description=tool.description,
        input_schema=dict(schema_of(tool.arguments)),
        annotations=hints,
    )


def _text(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)


def _failed(error: YoiError) -> types.CallToolResult:
    return types.CallToolResult(content=[_text(part) for part in error_parts(error)], is_error=True)


def _system_error(error: OSError) -> YoiError:
    what = os.strerror(error.errno) if error.errno else "an unknown error"
    return OperationError(
        "io_error",
        f"The system refused: {what}.",
        hint="Check permissions and free space; what was acknowledged before is safe.",
    )
