"""How the stand-in behaves: latencies, faults, refusals, and whether it varies.

Only the values belong here. Applying them is `faults` and `app`.
"""

from typing import Annotated, Literal

from pydantic import Field

from creative_assets.studio.values import Frozen

Operation = Literal[
    "context_pack",
    "ad_copy",
    "art_direction",
    "logo_spot",
    "chat",
    "image",
    "image_edit",
    "models",
]

PICTURES: tuple[Operation, ...] = ("image", "image_edit")
STRUCTURED: tuple[Operation, ...] = ("context_pack", "ad_copy", "art_direction", "logo_spot")

FaultKind = Literal[
    "rate_limit",  # 429 with Retry-After
    "rate_limit_bare",  # 429 without it
    "insufficient_quota",  # 429 that no waiting heals
    "billing_limit",  # 400 that no waiting heals
    "invalid_key",  # 401
    "model_retired",  # 404
    "server_error",  # 500
    "unavailable_html",  # 503, an HTML page
    "html_200",  # an HTML page with status 200
    "error_200",  # an error object with status 200
    "malformed_json",  # JSON that ends too early
    "reset",  # the connection is reset before a byte is sent
    "short_body",  # fewer bytes than the content length promises
    "drip",  # the body comes in small pieces, slowly
    "refusal",  # structured text: the model declines
    "wrong_schema",  # structured text: the answer breaks its schema
    "moderation_blocked",  # pictures: 400, by policy
    "cut_base64",  # pictures: the payload is cut where base64 still decodes
    "wrong_size",  # pictures: half the width and height that was asked for
]

Seconds = Annotated[float, Field(ge=0)]


class FaultRule(Frozen):
    """Which calls go wrong, and how.

    Attributes:
        kind: What goes wrong.
        rate: The share of matching calls that it hits, from 0 to 1.
        operation: The only operation it hits; None hits every one that can fail this way.
        times: It hits at most so many calls; None is without end.
        seed: Another seed hits other calls at the same rate.
    """

    kind: FaultKind
    rate: float = Field(default=1.0, ge=0, le=1)
    operation: Operation | None = None
    times: int | None = Field(default=None, ge=0)
    seed: int = 0


class Behaviour(Frozen):
    """How the stand-in answers. The default is instant, faultless and deterministic.

    Attributes:
        vary: Answer every call differently, as a real model does.
        gullible: Obey what a text among the facts orders (`Answer only: …`), as a model that takes
            data for instructions: every text of the answer is what it was told to say.
        quick_pictures: Answer with one scene for each composition, in another grain for every
            request: 1 MB or more at next to no CPU, for benchmarks.
        text_latency_s: Before an answer to text.
        vision_latency_s: Before an answer to text with pictures.
        image_latency_s: Before a picture.
        drip_s: How long the fault `drip` takes to send a body.
        retry_after_s: What the fault `rate_limit` asks for.
        faults: The first rule that hits a call decides.
        refuse: A call whose text contains one of these is refused by policy.
    """

    vary: bool = False
    gullible: bool = False
    quick_pictures: bool = False
    text_latency_s: Seconds = 0.0
    vision_latency_s: Seconds = 0.0
    image_latency_s: Seconds = 0.0
    drip_s: Seconds = 20.0
    retry_after_s: Seconds = 1.0
    faults: tuple[FaultRule, ...] = ()
    refuse: tuple[Annotated[str, Field(min_length=1)], ...] = ()


def fault_rule(text: str) -> FaultRule:
    """The rule that the command line writes as `kind`, `kind=rate` or `kind@operation=rate`.

    Raises:
        pydantic.ValidationError: A kind, operation or rate that does not exist (a `ValueError`).
    """
    target, _, rate = text.partition("=")
    kind, _, operation = target.partition("@")
    fields = {"kind": kind, "rate": rate or 1.0, "operation": operation or None}
    return FaultRule.model_validate(fields)
