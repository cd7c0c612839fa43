"""Code samples: the example of an operation as a program in curl, JavaScript and Python."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from api.http import JSON, Operation

SERVER = "http://127.0.0.1:8000"
"""The server that samples call; the page replaces it with its own address."""


@dataclass(frozen=True, slots=True)
class _Call:
    """An HTTP request; `is_json` says whether its answer is JSON."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Mapping[str, object] | None
    is_json: bool


def code_samples(operation: Operation) -> list[dict[str, str]]:
    """The samples of an operation, in the format of the OpenAPI extension `x-codeSamples`; each prints the answer."""
    example = operation.example
    query = f"?{urlencode(example.query, safe=',:/')}" if example.query else ""
    headers = {"Authorization": "Bearer TOKEN"} if operation.needs_token else {}
    call = _Call(
        method=operation.method,
        url=f"{SERVER}{operation.path.replace('{id}', quote(example.id, safe=''))}{query}",
        headers=headers if example.body is None else {**headers, "Content-Type": JSON},
        body=example.body,
        is_json=not isinstance(operation.response, str) or operation.response == JSON,
    )
    return [
        {"lang": "Shell", "label": "curl", "source": _in_curl(call)},
        {"lang": "JavaScript", "label": "JavaScript", "source": _in_javascript(call)},
        {"lang": "Python", "label": "Python", "source": _in_python(call)},
    ]


def _in_curl(call: _Call) -> str:
    options = [] if call.method == "GET" else [f"-X {call.method}"]
    options += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in call.headers.items()]
    options += [] if call.body is None else [f"-d {shlex.quote(json.dumps(call.body, ensure_ascii=False))}"]
    return " \\\n  ".join([f"curl {shlex.quote(call.url)}", *options])


def _in_javascript(call: _Call) -> str:
    options = [] if call.method == "GET" else [f'method: "{call.method}"']
    options += [f"headers: {json.dumps(call.headers)}"] if call.headers else []
    options += [] if call.body is None else [f"body: JSON.stringify({_indented(call.body, by=2)})"]
    second = ", {\n" + "".join(f"  {option},\n" for option in options) + "}" if options else ""
    read = "json" if call.is_json else "text"
    return f"const response = await fetch({json.dumps(call.url)}{second});\nconsole.log(await response.{read}());"


def _in_python(call: _Call) -> str:
    arguments = [json.dumps(call.url)]
    arguments += [] if call.method == "GET" else [f'method="{call.method}"']
    arguments += [f"headers={json.dumps(call.headers)}"] if call.headers else []
    arguments += [] if call.body is None else [f"data=json.dumps({_indented(call.body, by=4)}).encode()"]
    request = arguments[0] if len(arguments) == 1 else "\n" + "".join(f"    {one},\n" for one in arguments)
    read = "json.load(response)" if call.is_json else "response.read().decode()"
    return "\n".join(
        [
            *(["import json"] if call.is_json or call.body is not None else []),
            "from urllib.request import Request, urlopen",
            "",
            f"request = Request({request})",
            "with urlopen(request) as response:",
            f"    print({read})",
        ]
    )


def _indented(body: Mapping[str, object], *, by: int) -> str:
    """An object in the common syntax of JavaScript and Python; it holds only texts and lists of texts."""
    return json.dumps(body, ensure_ascii=False, indent=by).replace("\n", "\n" + " " * by)
