"""The arithmetic in JavaScript, tested by node's own test runner: `tests/js/`."""

import os
import re
import shutil
import subprocess
import sys

import pytest

NODE = shutil.which("node")


def too_old() -> str:
    """Why node cannot run the tests; empty if it can."""
    if NODE is None:
        return "no node"
    said = subprocess.run([NODE, "--version"], capture_output=True, encoding="utf-8").stdout.strip()
    return "" if int(re.match(r"v(\d+)|", said)[1] or 0) >= 18 else f"no node that is new enough: {said}"


WHY = too_old()


@pytest.mark.skipif(bool(WHY), reason=WHY)
def test_the_javascript(root):
    files = sorted(str(path.relative_to(root)) for path in (root / "tests" / "js").glob("*.test.mjs"))
    env = os.environ | {"PYTHON": sys.executable, "NODE_OPTIONS": ""}
    done = subprocess.run(
        [NODE, "--test", "--test-reporter=tap", *files],
        cwd=root,
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    failed = re.findall(r"^\s*not ok .*?^\s*\.\.\.$", done.stdout, re.MULTILINE | re.DOTALL)
    assert done.returncode == 0, "\n".join(failed)[-6000:] or done.stdout[-3000:] + done.stderr[-1000:]
    assert int(re.search(r"^# pass (\d+)", done.stdout, re.MULTILINE)[1]) >= len(files) > 0
