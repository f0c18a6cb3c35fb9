# shellcheck shell=bash
# Runs each fuzz target for a while, from the kept corpus; what it finds new stays in build/.

fuzz_command() {
  local seconds=${1:-60} program passed=0 failed=0
  case $seconds in
    *[!0-9]*) fail "'$seconds' is no number of seconds" "./dev fuzz 60" ;;
  esac
  setup_group lint
  build_preset fuzz fuzz_targets
  for program in build/fuzz/bin/fuzz_*; do
    [ -x "$program" ] || continue
    if fuzz_one "$program" "$seconds"; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
    fi
  done
  [ $((passed + failed)) -gt 0 ] || say "no fuzz target was built"
  summary $passed $failed
  [ $failed -eq 0 ] && [ $passed -gt 0 ]
}

fuzz_one() {
  local name kept found crashes words=()
  name=$(basename "$1")
  kept=tests/fuzz/corpus/${name#fuzz_}
  found=build/fuzz/corpus/$name
  crashes=build/fuzz/crashes/$name
  [ ! -f "tests/fuzz/${name#fuzz_}.dict" ] || words=(-dict="tests/fuzz/${name#fuzz_}.dict")
  mkdir -p "$kept" "$found" "$crashes"
  step "Fuzzing $name for $2 s" "build/fuzz/$name.log" \
    "$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=1 \
    -artifact_prefix="$crashes/" "${words[@]}" "$found" "$kept" || {
    say "$name failed; its input is in $crashes; again: $1 FILE"
    return 1
  }
  say "$name: $(grep -aoE 'number_of_executed_units: +[0-9]+' "build/fuzz/$name.log" | tr -s ' ')"
}
