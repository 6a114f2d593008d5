# The verbs. `make` alone lists them; each one installs what it needs first.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHONS := python3 python3.13 python3.12 python3.11
PYTHON ?= $(shell for p in $(PYTHONS); do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 \
	&& { echo $$p; break; }; done)
BIN := .venv/bin
RUN := $(BIN)/connection-analytics
INSTALLED := .venv/.installed
# As typed: `make` would expand the dollars of a regular expression.
export RAW_QUERY := $(value QUERY)
PERIOD := $(if $(SINCE),--since $(SINCE)) $(if $(UNTIL),--until $(UNTIL))
ALONE := $(if $(WAIT),--wait-seconds "$(WAIT)")
OPTIONS := $(if $(OUTPUT_DIR),--output-dir "$(OUTPUT_DIR)") $(if $(FORMAT),--format $(FORMAT)) $(if $(STRICT),--strict)

IMPORT := $(if $(FILE),--file "$(FILE)") $(if $(CAMPAIGN),--campaign "$(CAMPAIGN)") $(if $(LIST),--list "$(LIST)") \
	$(if $(UPSTREAM),--upstream) $(if $(MAPPING),--mapping "$(MAPPING)") $(if $(SET),--set "$(SET)") \
	$(if $(SENDERS),--senders "$(SENDERS)") $(if $(EXPERIMENT),--experiment "$(EXPERIMENT)") $(if $(WAKE),--wake) \
	$(if $(ALLOW_OTHER_CAMPAIGNS),--allow-other-campaigns) $(if $(RESUME),--resume "$(RESUME)") \
	$(if $(REPAIR),--repair "$(REPAIR)") $(if $(APPLY),--apply)

ENRICH := $(if $(FILE),--file "$(FILE)") $(if $(SOURCE),--source "$(SOURCE)") $(if $(CAMPAIGN),--campaign "$(CAMPAIGN)") \
	$(if $(WITH),--with "$(WITH)") $(if $(PARALLEL),--parallel "$(PARALLEL)") $(if $(LIMIT),--limit "$(LIMIT)") \
	$(if $(DRY_RUN),--dry-run)

.PHONY: help run daily weekly schedule recover acknowledge setup extract build report docs sql import enrich enrichments write-back erase purge check backup restore test diagnose-check bench lint format clean

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | column -t -s $$'\t'

run: $(INSTALLED) ## pull HeyReach (demo data without a key), build, publish, report  [SINCE= UNTIL= OUTPUT_DIR= FORMAT= STRICT=1]
	@$(RUN) run $(PERIOD) $(OPTIONS)

daily: $(INSTALLED) ## the nightly job: new and open leads, build, publish, JSON report  [as run; WAIT=minutes]
	@$(RUN) daily $(PERIOD) $(OPTIONS) $(if $(WAIT),--wait $(WAIT))

weekly: $(INSTALLED) ## the weekly job: everything, all sections and formats  [as run; WAIT=minutes]
	@$(RUN) weekly $(PERIOD) $(OPTIONS) $(if $(WAIT),--wait $(WAIT))

schedule: $(INSTALLED) ## print the timetable of both and of pulls in between  [INSTALL=1|cron|systemd | REMOVE=1]
	@$(RUN) schedule $(if $(REMOVE),--remove,$(if $(INSTALL),--install $(INSTALL:1=auto)))

setup: $(INSTALLED) ## install, check the configuration, make `dbt` usable in dbt_project
	@$(RUN) setup

extract: $(INSTALLED) ## pull HeyReach into the raw database  [KIND=full|daily|light STRICT=1]
	@$(RUN) extract $(if $(KIND),--kind $(KIND)) $(if $(STRICT),--strict)

build: $(INSTALLED) ## build, test and publish the warehouse from raw  [SINCE= UNTIL=]
	@$(RUN) build $(PERIOD)

report: $(INSTALLED) ## write the report of the published warehouse, or of another period  [SINCE= UNTIL= OUTPUT_DIR= FORMAT=]
	@$(RUN) report $(PERIOD) $(if $(OUTPUT_DIR),--output-dir "$(OUTPUT_DIR)") $(if $(FORMAT),--format $(FORMAT))

