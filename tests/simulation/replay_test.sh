#!/usr/bin/env bash
# A seed says all: runs of one in two processes, and two in the same process, are the same to the
# last line.
set -euo pipefail
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for seed in 3 17 101; do
  "$program" --seed "$seed" --trace >"$folder/one"
  "$program" --seed "$seed" --trace >"$folder/other"
  cmp "$folder/one" "$folder/other"
  [ "$(wc -l <"$folder/one")" -gt 100 ]
done
if cmp -s <("$program" --seed 3 --trace) <("$program" --seed 17 --trace); then
  echo "two seeds, and the same happened"
  exit 1
fi
"$program" --seeds 50 --twice
