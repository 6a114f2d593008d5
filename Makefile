# The verbs. `make` alone lists them; each one installs what it needs first.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHONS := python3 python3.13 python3.12 python3.11
PYTHON ?= $(shell for p in $(PYTHONS); do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 \
	&& { echo $$p; break; }; done)
BIN := .venv/bin
INSTALLED := .venv/.installed
MCP_INSTALLED := .venv/.mcp
# Values go to the verbs as they were typed, through the environment: neither `make` nor a shell reads them.
GIVEN := $(foreach name,$(.VARIABLES),$(if $(findstring command line,$(origin $(name))),$(name)))
$(foreach name,$(GIVEN),$(if $(findstring $$,$(name)),,$(eval export TYPED_$(name) := $$(value $(name)))))
export TYPED_NAMES := $(GIVEN)
export TYPED_GOALS := $(MAKECMDGOALS)
unexport $(GIVEN)
VERB := $(BIN)/python -m reports.from_make

.PHONY: help run daily weekly agency schedule recover acknowledge advice setup extract build report docs sql mcp import lead enrich enrichments write-back leads resume pause icp signal inbox segment messages plan track serve watch discover webhooks door erase purge check backup restore test diagnose-check bench lint format clean

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | column -t -s $$'\t'

run: $(INSTALLED) ## pull HeyReach (demo data without a key), build, publish, report  [SINCE= UNTIL= AGAINST= OUTPUT_DIR= FORMAT= STRICT=1]
	@$(VERB) run

daily: $(INSTALLED) ## the nightly job: new and open leads, build, publish, JSON report  [SINCE= UNTIL= AGAINST= OUTPUT_DIR= FORMAT= STRICT=1 WAIT=minutes]
	@$(VERB) daily

weekly: $(INSTALLED) ## the weekly job: everything, all sections and formats  [SINCE= UNTIL= AGAINST= OUTPUT_DIR= FORMAT= STRICT=1 WAIT=minutes]
	@$(VERB) weekly

agency: $(INSTALLED) ## the nightly job of every workspace in config/workspaces.yaml that is due, then one page over all  [WORKERS= ALL=1]
	@$(VERB) agency

schedule: $(INSTALLED) ## print the timetable of both and of pulls in between  [INSTALL=1|cron|systemd | REMOVE=1]
	@$(VERB) schedule

setup: $(INSTALLED) ## install, check the configuration, make `dbt` usable in dbt_project
	@$(VERB) setup

extract: $(INSTALLED) ## pull HeyReach into the raw database  [KIND=full|daily|light STRICT=1]
	@$(VERB) extract

build: $(INSTALLED) ## build, test and publish the warehouse from raw  [SINCE= UNTIL= AGAINST=]
	@$(VERB) build

report: $(INSTALLED) ## write the report of the published warehouse, or of another period  [SINCE= UNTIL= AGAINST= OUTPUT_DIR= FORMAT=]
	@$(VERB) report

docs: $(INSTALLED) ## build the dbt docs as one page that opens without a network
	@$(VERB) docs

sql: $(INSTALLED) ## open a read-only SQL prompt on the published warehouse  [QUERY='select ...']
	@$(VERB) sql

mcp: $(MCP_INSTALLED) ## answer an assistant on standard input and output (Model Context Protocol): what stalls, how a segment does, what a word means  [PERSONAL=1]
	@$(VERB) mcp

import: $(INSTALLED) ## leads into HeyReach: show, then send  [FILE= CAMPAIGN=|LIST=|UPSTREAM=1 MAPPING= SET= SENDERS= TEST= WAKE=1 APPLY=1 | RESUME= | REPAIR=]
	@$(VERB) import

lead: $(INSTALLED) ## one lead by hand into HeyReach: show, then send  [URL= FIRST_NAME= LAST_NAME= COMPANY= TITLE= SOURCE= ICP= CAMPAIGN=|LIST=|UPSTREAM=1 APPLY=1]
	@$(VERB) lead

enrich: $(INSTALLED) ## ask other services about leads, what is not known yet  [WITH=name,name FILE=|SOURCE=aturiya CAMPAIGN= OUTPUT= FORMAT=csv|json|both PARALLEL= LIMIT= DRY_RUN=1]
	@$(VERB) enrich

enrichments: $(INSTALLED) ## list what can be asked: needs, yields, pace, price, whether its key is set  [WANTS=field FORMAT=text|json]
	@$(VERB) enrichments

write-back: $(INSTALLED) ## what enrichment found into HeyReach's custom fields: show, then send  [LIST= FIELDS=name,name APPLY=1]
	@$(VERB) write-back

leads: $(INSTALLED) ## whom a line of the report concerns, into a file; without a number, list the lines  [BOTTLENECK=number]
	@$(VERB) leads

resume: $(INSTALLED) ## let a paused campaign go on, some leads stopped for good before: show, then do  [CAMPAIGN= EXCEPT='source=zoominfo' APPLY=1]
	@$(VERB) resume

pause: $(INSTALLED) ## let a campaign rest: show, then do  [CAMPAIGN= APPLY=1]
	@$(VERB) pause

icp: $(INSTALLED) ## list the profiles of ideal customers; take one over from a JSON file: show, then add  [FILE= PROFILE= APPLY=1]
	@$(VERB) icp

signal: $(INSTALLED) ## say what happened to a lead or a company  [URL=|DOMAIN= TYPE=contract_renewal ON=2026-01-31 DETAIL=]
	@$(VERB) signal

