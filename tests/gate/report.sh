#!/bin/sh
# report.sh MPROF GATE PROGRAM - records PROGRAM, and gates the report of that recording.
set -eu
mprof=$1 gate=$2 program=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$mprof" run --quiet -o "$folder/program.mprof" -- "$program" >/dev/null
"$mprof" run --gate "$gate" -- "$mprof" report --replay --format json "$folder/program.mprof" >/dev/null
