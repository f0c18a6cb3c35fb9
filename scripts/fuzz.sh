# shellcheck shell=bash
# Runs each fuzz target for a while, from the kept corpus; what it finds new stays in build/.

fuzz_command() {
  local seconds=${1:-60} target targets passed=0 failed=0
  case $seconds in
    *[!0-9]*) fail "'$seconds' is no number of seconds" "./dev fuzz 60" ;;
  esac
  setup_group lint
  configure fuzz -DCMAKE_CXX_COMPILER="$(clang_tool clang++)"
  mapfile -t targets < <(ninja -C build/fuzz -t targets all | sed -n 's/^\(salon_fuzz_[a-z0-9_]*\): phony$/\1/p')
  [ ${#targets[@]} -gt 0 ] || fail "there is no fuzz target" "ls tests/fuzz"
  build_preset fuzz "${targets[@]}"
  for target in "${targets[@]}"; do
    if fuzz_one "${target#salon_fuzz_}" "$seconds"; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
    fi
  done
  summary $passed $failed
  [ $failed -eq 0 ]
}

fuzz_one() {
  local name=$1 program=build/fuzz/bin/fuzz_$1 options=()
  local kept=tests/fuzz/corpus/$1 found=build/fuzz/corpus/$1 crashes=build/fuzz/crashes/$1
  mkdir -p "$kept" "$found" "$crashes"
  [ ! -e "tests/fuzz/$name.dict" ] || options+=("-dict=tests/fuzz/$name.dict")
  step "Fuzzing $name for $2 s" "build/fuzz/$name.log" \
    "$program" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$crashes/" "${options[@]}" "$found" "$kept" || {
    say "$name failed; its input is in $crashes; to see it again: $program FILE"
    return 1
  }
  say "$name: $(grep -aoE 'number_of_executed_units: +[0-9]+' "build/fuzz/$name.log" | tr -s ' ')"
}