inbox: $(INSTALLED) ## whom to ask next, why now, what not to do; csv writes them for make import; leave somebody out  [PROFILE= TIER=hot|warm|nurture|cold LIMIT= FORMAT=text|csv|json | DISMISS= REASON= DAYS= | UNDISMISS=]
	@$(VERB) inbox

segment: $(INSTALLED) ## what each segment of prospects comes to, and whom to write to first; csv writes them for make import  [SEGMENT= LIMIT= FORMAT=text|csv|json]
	@$(VERB) segment

messages: $(INSTALLED) ## what a person would be written, step by step, and why; one text changed for one person  [URL=|SEGMENT= LIMIT= LENGTH=3|5|7 STYLE=soft_nudge|direct_cta SEQUENCE_TYPE= STEP= TEXT= CHECK=1 FORMAT=text|csv|json]
	@$(VERB) messages

plan: $(INSTALLED) ## who is asked in a week, on which day, by whom: show and keep, then hand over what is due  [WEEK=2026-02-09 PILOT= CAMPAIGN= FORMAT=text|csv|json APPLY=1]
	@$(VERB) plan

track: $(INSTALLED) ## whom you met, or who replied or answered by e-mail, out of a file or calendar: show, then keep  [FILE= TYPE=meeting|reply|email_answer APPLY=1]
	@$(VERB) track

serve: $(INSTALLED) ## pages to work on, an API and the door, until stopped; prints an address to open  [LINK=1: another one]
	@$(VERB) serve

watch: $(INSTALLED) ## be told when a lead's tier or score changes; without one, list who is watched  [URL=|DOMAIN=|PROFILE= STOP=1]
	@$(VERB) watch

discover: $(INSTALLED) ## companies that a profile asks for and nobody here knows: show, then bring  [PROFILE= LIMIT= PEOPLE=1 APPLY=1]
	@$(VERB) discover

webhooks: $(INSTALLED) ## HeyReach's webhooks: list them and try whether events arrive; register ours: show, then do  [URL=https://... ROTATE=1 STOP=1 APPLY=1]
	@$(VERB) webhooks

door: $(INSTALLED) ## let HeyReach's webhooks in, until it is ended
	@$(VERB) door

advice: $(INSTALLED) ## list what was advised and what came of it; decline some, or say it was done  [DECLINE= REASON= | DONE=]
	@$(VERB) advice

acknowledge: $(INSTALLED) ## silence an anomaly that was told, or list them  [ID=]
	@$(VERB) acknowledge

recover: $(INSTALLED) ## make a damaged raw database anew from its files; the old one is set aside  [WITHOUT_MISSING=1]
	@$(VERB) recover

erase: $(INSTALLED) ## remove a person from all data, and keep them out  [URL=https://www.linkedin.com/in/... WAIT=minutes]
	@$(VERB) erase

purge: $(INSTALLED) ## show what is older than config/settings.yaml keeps it, and delete it  [APPLY=1 WAIT=minutes]
	@$(VERB) purge

check: $(INSTALLED) ## try key, senders, folders, clock, pace, channels and timetable, a line each  [SEND=1: a test message]
	@$(VERB) check

backup: $(INSTALLED) ## all that can't be made again into one file  [TO=folder WITH_SECRETS=1 WAIT=minutes]
	@$(VERB) backup

restore: $(INSTALLED) ## bring a backup back, or complete one that was cut off  [FROM=file FORCE=1 WAIT=minutes]
	@$(VERB) restore

test: $(INSTALLED) ## run the whole test suite
	@$(VERB) test pytest -n 3 --dist loadfile --no-loadscope-reorder

diagnose-check: $(INSTALLED) ## how often the first line names a planted cause, beside what could be known, and alarms at nothing  [WORLDS=each CAUSE=name KEEP=1]
	@$(VERB) diagnose-check tests.diagnosis

bench: $(INSTALLED) ## how fast and how far: generated workspaces through every step, each measured alone  [LEADS=10000,100000 KEEP=1]
	@$(VERB) bench tests.benchmark

lint: $(INSTALLED) ## check the Python style
	@$(VERB) lint ruff check . && $(BIN)/ruff format --check .

format: $(INSTALLED) ## apply the Python style
	@$(VERB) format ruff check --fix . && $(BIN)/ruff format .

# Whatever is no verb.
.DEFAULT:
	@$(or $(wildcard $(BIN)/python),python3) -m reports.from_make

clean: ## remove what installing and dbt made; data stays
	rm -rf .venv dbt_project/target dbt_project/logs .pytest_cache .ruff_cache .hypothesis *.egg-info

$(INSTALLED): export CHOSEN = $(if $(findstring file,$(origin PYTHON)),$(PYTHON),$(value PYTHON))
$(INSTALLED): pyproject.toml requirements.lock
	@test -n "$$CHOSEN" || { echo "Python 3.11, 3.12 or 3.13 is needed and none of '$(PYTHONS)' is one. Install it, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Installing into .venv with $$("$$CHOSEN" --version) (once, about a minute)" >&2
	@rm -rf .venv && "$$CHOSEN" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock \
	|| { echo "The packages of requirements.lock were not installed, see above: is there a network, or a mirror in PIP_INDEX_URL? The next make tries again"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

# What speaks with assistants, beside the other packages; standard output is the assistant's.
$(MCP_INSTALLED): $(INSTALLED) requirements-mcp.lock
	@echo "Installing what speaks with assistants into .venv (once)" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-mcp.lock >&2 \
	|| { echo "The packages of requirements-mcp.lock were not installed, see above: is there a network, or a mirror in PIP_INDEX_URL? The next make mcp tries again" >&2; exit 1; }
	@touch $@
