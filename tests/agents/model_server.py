"""A model on 127.0.0.1 that follows a script: it speaks the Anthropic messages, the OpenAI
responses and chat completions, and the Gemini API, as far as coding agents need them.

It remembers nothing: whether a conversation holds a tool's result says how far it is.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

#: What the coder's shell does for a ticket, and the file that proves it.
FILE = "answer.txt"
COMMAND = f"echo 42 > {FILE} && git add {FILE} && git commit --quiet -m 'Write the answer'"
QUESTION = "Which of the two answers should I write, 41 or 42?"
CLAIM = "I wrote the answer, committed it, and all tests pass."
DONE = "I wrote the answer and committed it."
VERDICT = "I looked at it, and it is what was asked for.\n\nYOI-REVIEW: approve"
#: How agents call what runs a command, and how a command is given to it.
SHELLS = (
    "Bash", "bash", "shell", "exec_command", "shell_command", "run_shell_command", "local_shell",
)  # fmt: skip
#: aider's models edit by text, in a block that begins with the file's name.
WHOLE_FILE = f"I write the answer.\n\n{FILE}\n```\n42\n```\n"
WORK, LIMIT, LOGIN, HANG, ASK, PRETEND = "work", "limit", "login", "hang", "ask", "claim"


class Turn(NamedTuple):
    """What the model answers: a text, or a call of the tool `tool`."""

    text: str
    tool: str = ""
    arguments: Mapping[str, object] = {}


class ModelServer(ThreadingHTTPServer):
    """The model. `scenario` says how it behaves; `requests` counts what it was asked, by path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scenario = WORK
        self.requests: dict[str, int] = {}
        self.bodies: list[str] = []
        self.ended = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.ended.set()
        self.shutdown()
        self.server_close()

    def answer(self, body: str, tools: Mapping[str, object], *, has_result: bool) -> Turn:
        """The next turn of a conversation, which `body` is the text of."""
        if "YOI-REVIEW:" in body:
            return Turn(VERDICT)
        if self.scenario == ASK:
            return Turn(QUESTION)
        if self.scenario == PRETEND:
            return Turn(CLAIM)
        if has_result:
            return Turn(DONE)
        tool = next((name for name in SHELLS if name in tools), "")
        if tool:
            return Turn("I will write the answer.", tool, _arguments(tools[tool]))
        return Turn(WHOLE_FILE if "aider" in body or "file listing" in body else "An answer")


