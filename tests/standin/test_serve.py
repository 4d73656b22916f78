import asyncio
import json
from pathlib import Path

import httpx2
from openai import AsyncOpenAI

from creative_assets.standin.behaviour import Behaviour, FaultRule
from creative_assets.standin.serve import running

TEXT = "gpt-6-luna"


async def chat(client: AsyncOpenAI, text: str = "Hello") -> None:
    await client.chat.completions.create(model=TEXT, messages=[{"role": "user", "content": text}])


async def test_thirty_calls_over_the_network_wait_side_by_side() -> None:
    with running(Behaviour(text_latency_s=1)) as stand_in:
        async with AsyncOpenAI(api_key="-", base_url=stand_in.base_url, max_retries=0) as client:
            await asyncio.gather(*(chat(client, str(number)) for number in range(30)))
        assert max(entry.in_flight for entry in stand_in.requests()) == 30


async def test_the_behaviour_can_be_read_and_changed_over_http() -> None:
    changed = Behaviour(vary=True, faults=(FaultRule(kind="reset", rate=0.5),), refuse=("x",))
    with running(Behaviour()) as stand_in:
        url = stand_in.base_url.replace("/v1", "/stand-in/behaviour")
        async with httpx2.AsyncClient() as http:
            before = await http.get(url)
            put = await http.put(url, json=changed.model_dump(mode="json"))
            after = await http.get(url)
            wrong = await http.put(url, json={"vary": "perhaps", "faults": [{"kind": "?"}]})
        assert Behaviour.model_validate(before.json()) == Behaviour()
        assert Behaviour.model_validate(after.json()) == changed
        assert put.json() == after.json()
        assert wrong.status_code == 400
        assert stand_in.engine.behaviour == changed


async def test_served_calls_are_listed_over_http_and_written_to_a_file(tmp_path: Path) -> None:
    log_path = tmp_path / "log.jsonl"
    with running(Behaviour(), log_path) as stand_in:
        async with AsyncOpenAI(api_key="-", base_url=stand_in.base_url) as client:
            await chat(client)
            _ = [model async for model in client.models.list()]
        async with httpx2.AsyncClient() as http:
            url = stand_in.base_url.replace("/v1", "/stand-in/requests")
            listed = (await http.get(url)).json()["requests"]
    written = [json.loads(line) for line in log_path.read_text().splitlines()]
    assert written == listed
    assert [entry["operation"] for entry in listed] == ["chat", "models"]
    assert all(entry["status"] == 200 and entry["ended_s"] for entry in listed)


async def test_two_stand_ins_run_side_by_side() -> None:
    with running(Behaviour()) as first, running(Behaviour()) as second:
        async with AsyncOpenAI(api_key="-", base_url=first.base_url) as client:
            await chat(client)
        assert (len(first.requests()), len(second.requests())) == (1, 0)
