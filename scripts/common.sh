# shellcheck shell=bash
# Words that all parts of ./dev share.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/salon

say() {
  printf -- '-- %s\n' "$*"
}

# fail WHAT [COMMAND]: says what is missing and the command that mends it.
fail() {
  {
    printf '\n./dev: %s\n' "$1"
    [ $# -lt 2 ] || printf '  to mend it:\n'
    [ $# -lt 2 ] || printf '    %s\n' "${@:2}"
  } >&2
  exit 1
}

have() {
  command -v "$1" >/dev/null 2>&1
}

hash_of() {
  sha256sum | cut -c1-16
}

# How many compilers at once: one per core, as long as each has 1.5 GB of memory.
jobs() {
  local cores memory_kb
  cores=$(nproc)
  memory_kb=$(awk '/^(MemAvailable|SwapFree):/ {sum += $2} END {print sum}' /proc/meminfo)
  [ "$memory_kb" -ge 900000 ] \
    || fail "compiling needs about 1 GB of memory, and $((memory_kb / 1024)) MB are free" \
      "sudo fallocate -l 2G /swapfile && sudo chmod 600 /swapfile" \
      "sudo mkswap /swapfile && sudo swapon /swapfile"
  local fit=$((memory_kb / 1500000))
  [ "$fit" -ge 1 ] || fit=1
  echo $((cores < fit ? cores : fit))
}

# need_disk MEGABYTES DIRECTORY [COMMAND]: fails when its file system has less.
need_disk() {
  local free_kb
  mkdir -p "$2" 2>/dev/null || fail "cannot write to $2" "export XDG_CACHE_HOME=/a/folder/of/yours"
  free_kb=$(df -Pk "$2" | awk 'NR == 2 {print $4}')
  [ "$free_kb" -ge $(($1 * 1024)) ] \
    || fail "about $1 MB of disk are needed below $2, and $((free_kb / 1024)) MB are free" \
      "df -h '$2'    # then free some, or: ${3:-export XDG_CACHE_HOME=/a/larger/disk}"
}

# step WHAT LOG COMMAND...: runs a long command into a log, with a sign of life every 15 seconds,
# and the log's end when it fails.
step() {
  local what=$1 log=$2 started=$SECONDS status=0 ticker
  shift 2
  mkdir -p "$(dirname "$log")"
  say "$what ..."
  : >"$log"
  (
    # A pipe that nobody writes to: waits without a child that could outlive this.
    exec {never}<> <(:)
    while ! read -r -t 15 -u "$never" _; do
      kill -0 $$ 2>/dev/null || exit 0
      printf '   %s: %s s %s\n' "$what" $((SECONDS - started)) \
        "$(grep -aoE '^\[[0-9]+/[0-9]+\]' "$log" | tail -n 1 || true)"
    done
  ) </dev/null &
  ticker=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  if [ $status -ne 0 ]; then
    {
      printf '\n'
      if grep -qaE 'FAILED:|CMake Error' "$log"; then
        grep -aE -A25 'FAILED:|CMake Error' "$log" | cut -c1-500 | head -n 150 || true
      else
        tail -n 30 "$log"
      fi
      printf '   (all of it: %s)\n' "$log"
    } >&2
    return $status
  fi
  [ $((SECONDS - started)) -lt 5 ] || say "$what: done in $((SECONDS - started)) s"
}

# locked NAME COMMAND...: one at a time over all processes that share the cache.
locked() {
  local name=$1 status=0 lock
  shift
  mkdir -p "$cache"
  exec {lock}>"$cache/$name.lock"
  if ! flock -n "$lock"; then
    say "another ./dev is at work on $name: waiting for it"
    flock "$lock"
  fi
  "$@" || status=$?
  exec {lock}>&-
  return $status
}
