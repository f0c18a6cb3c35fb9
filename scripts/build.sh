# shellcheck shell=bash
# Configuring and compiling a preset, and running the server from it.

build_command() {
  local preset=${1:-dev}
  case $preset in
    dev | asan) setup_group test ;;
    release) setup_group build ;;
    tsan) setup_group test && provide_caf tsan ;;
    fuzz) setup_group lint ;;
    *) fail "there is no preset '$preset'" "./dev build dev    # or release, asan, tsan, fuzz" ;;
  esac
  build_preset "$preset" all
  say "programs are in build/$preset/bin"
}

# ./dev run: the server alone, with as little set-up as that takes. Arguments are salon's; without a
# command of its own among them it serves.
run_server() {
  setup_group build
  build_preset dev salon
  case ${1:-} in
    "" | --help | --version | -h) ;;
    -*) set -- serve "$@" ;;
  esac
  [ $# -gt 0 ] || set -- serve
  # These are for ./dev; salon takes every SALON_ variable for one of its own.
  unset SALON_PACKAGES SALON_CAF_TARBALL SALON_APT_DIR SALON_OS_RELEASE SALON_LINT_MINUTES
  exec "$root/build/dev/bin/salon" "$@"
}

# build_preset PRESET TARGET...: configures when that has changed, then builds.
build_preset() {
  local preset=$1 log=$cache/log/build-$1.log options=() count
  shift
  case $preset in
    dev | release) options=(-DSALON_WEB="$(page_wanted)" -DSALON_BENCH=ON) ;;
    *) options=(-DSALON_WEB=OFF) ;;
  esac
  case $preset in
    dev | asan | tsan) options+=(-DSALON_TESTS="$(tests_wanted "$preset" "$@")") ;;
    fuzz) options+=(-DCMAKE_CXX_COMPILER="$(clang_tool clang++)") ;;
  esac
  configure "$preset" "${options[@]}"
  count=$(jobs)
  if [ -t 1 ]; then
    cmake --build "build/$preset" -j "$count" --target "$@" || build_failed "$preset"
  elif ! nothing_to_do "$preset" "$@"; then
    step "Building $preset" "$log" cmake --build "build/$preset" -j "$count" --target "$@" \
      || build_failed "$preset"
  fi
}

# The server alone needs no test library; once tests were configured they stay.
tests_wanted() {
  if [ "$2" = salon ] && ! grep -qs '^SALON_TESTS:.*=ON' "build/$1/CMakeCache.txt"; then
    echo OFF
  else
    echo ON
  fi
}

configure() {
  local preset=$1 stamp=build/$1/.configured key
  key=$({ echo "$@" && cat CMakePresets.json; } | hash_of)
  if [ -e "build/$preset/build.ninja" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$key" ]; then
    return
  fi
  need_disk 1500 "$root/build" "clone to a larger disk"
  step "Configuring $preset" "$cache/log/configure-$preset.log" \
    cmake --preset "$preset" "${@:2}" \
    || fail "CMake could not configure the preset '$preset'; the lines above name what it misses" \
      "./dev setup" "rm -rf build/$preset    # when the compiler or a library was changed since"
  echo "$key" >"$stamp"
}

nothing_to_do() {
  ninja -C "build/$1" -n "${@:2}" 2>/dev/null | tail -n 1 | grep -q 'no work to do'
}

build_failed() {
  fail "the preset '$1' does not build; the lines above say where" "./dev build $1    # to see it again"
}
