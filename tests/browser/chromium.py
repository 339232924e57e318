"""Find a Chromium for the browser tests, and install one where there is none.

`python -m tests.browser.chromium` installs: first Playwright's own build, else Debian's package.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Chromium as root and in a closed network: quiet, and asking nothing of anybody."""


def find():
    """The path of a Chromium: $CHROMIUM, one on PATH, or Playwright's; None where there is none."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        if path := shutil.which(name):
            return path
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install():
    """Try Playwright's download, then apt. Errors are shown, and `find` tells whether it worked."""
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    attempts = [
        [[sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"]],
        [
            [*sudo, "apt-get", "update", "-qq"],
            [*sudo, "apt-get", "install", "-y", "-qq", "chromium"],
        ],
    ]
    for commands in attempts:
        for command in commands:
            print("+", *command, flush=True)
            try:
                subprocess.run(command, check=True)
            except (OSError, subprocess.CalledProcessError) as error:
                print(f"  {error}", flush=True)
                break
        if find():
            return


def main():
    """Install a browser unless there is one; 1 when that failed."""
    if not find():
        install()
    path = find()
    print(f"browser: {path or 'none found, and none could be installed'}")
    return 0 if path else 1


if __name__ == "__main__":
    raise SystemExit(main())