docs: $(INSTALLED) ## build the dbt docs as one page that opens without a network
	@$(RUN) docs

sql: $(INSTALLED) ## open a read-only SQL prompt on the published warehouse  [QUERY='select ...']
	@$(RUN) sql $(if $(value QUERY),--query "$$RAW_QUERY")

import: $(INSTALLED) ## leads into HeyReach: show, then send  [FILE= CAMPAIGN=|LIST=|UPSTREAM=1 MAPPING= SET= SENDERS= WAKE=1 APPLY=1 | RESUME= | REPAIR=]
	@$(RUN) import $(IMPORT)

enrich: $(INSTALLED) ## ask other services about leads, what is not known yet  [WITH=name,name FILE=|SOURCE=aturiya PARALLEL= LIMIT= DRY_RUN=1]
	@$(RUN) enrich $(ENRICH)

enrichments: $(INSTALLED) ## list what can be asked: needs, yields, pace, price, whether its key is set
	@$(RUN) enrichments

write-back: $(INSTALLED) ## what enrichment found into HeyReach's custom fields: show, then send  [LIST= FIELDS=name,name APPLY=1]
	@$(RUN) write-back $(if $(LIST),--list "$(LIST)") $(if $(FIELDS),--fields "$(FIELDS)") $(if $(APPLY),--apply)

acknowledge: $(INSTALLED) ## silence an anomaly that was told, or list them  [ID=]
	@$(RUN) acknowledge $(if $(ID),--id "$(ID)")

recover: $(INSTALLED) ## make a damaged raw database anew from its files; the old one is set aside  [WITHOUT_MISSING=1]
	@$(RUN) recover $(if $(WITHOUT_MISSING),--without-missing)

erase: $(INSTALLED) ## remove a person from all data, and keep them out  [URL=https://www.linkedin.com/in/... WAIT=seconds]
	@$(RUN) erase $(if $(URL),--url "$(URL)") $(ALONE)

purge: $(INSTALLED) ## show what is older than config/settings.yaml keeps it, and delete it  [APPLY=1 WAIT=seconds]
	@$(RUN) purge $(if $(APPLY),--apply) $(ALONE)

check: $(INSTALLED) ## try key, senders, folders, clock, pace, channels and timetable, a line each  [SEND=1: a test message]
	@$(RUN) check $(if $(SEND),--send)

backup: $(INSTALLED) ## all that can't be made again into one file  [TO=folder WITH_SECRETS=1 WAIT=seconds]
	@$(RUN) backup $(if $(TO),--to "$(TO)") $(if $(WITH_SECRETS),--with-secrets) $(ALONE)

restore: $(INSTALLED) ## bring a backup back, or complete one that was cut off  [FROM=file FORCE=1]
	@$(RUN) restore $(if $(FROM),--from "$(FROM)") $(if $(FORCE),--force)

test: $(INSTALLED) ## run the whole test suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

diagnose-check: $(INSTALLED) ## how often the first line names a planted cause, and alarms at nothing  [WORLDS=each CAUSE=name KEEP=1]
	@$(BIN)/python -m tests.diagnosis $(if $(WORLDS),--worlds $(WORLDS)) $(if $(CAUSE),--cause "$(CAUSE)") $(if $(KEEP),--keep)

bench: $(INSTALLED) ## how fast and how far: generated workspaces through every step, each measured alone  [LEADS=10000,100000 KEEP=1]
	@$(BIN)/python -m tests.benchmark $(if $(LEADS),--leads "$(LEADS)") $(if $(KEEP),--keep)

lint: $(INSTALLED) ## check the Python style
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

format: $(INSTALLED) ## apply the Python style
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

clean: ## remove what installing and dbt made; data stays
	rm -rf .venv dbt_project/target dbt_project/logs .pytest_cache .ruff_cache .hypothesis *.egg-info

$(INSTALLED): pyproject.toml requirements.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and none of '$(PYTHONS)' is one. Install it, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Installing into .venv with $$($(PYTHON) --version) (once, about a minute)"
	@rm -rf .venv && $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@
