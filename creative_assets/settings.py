"""Every setting of the product, once.

Values come from the environment (`CREATIVE_ASSETS_…`, or the name given at the field) and from a
`.env` file in the working directory. Nothing else in the package reads the environment.
"""

import os
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, IPvAnyNetwork, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from creative_assets.studio.checks import Severity
from creative_assets.studio.checks.rules import RuleName
from creative_assets.studio.errors import RequestRejectedError
from creative_assets.studio.models.limits import ModelLimit
from creative_assets.studio.models.services import OPENAI, STAND_IN
from creative_assets.studio.naming import check_template
from creative_assets.studio.notices.addresses import CONTACT


class Settings(BaseSettings):
    """The settings, with their defaults for one machine."""

    model_config = SettingsConfigDict(
        env_prefix="CREATIVE_ASSETS_",
        env_nested_delimiter="__",
        env_file=".env",
        env_ignore_empty=True,  # a compose file passes OPENAI_API_KEY= on where nobody set it
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # it may hold a password
        validate_by_name=True,
    )

    inbox_url: str = Field("var/inbox", description="Where briefs are dropped: a folder or s3://…")
    store_url: str = Field("var/store", description="Where all bytes are kept: a folder or s3://…")
    records_url: str = Field(
        "sqlite:///var/records.db",
        description="The records database: sqlite:///file or postgresql://…",
    )

    openai_api_key: SecretStr | None = Field(
        None,
        validation_alias="OPENAI_API_KEY",
        description="Without a key, and without a base URL, the embedded stand-in answers.",
    )
    openai_base_url: str | None = Field(
        None,
        validation_alias="OPENAI_BASE_URL",
        pattern=r"^https?://[^/]",
        description="Any OpenAI-compatible server; absent: OpenAI's own.",
    )
    service_name: str | None = Field(
        None,
        description=(
            "Names the model service in what is kept. Absent: the host. Set it before the service "
            "moves to another address, and nothing that was paid for is asked for again. "
            "`stand-in` for a stand-in that is served."
        ),
    )

    text_model: str = Field("gpt-6-luna", description="Writes context packs, copy, art direction.")
    vision_model: str = Field("gpt-6-luna", description="Chooses the logo's spot.")
    image_model: str = Field("gpt-image-2.6-flare", description="Makes the pictures.")
    image_quality: Literal["low", "medium", "high"] = "medium"

    text_limit: ModelLimit = ModelLimit()
    image_limit: ModelLimit = ModelLimit()
    model_limits: dict[str, ModelLimit] = Field(
        default_factory=dict,
        description="By model name; wins over text_limit and image_limit.",
    )
    limits_url: SecretStr | None = Field(
        None,
        description=(
            "A Redis server through which the limits hold for all processes together: "
            "redis://…; absent: for each by itself."
        ),
    )
    text_deadline_s: float = Field(120, gt=0, description="For one text answer, retries included.")
    image_deadline_s: float = Field(420, gt=0, description="For one picture, retries included.")

    campaign_limit_usd: float | None = Field(
        None,
        gt=0,
        description="A campaign that may cost more waits for a person's go; absent: none does.",
    )
    confirm_above_usd: float = Field(
        100,
        ge=0,
        description="What a run launched by hand may cost without being confirmed.",
    )

    variants_per_run: int = Field(300, ge=1, description="Variants that one Dagster run takes.")
    variant_run_time_s: float = Field(
        30,
        gt=0,
        description=(
            "What a run may take for each of its variants, on top of one that takes until its "
            "deadlines, before it is taken for dead and launched again. Raise it for slow models."
        ),
    )
    variants_in_flight: int = Field(64, ge=1, description="Variants under way at once in a run.")
    cpu_workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=0,
        description="Processes for pixel work; 0: none, the run's own does it.",
    )
    stop_grace_s: float = Field(
        120, ge=0, description="How long a cancelled run waits for calls that are paid for already."
    )
    check_severity: dict[RuleName, Severity] = Field(
        default_factory=dict,
        description="By rule of the checks: error or warn, where it is not as usual.",
    )
    briefs_per_tick: int = Field(500, ge=1, description="Briefs that one sensor tick takes.")
    tick_budget_s: float = Field(
        16, gt=0, description="A sensor tick takes and weighs no further brief after it."
    )

    publish_url: str = Field(
        "var/published", description="Where approved finals go out from: a folder or s3://…"
    )
    publish_template: str = Field(
        "{brand}/{campaign}/{locale}/{product}/{version}/{format}",
        description="How published files are named; `manifest` takes the format's place once.",
    )
    publish_automatically: bool = Field(
        True,  # noqa: FBT003 - pydantic's way
        description="Publish what is approved, without anybody launching it.",
    )
    publish_unverified: bool = Field(
        True,  # noqa: FBT003 - pydantic's way
        description="Take approvals under a typed name too, as the Dagster UI makes them.",
    )

    desk_url: str = Field(
        "http://127.0.0.1:3001",
        pattern=r"^https?://[^/]+$",
        description="Where people reach the desk. With https, cookies go over https only.",
    )
    desk_secret: SecretStr | None = Field(
        None,
        min_length=32,
        description=(
            "Signs the desk's sessions: 32 characters or more. Absent: another one at each start, "
            "and everybody signs in again."
        ),
    )
    desk_proxy_address: IPvAnyNetwork | None = Field(
        None,
        description="The address or network of a reverse proxy that has signed people in.",
    )
    desk_proxy_user_header: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9-]+$",
        description="The header in which that proxy, and nobody else, names who asks.",
    )
    dagster_url: str = Field(
        "http://127.0.0.1:3000",
        pattern=r"^https?://[^/].*[^/]$",
        description="Where people reach the Dagster UI; the desk links to it.",
    )

    log_format: Literal["text", "json"] = Field(
        "text", description="Of the log: text, or json with one object a line."
    )

    notice_urls: tuple[SecretStr, ...] = Field(
        (),
        description="Who is told what happens to campaigns: addresses of Apprise's, as JSON.",
    )
    notice_contact_url: SecretStr | None = Field(
        None,
        description=(
            "How the contact of a refused brief is told: an address of Apprise's in which "
            "`{contact}` stands for theirs."
        ),
    )
    alert_urls: tuple[SecretStr, ...] = Field(
        (), description="Who is told of runs that failed: addresses of Apprise's, as JSON."
    )
    alerts_per_hour: int = Field(
        10, ge=1, description="Alerts to one address; the last one tells of all that is left."
    )

    @field_validator("notice_contact_url")
    @classmethod
    def _contact_has_a_place(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and CONTACT not in url.get_secret_value():
            raise ValueError(f"expected {CONTACT} where the contact's e-mail address belongs")
        return url

    @field_validator("publish_template")
    @classmethod
    def _template_names_each_file(cls, template: str) -> str:
        try:
            return check_template(template)
        except RequestRejectedError as error:
            raise ValueError(str(error)) from error

    @model_validator(mode="after")
    def _stand_in_is_served(self) -> Self:
        if self.service_name == STAND_IN and self.openai_base_url is None:
            raise ValueError(
                "service_name stand-in is for a stand-in that is served: set OPENAI_BASE_URL to "
                "its address, or take service_name away."
            )
        return self

    @model_validator(mode="after")
    def _proxy_is_whole(self) -> Self:
        if (self.desk_proxy_address is None) != (self.desk_proxy_user_header is None):
            raise ValueError(
                "desk_proxy_address and desk_proxy_user_header go together: set both, or neither."
            )
        return self

    @property
    def uses_stand_in(self) -> bool:
        """Whether the embedded stand-in answers in place of a model service."""
        return self.openai_api_key is None and self.openai_base_url is None

    @property
    def service(self) -> str:
        """The model service's name in generations and lineage."""
        if self.uses_stand_in:
            return STAND_IN
        if self.service_name is not None:
            return self.service_name
        if self.openai_base_url is None:
            return OPENAI
        # The host and port alone: an address may carry a user and a password.
        return urlsplit(self.openai_base_url).netloc.rpartition("@")[2]

    def limit_of(self, model: str, default: ModelLimit) -> ModelLimit:
        """The limit for one model by name."""
        return self.model_limits.get(model, default)
