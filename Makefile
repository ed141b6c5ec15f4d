# Two targets need nothing but python3 and set everything up: `make verify` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
NODE   := tests/node/node_modules

.PHONY: verify test lint falsify mutants seeds bench bench-serve fuzz kill diagrams clean

verify: $(BIN)/certlife
	$(BIN)/certlife verify memory:
	$(BIN)/certlife verify memory: --corpus
	$(BIN)/certlife check-trace --samples
	$(BIN)/certlife diagram --format svg,png -o out/diagrams

test: $(BIN)/certlife $(NODE)/.package-lock.json
	$(BIN)/python -m pytest

lint: $(BIN)/certlife
	$(BIN)/ruff check .
	$(BIN)/mypy -p certlife

falsify: $(BIN)/certlife
	$(BIN)/python -m certlife.conformance.falsifier ../shared/ground-truth

mutants: $(BIN)/certlife
	$(BIN)/certlife mutants

# No false alarms: the same vault under so many seeds.
seeds: $(BIN)/certlife
	seq 1 20 | xargs -P 2 -I SEED sh -c '$(BIN)/certlife verify memory: --seed SEED 2>/dev/null | tail -1'

bench: $(BIN)/certlife
	$(BIN)/python tests/bench_judge.py ../shared/ground-truth
	$(BIN)/python tests/bench_verify.py
	$(BIN)/python tests/bench_store.py

# No write is lost: whoever writes is killed 200 times, the store by itself and the emulator under load.
kill: $(BIN)/certlife
	$(BIN)/python tests/kill_store.py 200
	$(BIN)/python tests/kill_server.py 200

# The emulator under load; wants wrk (Debian: apt-get install wrk), and a quiet machine.
bench-serve: $(BIN)/certlife
	$(BIN)/python tests/bench_serve.py

# The emulator under 220,000 spoiled requests, and under schemathesis; about five minutes.
fuzz: $(BIN)/certlife
	$(BIN)/python tests/fuzz_emulator.py
	$(BIN)/python tests/fuzz_schema.py

diagrams: $(BIN)/certlife
	$(BIN)/certlife diagram --format mermaid -o docs/diagrams
	$(BIN)/certlife diagram lifecycle --format svg -o docs/diagrams

# The environment is made once and again whenever what it is made of has changed.
$(BIN)/certlife: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,sdk]'
	@touch $(BIN)/certlife

# The official clients for Node; without Node or npm their tests are skipped.
$(NODE)/.package-lock.json: tests/node/package.json tests/node/package-lock.json
	@if command -v node >/dev/null && command -v npm >/dev/null; \
	then npm ci --prefix tests/node --no-audit --no-fund --loglevel=error && touch $@; \
	else echo "no node or no npm: the tests of the clients for Node are skipped"; fi

clean:
	rm -rf $(VENV) $(NODE) out build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
