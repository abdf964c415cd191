# Changeover: everything that is run from the top of the checkout. `make help` lists it.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo check bench chaos screenshots docs lint types unit test packages audit lock clean messages
MAKEFLAGS += --no-print-directory
# Tests start hundreds of Python processes: what one of them has compiled, the next one has not to.
unexport PYTHONDONTWRITEBYTECODE

PY := .venv/bin/python
LOCK := deploy/constraints.txt
# The quick tests: no domain controller, no browser, nothing that takes more than seconds.
QUICK := not samba and not browser and not wine and not slow
# On every core up to four, and one more, since many wait; the tests of one file stay together and share what they set up.
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
SPREAD := -n $(shell [ $(CORES) -le 4 ] && echo $$(($(CORES) + 1)) || echo 5) --dist loadfile

PICTURES := var/screenshots/index.html

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@echo "Needs make and Python 3.11 with venv; everything else goes into .venv here."

demo: .venv/.demo ## Start the console with a lab of six clusters, on loopback, without root (Ctrl-C ends it)
	@exec $(PY) manage.py demo $(ARGS)

check: lint types unit ## Lint, types, import rules, the quick tests and what is installed (2 to 3 minutes)
	@$(PY) deploy/audit.py --offline

test: ## Everything, on a real domain controller and in a real browser (root, Debian 12, about 35 minutes)
	@$(MAKE) -j2 lint types packages
	@sh tests/run.sh $(ARGS)

# What the whole run needs of the system; it comes while requirements are installed, and lint and types are looked at.
packages:
	@sh tests/prepare.sh

bench: .venv/.tests ## Measure (about half an hour; ARGS=--quick tries it out; needs slapd, and root for Samba)
	@$(PY) -m tests.benchmarks $(ARGS)

screenshots: .venv/.tests ## Every page, full and empty, light and dark, wide and narrow, into var/screenshots (Chromium)
	@$(PY) -m tests.screenshots $(ARGS)

docs: .venv/.tests $(PICTURES) ## docs/ as a site in var/docs, with pictures of the console as it is now (Chromium)
	@rm -rf var/docs
	@$(PY) -m sphinx -W --keep-going -q -c docs/site -D pictures=$(abspath $(dir $(PICTURES))) docs var/docs
	@echo "$(abspath var/docs/README.html)"

# What a page looks like is made of these; a picture that is older than one of them is taken anew.
$(PICTURES): $(shell find templates console/static console/web -type f) tests/journeys/pages.py | .venv/.tests
	@$(PY) -m tests.screenshots

chaos: .venv/.tests ## Kill, stop, cut and wipe at every step of an operation (PostgreSQL; ARGS="--list" shows how)
	@$(PY) -W ignore -m tests.chaos $(ARGS)

lint: .venv/.tests ## Only lint and format
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: .venv/.tests ## Only types
	@$(PY) -m mypy console tasks

unit: .venv/.tests ## Only the quick tests; ARGS='tests/demo -k signal' chooses among them
	@$(PY) -m pytest -q -m "$(QUICK)" $(SPREAD) $(ARGS)

messages: .venv/.tests ## Bring the languages' catalogs up to date with what is marked, and compile them
	@$(PY) -m tests.languages

audit: .venv/.tests ## Versions, files and licences of what is installed; known advisories, where their source answers
	@$(PY) deploy/audit.py

lock: ## Resolve requirements afresh and write every version to deploy/constraints.txt
	@sh deploy/lock.sh

clean: ## Remove .venv, the demo's state and every cache
	rm -rf .venv var/demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp per purpose, newer than what it was made from: changed requirements bring .venv up to date.
.venv/.demo: requirements.txt $(LOCK) deploy/venv.sh
	@sh deploy/venv.sh .venv requirements.txt
	@touch $@

.venv/.tests: requirements.txt tests/requirements.txt $(LOCK) deploy/venv.sh
	@sh deploy/venv.sh .venv requirements.txt tests/requirements.txt
	@touch $@ .venv/.demo
