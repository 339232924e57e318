"""Find a Chromium for the browser tests, or install one.

`python -m tests.browser.chromium` installs Playwright's build. If that fails, it uses apt.
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
"""Flags for Chromium as root and without network: no sandbox, no background requests."""


def find():
    """Return the path of a Chromium from $CHROMIUM, PATH or Playwright, or None."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        if path := shutil.which(name):
            return path
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install():
    """Try Playwright's download, then apt. Print errors, but raise none."""
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
    """Install a browser if `find` returns none. Return 1 on failure."""
    if not find():
        install()
    path = find()
    print(f"browser: {path or 'none found, and none could be installed'}")
    return 0 if path else 1


if __name__ == "__main__":
    raise SystemExit(main())
