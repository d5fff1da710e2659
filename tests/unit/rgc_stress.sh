#!/bin/sh
# The tests of rgc's containers, given as programs, with a collection at each allocation: all but those that take
# long then, of deep structures and of all that keys can do meanwhile, and one that counts collections.
export RGC_STRESS=1
for program; do
	"$program" --filter '*/!(drops_deep*|survives_keys*|does_not_count)' || exit 1
done
