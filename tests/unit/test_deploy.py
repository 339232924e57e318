"""The files in `deploy` match the project, Ray and each other. No container is built."""

import fnmatch
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from lib.training import machine

yaml = pytest.importorskip("yaml", reason="only pre-commit installs PyYAML")

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
README = (DEPLOY / "README.md").read_text("utf-8")
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
CADDYFILE = (DEPLOY / "Caddyfile").read_text("utf-8")
MANIFESTS = [
    yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
]
COPIED = [
    source
    for line in re.findall(r"^COPY (?!--from)(.+)$", CONTAINERFILE, flags=re.MULTILINE)
    for source in line.split()[:-1]
]


def test_all_copied_files_exist_and_dockerignore_allows_exactly_these():
    """The image contains the app, its pages and its requirements."""
    assert {"app.py", "pages", "lib", ".streamlit", "requirements.txt"} <= set(COPIED)
    assert [source for source in COPIED if not (ROOT / source).exists()] == []
    first, *lines = re.findall(r"^[^#\n].*$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    allowed = [line[1:] for line in lines if line.startswith("!")]
    assert first == "*"
    for source in COPIED:
        assert any(fnmatch.fnmatch(source, pattern) for pattern in allowed), source
    for pattern in allowed:
        assert any(fnmatch.fnmatch(source, pattern) for source in COPIED), pattern


def test_services_have_existing_targets_and_caddy_has_all_page_servers():
    """Build targets, page servers and ports match. Only Caddy has open ports."""
    stages = re.findall(r"^FROM \S+ AS (\w+)$", CONTAINERFILE, re.MULTILINE)
    assert stages[-1] == "one"  # A build that names no target builds the last stage.
    built = [each for each in SERVICES.values() if "build" in each]
    assert {each["build"]["target"] for each in built} == {"cluster"} < set(stages)
    (port,) = re.findall(r"^EXPOSE (\d+)$", CONTAINERFILE, re.MULTILINE)
    assert f"http://127.0.0.1:{port}/_stcore/health" in CONTAINERFILE
    pages = " ".join(f"{name}:{port}" for name in SERVICES if name.startswith("page-"))
    assert SERVICES["caddy"]["environment"]["PAGES"] == pages
    assert f"{{$PAGES:{pages}}}" in CADDYFILE
    assert [name for name, each in SERVICES.items() if "ports" in each] == ["caddy"]


def test_machines_of_the_cluster_have_the_same_address_and_token():
    """Pages and nodes use the head's address. A missing token is an error."""
    (port,) = re.findall(r"--port=(\d+)", SERVICES["head"]["command"])
    assert f"--address=head:{port} " in SERVICES["worker"]["command"]
    for name, each in SERVICES.items():
        if name != "caddy":
            assert re.fullmatch(r"\$\{RAY_AUTH_TOKEN:\?.+\}", each["environment"]["RAY_AUTH_TOKEN"])
        if name.startswith("page-"):
            assert each["environment"][machine.RAY] == f"head:{port}"
    assert "RAY_AUTH_MODE=token" in CONTAINERFILE
    cluster, pod, _ = MANIFESTS
    (page,) = pod["spec"]["containers"]
    variables = {each["name"]: each for each in page["env"]}
    name = cluster["metadata"]["name"]
    assert variables[machine.RAY]["value"] == f"{name}-head-svc:{port}"
    assert variables["RAY_AUTH_TOKEN"]["valueFrom"]["secretKeyRef"]["name"] == name


def test_the_readme_explains_the_projects_environment_variables():
    """page.sh requires the first of them. The Caddyfile reads its own two."""
    for name in (machine.RAY, machine.SETTING):
        assert f"| `{name}` |" in README
    assert f"${{{machine.RAY}:?" in (DEPLOY / "page.sh").read_text()
    assert all(f"{{${name}:" in CADDYFILE for name in ("SITE", "PAGES"))


@pytest.mark.skipif(find_spec("ray") is None, reason="only a cluster needs Ray")
def test_ray_start_has_every_option_that_we_use():
    """These are the options in Compose, page.sh, the README and the manifest for KubeRay."""
    text = f"{(DEPLOY / 'page.sh').read_text()}\n{README}".replace("\\\n", " ")
    commands = re.findall(r"^ *ray start .+$", text, re.MULTILINE)
    commands += [each["command"] for each in SERVICES.values() if "command" in each]
    # By default, Ray takes 30% of a machine's memory for its object store.
    assert all("--object-store-memory=200000000 " in f"{each} " for each in commands)
    used = {word for each in commands for word in re.findall(r"(--[a-z-]+)", each)}
    used |= set(re.findall(r"(--[a-z-]+-port)=", README))
    spec = MANIFESTS[0]["spec"]
    (version,) = re.findall(r"^ray~=(.+)$", (ROOT / "requirements-cluster.txt").read_text(), re.M)
    assert spec["rayVersion"].startswith(f"{version}.")
    for group in (spec["headGroupSpec"], *spec["workerGroupSpecs"]):
        assert group["rayStartParams"]["object-store-memory"] == "200000000"
        used |= {f"--{name}" for name in group["rayStartParams"]}
    assert {"--head", "--address", "--block", "--num-cpus", "--node-manager-port"} <= used
    help_text = subprocess.run(
        [sys.executable, "-m", "ray.scripts.scripts", "start", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert sorted(used - set(re.findall(r"--[a-z-]+", help_text))) == []


def test_the_page_script_needs_an_address():
    """If the variable with the address is missing, the script fails and names the variable."""
    subprocess.run(["sh", "-n", DEPLOY / "page.sh"], check=True)
    process = subprocess.run(
        [DEPLOY / "page.sh"], env={}, capture_output=True, text=True, check=False
    )
    assert process.returncode != 0
    assert f"{machine.RAY} must be" in process.stderr
