# Needs python3.11 (or newer), make and git. Everything else comes with `make install`.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# The tests start many processes: none should have to compile the product again.
unexport PYTHONDONTWRITEBYTECODE
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help install run test check format bench crowd rehearsed lock clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

# One at a time: whoever comes second finds it done.
install: ## make the virtual environment from requirements.lock
	@flock --nonblock Makefile true || echo "另一个窗口正在安装依赖，等它完成……"
	@flock --close Makefile $(MAKE) --silent --no-print-directory $(INSTALLED)

run: install ## start the whole system; Ctrl-C stops it
	@$(BIN)/queueing run

# Three at a time even on two cores: much of the time is spent waiting for disks, processes and browsers.
test: install ## run the tests; ARGS="-k booking" selects, ARGS="-n0" runs them one by one
	$(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS)

check: install ## style, types, and the arrows between the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## measure this machine
	$(BIN)/python -m bench $(ARGS)

crowd: install ## simulate every case of docs/crowd.md again (a few minutes)
	$(BIN)/queueing crowd table --days 1000 --write docs/crowd.md

rehearsed: install ## play every case of docs/rehearsal.md again (some ten minutes)
	$(BIN)/queueing crowd rehearsed --seeds 2 --write docs/rehearsal.md

lock: ## choose versions again, after a change of the dependencies in pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --extra aliyun --generate-hashes --no-emit-index-url --no-header \
		--universal --python-version 3.11 --quiet --output-file requirements.lock

clean: ## remove what can be made again; the data in var/ stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The project itself goes in last and without isolation: what builds it is in the lock.
$(INSTALLED): requirements.lock pyproject.toml
	@echo "正在安装依赖，约需一分钟……"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