def _arguments(schema: object) -> dict[str, object]:
    """Arguments for a shell's schema: the command as it wants it, and texts for what else is
    required."""
    known = schema if isinstance(schema, dict) else {}
    properties = known.get("properties", {})
    given: dict[str, object] = {}
    for name in known.get("required", []):
        kind = properties.get(name, {}).get("type", "string")
        given[name] = {"array": [], "boolean": False, "integer": 1, "number": 1}.get(kind, "write")
    name = next((one for one in ("command", "cmd", "script") if one in properties), "command")
    is_list = properties.get(name, {}).get("type") == "array"
    given[name] = ["sh", "-c", COMMAND] if is_list else COMMAND
    return given


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        self._count()
        models = {"data": [{"id": "scripted", "object": "model", "owned_by": "tests"}]}
        self._json(200, {"object": "list", "models": [], **models})

    def do_POST(self) -> None:
        self._count()
        size = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(size) if size else self._chunks()
        try:
            asked = json.loads(raw or b"{}")
        except ValueError:
            self._json(400, {"error": {"message": "This is no JSON."}})
            return
        path = self.path.partition("?")[0]
        self.server.bodies.append(f"{self.path} {raw[:200_000].decode('utf-8', 'replace')}")
        if path.endswith(("count_tokens", ":countTokens")):
            self._json(200, {"input_tokens": 10, "totalTokens": 10})
            return
        scenario = self.server.scenario
        if scenario in (LIMIT, LOGIN):
            self._refuse(path, scenario)
        elif scenario == HANG:
            self.server.ended.wait(600)
        elif path.endswith("/messages"):
            self._messages(asked)
        elif path.endswith("/responses"):
            self._responses(asked)
        elif path.endswith("/chat/completions"):
            self._completions(asked)
        elif "enerateContent" in path:
            self._gemini(asked, is_stream="stream" in path)
        else:
            self._json(404, {"error": {"message": f"There is no {path}."}})

    def _refuse(self, path: str, scenario: str) -> None:
        limited = scenario == LIMIT
        code = 429 if limited else 401
        said = (
            "You have hit your usage limit, resets in 3 hours."
            if limited
            else "Invalid API key: not logged in."
        )
        kind = "rate_limit_error" if limited else "authentication_error"
        status = "RESOURCE_EXHAUSTED" if limited else "UNAUTHENTICATED"
        error = {"type": kind, "message": said, "code": code, "status": status}
        if "enerateContent" not in path:
            error["code"] = "insufficient_quota" if limited else "invalid_api_key"
        self._json(code, {"type": "error", "error": error}, {"x-should-retry": "false"})

    def _messages(self, asked: dict[str, object]) -> None:
        """Anthropic's messages."""
        messages = _list(asked.get("messages"))
        tools = {str(one["name"]): one.get("input_schema", {}) for one in _list(asked.get("tools"))}
        has_result = '"tool_result"' in json.dumps(messages)
        turn = self.server.answer(_texts(messages), tools, has_result=has_result)
        blocks: list[dict[str, object]] = [{"type": "text", "text": turn.text}]
        if turn.tool:
            blocks.append(
                {"type": "tool_use", "id": "toolu_1", "name": turn.tool, "input": turn.arguments}
            )
        stop = "tool_use" if turn.tool else "end_turn"
        usage = {"input_tokens": 120, "output_tokens": 30}
        message = {
            "id": "msg_1", "type": "message", "role": "assistant", "model": asked.get("model"),
            "content": blocks, "stop_reason": stop, "stop_sequence": None, "usage": usage,
        }  # fmt: skip
        if not asked.get("stream"):
            self._json(200, message)
            return
        events: list[dict[str, object]] = [
            {"type": "message_start", "message": {**message, "content": [], "stop_reason": None}}
        ]
        for index, block in enumerate(blocks):
            if block["type"] == "text":
                empty, delta = {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
            else:
                part = json.dumps(block["input"])
                empty, delta = (
                    {**block, "input": {}}, {"type": "input_json_delta", "partial_json": part},
                )  # fmt: skip
            events += [
                {"type": "content_block_start", "index": index, "content_block": empty},
                {"type": "content_block_delta", "index": index, "delta": delta},
                {"type": "content_block_stop", "index": index},
            ]
        ended = {"stop_reason": stop, "stop_sequence": None}
        events += [{"type": "message_delta", "delta": ended, "usage": usage}]
        events += [{"type": "message_stop"}]
        self._stream((str(one["type"]), one) for one in events)

    def _responses(self, asked: dict[str, object]) -> None:
        """OpenAI's responses."""
        inputs = _list(asked.get("input"))
        tools = {
            str(one.get("name") or one.get("type")): one.get("parameters", {})
            for one in _list(asked.get("tools"))
        }
        kinds = {one.get("type") for one in inputs}
        has_result = not kinds.isdisjoint({"function_call_output", "local_shell_call_output"})
        turn = self.server.answer(_texts(inputs), tools, has_result=has_result)
        part = {"type": "output_text", "text": turn.text, "annotations": []}
        message = {"type": "message", "role": "assistant", "id": "item_1", "content": [part]}
        items: list[dict[str, object]] = [{**message, "status": "completed"}]
        if turn.tool:
            call = {"type": "function_call", "id": "item_2", "call_id": "call_1", "name": turn.tool}
            items.append({**call, "arguments": json.dumps(turn.arguments), "status": "completed"})
        usage = {
            "input_tokens": 120, "input_tokens_details": {"cached_tokens": 20},
            "output_tokens": 30, "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 150,
        }  # fmt: skip
        whole: dict[str, object] = {
            "id": "resp_1", "object": "response", "status": "completed", "output": items,
            "usage": usage, "model": asked.get("model"), "error": None,
        }  # fmt: skip
        if not asked.get("stream"):
            self._json(200, whole)
            return
        events: list[dict[str, object]] = [
            {"type": "response.created", "response": {**whole, "output": [], "status": "queued"}}
        ]
        for index, item in enumerate(items):
            events += [
                {"type": "response.output_item.added", "output_index": index, "item": item},
                {"type": "response.output_item.done", "output_index": index, "item": item},
            ]
        events.append({"type": "response.completed", "response": whole})
        self._stream((str(one["type"]), one) for one in events)

    def _completions(self, asked: dict[str, object]) -> None:
        """OpenAI's chat completions."""
        messages = _list(asked.get("messages"))
        tools = {}
        for one in _list(asked.get("tools")):
            function = one.get("function")
            if isinstance(function, dict):
                tools[str(function["name"])] = function.get("parameters", {})
        has_result = any(one.get("role") == "tool" for one in messages)
        turn = self.server.answer(_texts(messages), tools, has_result=has_result)
        said: dict[str, object] = {"role": "assistant", "content": turn.text}
        if turn.tool:
            function = {"name": turn.tool, "arguments": json.dumps(turn.arguments)}
            call = {"index": 0, "id": "call_1", "type": "function", "function": function}
            said["tool_calls"] = [call]
        reason = "tool_calls" if turn.tool else "stop"
        usage = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}
        head = {"id": "chat_1", "created": 1, "model": asked.get("model")}
        if not asked.get("stream"):
            choice = {"index": 0, "message": said, "finish_reason": reason}
            whole = {**head, "object": "chat.completion", "choices": [choice], "usage": usage}
            self._json(200, whole)
            return
        head["object"] = "chat.completion.chunk"
        first = {"index": 0, "delta": said, "finish_reason": None}
        last = {"index": 0, "delta": {}, "finish_reason": reason}
        chunks: list[dict[str, object]] = [
            {**head, "choices": [first]},
            {**head, "choices": [last]},
            {**head, "choices": [], "usage": usage},
        ]
        self._stream((("", one) for one in chunks), ends_with_done=True)

    def _gemini(self, asked: dict[str, object], *, is_stream: bool) -> None:
        """Gemini's generateContent."""
        contents = _list(asked.get("contents"))
        tools = {}
        for one in _list(asked.get("tools")):
            for function in _list(one.get("functionDeclarations")):
                schema = function.get("parametersJsonSchema") or function.get("parameters") or {}
                tools[str(function["name"])] = schema
        has_result = '"functionResponse"' in json.dumps(contents)
        turn = self.server.answer(_texts(contents), tools, has_result=has_result)
        text = turn.text
        if "responseJsonSchema" in json.dumps(asked) or "responseSchema" in json.dumps(asked):
            text = json.dumps({"complexity_reasoning": "It is simple.", "complexity_score": 10})
        parts: list[dict[str, object]] = [{"text": text}]
        if turn.tool:
            parts.append({"functionCall": {"name": turn.tool, "args": turn.arguments}})
        usage = {"promptTokenCount": 120, "candidatesTokenCount": 30, "totalTokenCount": 150}
        candidate = {
            "content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0,
        }  # fmt: skip
        whole: dict[str, object] = {
            "candidates": [candidate], "usageMetadata": usage, "modelVersion": "scripted",
        }  # fmt: skip
        if is_stream:
            self._stream([("", whole)])
        else:
            self._json(200, whole)

    def _count(self) -> None:
        path = self.path.partition("?")[0]
        self.server.requests[path] = self.server.requests.get(path, 0) + 1

    def _chunks(self) -> bytes:
        """A body that came in chunks."""
        data = b""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return data
        while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def _json(self, code: int, said: object, headers: Mapping[str, str] | None = None) -> None:
        data = json.dumps(said).encode()
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(
        self,
        events: Iterator[tuple[str, object]] | list[tuple[str, dict[str, object]]],
        *,
        ends_with_done: bool = False,
    ) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for name, event in events:
            head = f"event: {name}\n" if name else ""
            self.wfile.write(f"{head}data: {json.dumps(event)}\n\n".encode())
            self.wfile.flush()
        if ends_with_done:
            self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True


def _list(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(messages: object) -> str:
    """All texts of a conversation."""
    return json.dumps(messages, ensure_ascii=False)
