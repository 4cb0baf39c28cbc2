"""docker-compose.yml says what ./run does: parsed here, because not every machine has an engine to run it."""

import re

import yaml

from tests.site import PROJECT, SERVER

COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
SERVICES = COMPOSE["services"]


def test_site_worker_and_preparation_run_from_one_image_with_one_environment() -> None:
    site = [SERVICES[name] for name in ("web", "worker", "prepare")]

    assert {service["build"] for service in site} == {"."}
    assert len({str(service["environment"]) for service in site}) == 1


def test_every_variable_is_one_the_settings_read_and_the_example_explains() -> None:
    settings = (PROJECT / "config/settings.py").read_text() + (PROJECT / "config/env.py").read_text()
    example = (PROJECT / ".env.example").read_text()

    for name, value in SERVICES["web"]["environment"].items():
        read = re.search(rf'"{name.removeprefix("LAMPLIGHT_")}"', settings) or name == "LAMPLIGHT_TRUSTED_PROXIES"
        assert read, f"no setting reads {name}"
        for asked in re.findall(r"\$\{(\w+)", str(value)):
            assert f"{asked}=" in example, f"{asked} is not in .env.example"


def test_the_server_is_started_as_run_starts_it() -> None:
    command = DOCKERFILE.rpartition("CMD ")[2]
    run = (PROJECT / "run").read_text()

    for word in [each for each in SERVER if each != "--no-proxy-headers"]:
        assert word in command, f"the image starts without {word}"
        assert word in run, f"./run starts without {word}"


def test_nothing_is_kept_by_redis_and_nothing_listens_beyond_this_machine() -> None:
    assert SERVICES["redis"]["command"] == ["redis-server", "--save", "", "--appendonly", "no"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])
    assert not any("ports" in SERVICES[name] for name in ("postgres", "redis", "worker"))


def test_several_web_containers_can_each_have_a_port_as_the_documents_say() -> None:
    (port,) = SERVICES["web"]["ports"]
    running = (PROJECT / "docs/running.md").read_text()

    assert port == "127.0.0.1:${WEB_PORTS:-8000}:8000"
    assert "WEB_PORTS=8000\n" in (PROJECT / ".env.example").read_text()
    assert "`WEB_PORTS=8000-8009`" in running
    assert "--scale web=2" in running


def test_what_everything_needs_is_healthy_first() -> None:
    needed = SERVICES["web"]["depends_on"]

    assert needed["prepare"]["condition"] == "service_completed_successfully"
    assert {needed[name]["condition"] for name in ("postgres", "redis")} == {"service_healthy"}
    assert SERVICES["worker"]["command"] == ["python", "manage.py", "worker"]
