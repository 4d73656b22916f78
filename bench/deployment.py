"""A deployment of a benchmark's own: folders, databases, campaigns as large as wanted, and runs."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self

import dagster as dg
import psutil
from ruamel.yaml import YAML

from bench.programs import PROGRAM, Spent, run_to_end
from creative_assets.settings import Settings
from tests.postgres import PostgresServer, postgres_server

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "nordlys-coffee"
LOCALES = (
    *("en-US", "de-DE", "ja-JP", "ar-AE", "fr-FR", "es-ES", "it-IT", "nl-NL", "pl-PL", "pt-BR"),
    *("sv-SE", "tr-TR", "ko-KR", "el-GR", "ru-RU", "he-IL", "hi-IN", "th-TH", "vi-VN", "en-GB"),
)
"""Those that the stand-in has copy for: what is made in them passes all checks."""
FURTHER_LOCALES = (
    *("de-AT", "de-CH", "en-AU", "en-CA", "en-IE", "es-MX", "fr-BE", "fr-CA", "nl-BE", "pt-PT"),
)
"""The same languages elsewhere."""

Kind = Literal["sqlite", "postgres"]


@dataclass(frozen=True)
class Deployment:
    """Where all of it is.

    Attributes:
        environment: By which our programs know it.
        database: The process of its PostgreSQL server; None where there is none.
    """

    folder: Path
    environment: Mapping[str, str]
    database: psutil.Process | None = None

    @property
    def settings(self) -> Settings:
        """The settings as our programs read them from the environment."""
        prefix = "CREATIVE_ASSETS_"
        fields = {
            name.removeprefix(prefix).lower(): value
            for name, value in self.environment.items()
            if name.startswith(prefix)
        }
        base_url = self.environment.get("OPENAI_BASE_URL")
        return Settings.model_validate({**fields, "openai_base_url": base_url})

    def with_settings(self, environment: Mapping[str, str]) -> Self:
        """The same with further settings."""
        return replace(self, environment={**self.environment, **environment})

    def run(self, brief: Path) -> Spent:
        """Submit a brief and run all of it through Dagster, in one process."""
        return run_to_end([*PROGRAM, "run", str(brief)], self.folder, self.environment)

    def run_seconds(self) -> float:
        """How long its newest run took, from start to end as Dagster saw it."""
        with self.instance() as instance:
            (record,) = instance.get_run_records(limit=1)
        return (record.end_time or 0) - (record.start_time or 0)

    @contextmanager
    def instance(self) -> Iterator[dg.DagsterInstance]:
        """Its Dagster; this process knows no other from here on."""
        os.environ["DAGSTER_HOME"] = self.environment["DAGSTER_HOME"]
        with dg.DagsterInstance.get() as instance:
            yield instance


@contextmanager
def deployed(folder: Path, kind: Kind, base_url: str | None = None) -> Iterator[Deployment]:
    """A deployment below `folder` whose models are at `base_url`, while the block runs."""
    home = folder / "dagster"
    home.mkdir(parents=True)
    environment = {
        "DAGSTER_HOME": str(home),
        "CREATIVE_ASSETS_STORE_URL": str(folder / "store"),
        "CREATIVE_ASSETS_INBOX_URL": str(folder / "inbox"),
        "CREATIVE_ASSETS_PUBLISH_URL": str(folder / "published"),
    }
    if base_url is not None:
        environment |= {"OPENAI_BASE_URL": base_url, "CREATIVE_ASSETS_SERVICE_NAME": "stand-in"}
    with postgres_server(durable=True) if kind == "postgres" else nullcontext() as server:
        if server is None:
            shutil.copy(ROOT / "creative_assets" / "data" / "dagster.yaml", home)
            records_url = f"sqlite:///{folder}/records.db"
        else:
            _set_up_in_production(home, _database(server, "dagster"))
            records_url = _database(server, "records")
        environment["CREATIVE_ASSETS_RECORDS_URL"] = records_url
        yield Deployment(folder, environment, psutil.Process(server.pid) if server else None)


def write_campaign(
    folder: Path,
    campaign_id: str,
    products: int,
    locales: Sequence[str] = LOCALES,
    *,
    light: bool = False,
) -> Path:
    """A brief like the example's, with as many products as wanted; each is told apart by a name.

    No other campaign asks the models for the same: what one has bought, all have.

    Args:
        folder: Where to make it, with all files that it names.
        campaign_id: What the campaign is called.
        products: How many.
        locales: Where the products are advertised.
        light: One format and no photos, and a product's picture is for all its locales.
    """
    shutil.copytree(EXAMPLE, folder)
    path = folder / "brief.yaml"
    yaml = YAML(typ="safe")
    brief = yaml.load(path)
    originals = brief["products"]
    brief["campaign_id"] = campaign_id
    brief["audience"]["description"] += f" For {campaign_id}."
    brief["target_locales"] = list(locales)
    brief["products"] = [
        {
            **deepcopy(originals[number % len(originals)]),  # YAML would write aliases
            "id": f"product-{number}",
            "name": f"{originals[number % len(originals)]['name']} {number}",
        }
        for number in range(products)
    ]
    for texts in (brief["brand"]["banned_words"], brief["brand"]["legal_text"], brief["messages"]):
        for locale in [name for name in texts if name not in ("*", *locales)]:
            del texts[locale]
    if light:
        brief |= {"imagery": "shared", "output": {"aspect_ratios": ["1x1"], "file_type": "jpeg"}}
        for product in brief["products"]:
            del product["photos"]
    yaml.dump(brief, path)
    return path


def _set_up_in_production(home: Path, postgres_url: str) -> None:
    yaml = YAML()
    config = yaml.load(ROOT / "deploy" / "dagster.yaml")
    config["storage"]["custom"]["config"]["postgres_url"] = postgres_url
    yaml.dump(config, home / "dagster.yaml")


def _database(server: PostgresServer, name: str) -> str:
    server.execute(f"CREATE DATABASE {name}")
    return server.url(name)
