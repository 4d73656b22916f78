lock:  ## resolve the dependencies anew into requirements.lock
	uv pip compile -q --python-version 3.11 --universal --all-extras --group dev --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml -o requirements.lock
