#!/usr/bin/env bash
# ./dev, when it cannot go on: each failure names what is missing and the command that mends it.
# Runs on a system of its own making: commands that would look at this one are replaced.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# expect PROMISE STATUS TEXT COMMAND...: it ends with STATUS and says TEXT.
expect() {
  local promise=$1 status=$2 text=$3 said ended=0
  shift 3
  said=$("$@" 2>&1 </dev/null) || ended=$?
  [ "$ended" -ne "$status" ] || [[ $said != *"$text"* ]] || return 0
  printf 'dev: %s: FAILED\n  ended with %s, and said:\n%s\n' "$promise" "$ended" "$said"
  failed=1
}

# replace COMMAND SCRIPT
replace() {
  printf '#!/bin/sh\n%s\n' "$2" >"$scratch/bin/$1"
  chmod +x "$scratch/bin/$1"
}

# Debian 12 with all packages, a large disk, and a network that answers nothing.
# shellcheck disable=SC2317
on_debian12() {
  env -u SALON_PACKAGES -u SALON_CAF_TARBALL PATH="$scratch/bin:$PATH" \
    XDG_CACHE_HOME="$scratch/cache" SALON_OS_RELEASE="$scratch/debian12" "$@"
}

mkdir "$scratch/bin"
printf 'ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n' >"$scratch/debian12"
printf 'ID=other\nVERSION_ID=1\nPRETTY_NAME="Other 1"\n' >"$scratch/other"
replace df 'echo header; echo disk 9000000 0 9000000 0% /'
replace dpkg-query 'printf installed'
# shellcheck disable=SC2016
replace cmake '[ "$1" = --version ] && echo cmake version 3.25.1'
replace id 'echo 1000'
for each in apt-get curl wget sudo; do
  replace "$each" 'exit 6'
done

expect "alone it prints its help" 0 "Usage: ./dev COMMAND" ./dev
expect "a command that there is not is told" 1 "there is no command 'tset'" ./dev tset
expect "a system that it does not know is named" 1 "this system (Other 1) is none" \
  on_debian12 env SALON_OS_RELEASE="$scratch/other" ./dev setup
expect "without a network it says how to go on without" 1 "SALON_CAF_TARBALL=/path/to/" \
  on_debian12 ./dev setup build
expect "a source that is not CAF's is not built" 1 "is not CAF" \
  on_debian12 env SALON_CAF_TARBALL="$scratch/other" ./dev setup build

replace df 'echo header; echo disk 9000 0 9000 0% /'
expect "too small a disk is told before it is full" 1 "and 8 MB are free" on_debian12 ./dev setup build

replace df 'echo header; echo disk 9000000 0 9000000 0% /'
replace dpkg-query 'exit 1'
expect "packages that only root can install are named with the command" 1 \
  "sudo apt-get update && sudo apt-get install --no-install-recommends" on_debian12 ./dev setup build

# What ./dev build asks before it configures, in a clone without npm's packages.
mkdir -p "$scratch/clone/web" && cp -r scripts "$scratch/clone" && cp web/package-lock.json "$scratch/clone/web"
# shellcheck disable=SC2016,SC2317
page_wanted() {
  cd "$scratch/clone" && on_debian12 bash -euo pipefail -c \
    'for part in common system web; do source "scripts/$part.sh"; done; page_wanted'
}

replace npm 'exit 6'
replace node 'echo v16.20.2'
expect "without Node 18 the server is built without its page, and says so" 0 \
  "-- without the chat page: it needs Node 18 or newer and npm
OFF" page_wanted
replace node 'echo v18.19.0'
expect "without a network the server is built without its page, and says so" 0 \
  "could not be had (no network?)
OFF" page_wanted

exit $failed
