# shellcheck shell=bash
# ./dev test: builds and runs the tests; the last line reads `N passed, N failed`. ./dev simulate.

test_command() {
  local preset=dev filter="" select=()
  while [ $# -gt 0 ]; do
    case $1 in
      --preset) preset=${2:-} && shift ;;
      --preset=*) preset=${1#*=} ;;
      --fast) select=(-LE 'slow|cross_shard') ;;
      -*) fail "test has no option '$1'" "./dev test --preset asan 'frame reader'" ;;
      *) filter=$1 ;;
    esac
    shift
  done
  case $preset in
    dev) ;;
    asan) select=(-LE 'slow|cross_shard') ;;
    tsan) select=(-L '^(fast|cross_shard)$') ;;
    *) fail "there are no tests in a preset '$preset'" "./dev test --preset dev    # or asan, tsan" ;;
  esac
  [ -z "$filter" ] || select+=(-R "$filter")
  setup_group test
  [ "$preset" != tsan ] || provide_caf tsan
  [ "$preset" != dev ] || install_test_packages
  build_preset "$preset" all
  run_tests "$preset" "${select[@]}"
}

# Any number of simulated clusters (docs/reliability.md). One seed alone is one run.
simulate_command() {
  [ $# -gt 0 ] || set -- --seeds 2000
  setup_group test >&2
  build_preset dev salon_simulation >&2
  "$root/build/dev/bin/salon_simulation" "$@"
}

run_tests() {
  local preset=$1 report=$root/build/$1/tests.xml status=0
  shift
  raise_descriptor_limit
  export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
  export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
  export TSAN_OPTIONS=${TSAN_OPTIONS:-second_deadlock_stack=1:suppressions=$root/cmake/tsan.supp}
  rm -f "$report"
  ctest --test-dir "build/$preset" -j 2 --output-on-failure --no-tests=error \
    --output-junit "$report" "$@" </dev/null \
    | grep --line-buffered -v '^ *Start *[0-9]*:' || status=${PIPESTATUS[0]}
  count_tests "$report" "$status"
}

# count_tests REPORT STATUS: prints the closing line from CTest's JUnit report; a run that failed
# without a failed test in it, or without any test, counts as one that failed.
count_tests() {
  local total=0 failed=0 skipped=0
  if [ -s "$1" ]; then
    total=$(suite_number tests "$1")
    # What could not be started is "skipped" to CTest, and a failure to us.
    skipped=$(grep -c '<skipped message="SKIP_' "$1" || true)
    failed=$(($(suite_number failures "$1") + $(suite_number skipped "$1") \
      + $(suite_number disabled "$1") - skipped))
  fi
  local passed=$((total - failed - skipped))
  if [ "$total" -eq 0 ]; then
    say "no test was run"
  elif [ "$2" -ne 0 ] && [ "$failed" -eq 0 ]; then
    say "ctest ended with $2"
    failed=1
  fi
  summary "$passed" "$failed" "$skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] && [ "$2" -eq 0 ]
}

suite_number() {
  local number
  number=$(sed -n '/<testsuite/,/>/p' "$2" | grep -oE "[^a-z]$1=\"[0-9]+\"" | head -n 1 | tr -dc 0-9)
  echo "${number:-0}"
}

# The one form of every closing line.
summary() {
  local line="$1 passed, $2 failed"
  [ "${3:-0}" -eq 0 ] || line="$line, $3 skipped"
  echo "$line"
}

# Thousands of clients need a descriptor each.
raise_descriptor_limit() {
  ulimit -S -n 65536 2>/dev/null || ulimit -S -n "$(ulimit -H -n)" 2>/dev/null || true
}

# The tests with the SDK, and those of the chat page and of a browser.
install_test_packages() {
  local folder
  for folder in web tests/sdk tests/web; do
    install_npm "$folder" || fail "the npm packages of $folder could not be had (no network?)" \
      "(cd $folder && npm ci)"
  done
}
