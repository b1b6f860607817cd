"""Repeated work: a text compiled before, and values bound to a prepared query."""

from __future__ import annotations

import importlib
from urllib.parse import urlencode

import harness
import queries

import imsquery


def cached(rounds: int) -> str:
    text = queries.example()
    imsquery.compile(text)
    contenders: dict[str, harness.Call] = {"imsquery": lambda: imsquery.compile(text)}
    try:
        jmespath = importlib.import_module("jmespath")
    except ImportError:
        pass
    else:
        expression = queries.jmespath(queries.drawn(3, 1)[0])
        contenders["jmespath"] = lambda: jmespath.compile(expression)
    return _table("Cached compile", contenders, rounds)


def bound(rounds: int) -> str:
    prepared = imsquery.prepare("platform = $platform and owner = $owner and supports(kvm)")
    ready = dict(prepared.bind(platform="CentOS", owner="1bed856811654c1cb661a6ca845ebc77").params)
    contenders: dict[str, harness.Call] = {
        "urlencode of the ready dict": lambda: urlencode(ready),
        "bind, two values": lambda: prepared.bind(
            platform="CentOS", owner="1bed856811654c1cb661a6ca845ebc77"
        ),
    }
    try:
        sdk = importlib.import_module("huaweicloudsdkims.v2")
    except ImportError:
        pass
    else:
        contenders["huaweicloudsdkims ListImagesRequest, to_dict"] = lambda: sdk.ListImagesRequest(
            platform="CentOS", owner="1bed856811654c1cb661a6ca845ebc77", support_kvm="true"
        ).to_dict()
    return _table("Bind", contenders, rounds)


def _table(title: str, contenders: dict[str, harness.Call], rounds: int) -> str:
    times = harness.measure(contenders, rounds)
    first = next(iter(times))
    rows = [
        [name, harness.microseconds(each), f"{times.ratio(name, first):.2f}x"]
        for name, each in times.items()
    ]
    return harness.table(title, ["call", "time", "ratio to the first"], rows)


def main(rounds: int) -> str:
    return "\n".join([cached(rounds), bound(rounds)])


if __name__ == "__main__":
    print(main(harness.rounds()))
