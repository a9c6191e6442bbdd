# All there is to set up: `make run` to talk to it, `make test` to test it. Every target installs what it needs.
SHELL := /bin/sh
.DEFAULT_GOAL := help
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export PYTHONPATH := $(CURDIR)
PYTHON_IN := .venv/bin/python

.PHONY: help setup build adapt train run test check ask demo evaluate benchmark clean

help: ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: ## Find Python 3.10, make the environment, install the locked packages
	@scripts/setup

build: setup ## Build the language pipeline and the sentence encoder
	@$(PYTHON_IN) -m scripts.build

adapt: build ## Teach the sentence encoder our examples anew; training does it by itself when many have changed
	@$(PYTHON_IN) -m scripts.adapt --anew

train: build ## Train the assistant, if its content or code has changed
	@$(PYTHON_IN) -m scripts.train

run: build ## Start everything and print the address
	@$(PYTHON_IN) -m scripts.train --keep-old
	@exec $(PYTHON_IN) -m scripts.run

test: train ## Run every test, those in a browser apart (pytest's exit status 5 says that ARGS left none)
	@$(PYTHON_IN) -m pytest -m "not browser" $(ARGS) || [ $$? = 5 ]
	@$(PYTHON_IN) -m pytest -m browser $(ARGS) || [ $$? = 5 ]

check: setup ## Check content, code and house rules, in seconds
	@$(PYTHON_IN) -m scripts.check

ask: ## Put messages (JSON lines or plain text, standard input) to the assistant: make -s ask ARGS="--at 2026-11-23T21:00:00Z"
	@$(MAKE) -s train >&2
	@$(PYTHON_IN) -m bot.ask $(ARGS)

demo: build ## Fill an empty database with an invented month, to look around the console (ARGS=--remove takes it out)
	@$(PYTHON_IN) -m console.demo $(ARGS)

evaluate: train ## Measure answers and danger on the held-out messages; writes reports/
	@$(PYTHON_IN) -m benchmarks.evaluate $(ARGS)

benchmark: train ## Measure training, start, memory and speed
	@$(PYTHON_IN) -m benchmarks.benchmark $(ARGS)

clean: ## Remove everything that was built
	rm -rf .venv .rasa models var reports widget/dist widget/built widget/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
