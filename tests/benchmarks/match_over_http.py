"""How long one match takes through the HTTP API, and what the index behind it holds.

    python tests/benchmarks/match_over_http.py [--build] [--rounds 3]

Uses the installation in LIANZHAO_HOME ("lianzhao demo --no-serve" makes one). Starts a server of its own on
loopback, asks for every gap and for needs in words, one after the other, and prints medians: the first round
warms up and is not counted. `--build` first builds the index anew, with time and peak memory.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LIANZHAO = [sys.executable, "-c", "from service.cli.main import main; main()"]
NEEDS = (
    "高档电解铜箔",
    "引进丁基橡胶、乙丙橡胶、丁腈橡胶等国内紧缺合成橡胶及橡胶制品生产企业",
    "镍钴锰三元正极材料、三元前驱体、四氧化三钴",
    "诊断试剂、快速检测试剂盒、生物芯片等体外诊断产品",
    "马铃薯全粉、薯条薯片、变性淀粉深加工",
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--build", action="store_true")
    options = arguments.parse_args()
    if options.build:
        _build()
    with _server() as (address, process):
        state = _get(f"{address}/state")
        print(json.dumps(state, ensure_ascii=False))
        gaps = [
            gap["code"]
            for chain in _get(f"{address}/chains")["chains"]
            for gap in _get(f"{address}/chains/{chain['code']}")["gap_list"]
        ]
        for label, ask in (
            ("gaps", [lambda code=code: _get(f"{address}/gaps/{code}/candidates") for code in gaps]),
            (
                "needs in words",
                [lambda need=need: _post(f"{address}/match", {"need": need}) for need in NEEDS],
            ),
        ):
            _report(label, ask, options.rounds)
        print(f"server's peak memory: {_peak_mb(process.pid):.0f} MB")


def _build() -> None:
    started = time.perf_counter()
    subprocess.run([*LIANZHAO, "index", "build"], check=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"index build: {time.perf_counter() - started:.1f} s, peak memory {peak:.0f} MB")


def _report(label: str, ask: list[Any], rounds: int) -> None:
    times: list[float] = []
    for number in range(rounds + 1):
        for one in ask:
            started = time.perf_counter()
            one()
            if number:
                times.append((time.perf_counter() - started) * 1000)
    times.sort()
    print(
        f"{label}: {len(times)} requests, p50 {statistics.median(times):.0f} ms, "
        f"p95 {times[int(len(times) * 0.95) - 1]:.0f} ms, max {times[-1]:.0f} ms"
    )


@contextmanager
def _server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*LIANZHAO, "serve", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/api/v1"
    try:
        for _ in range(300):
            try:
                _get(f"{address}/state")
                break
            except OSError:
                time.sleep(0.2)
        yield address, process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def _get(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return json.load(answer)


def _post(address: str, body: dict[str, Any]) -> Any:
    data = json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def _peak_mb(process_id: int) -> float:
    status = Path(f"/proc/{process_id}/status").read_text("utf-8")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
