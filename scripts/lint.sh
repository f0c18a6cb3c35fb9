# shellcheck shell=bash
# Layout, clang-tidy and shell checks.

# clang_tool NAME: NAME of the version whose layout the project follows (14), or the one at hand.
clang_tool() {
  local version
  for version in 14 19; do
    if have "$1-$version"; then
      echo "$1-$version"
      return
    fi
  done
  have "$1" || fail "$1 is missing" "./dev setup lint"
  echo "$1"
}

cpp_files() {
  git ls-files -co --exclude-standard -- '*.cpp' '*.hpp' | while read -r file; do
    [ ! -e "$file" ] || echo "$file"
  done
}

shell_files() {
  echo dev .ci/run scripts/*.sh tests/dev/*.sh | tr ' ' '\n'
}

format_command() {
  setup_group lint
  cpp_files | xargs -r "$(clang_tool clang-format)" -i
  say "all C++ files are in the house's layout"
}

# Each file with a finding counts as failed. SALON_LINT_MINUTES bounds clang-tidy: what it did not
# come to is named, and neither passed nor failed.
lint_command() {
  local files=() tidied=() out
  case ${1:-} in
    --changed) mapfile -t files < <(changed_files) ;;
    "") mapfile -t files < <(cpp_files && shell_files) ;;
    *) files=("$@") ;;
  esac
  setup_group lint
  setup_group test
  out=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$out'" EXIT
  say "checking ${#files[@]} files"
  lint_layout "$out" "${files[@]}"
  lint_shell "$out" "${files[@]}"
  mapfile -t tidied < <(units_of "${files[@]}")
  if [ ${#tidied[@]} -gt 0 ]; then
    configure dev -DSALON_TESTS=ON
    # It makes a header that others include.
    ninja -C build/dev salon_link_protocol >/dev/null || build_failed dev
    tidy "$out" "${tidied[@]}"
  fi
  report_lint "$out" "${files[@]}"
}

lint_layout() {
  local out=$1 tool file
  tool=$(clang_tool clang-format)
  for file in "${@:2}"; do
    case $file in
      *.cpp | *.hpp) "$tool" --dry-run -Werror "$file" >"$(result_of "$out" "$file")" 2>&1 || true ;;
    esac
  done
}

lint_shell() {
  local out=$1 file
  have shellcheck || return 0
  for file in "${@:2}"; do
    case $file in
      dev | .ci/run | *.sh) shellcheck -x "$file" >"$(result_of "$out" "$file")" 2>&1 || true ;;
    esac
  done
}

result_of() {
  echo "$1/${2//\//%}"
}

# tidy OUT FILE...: two at a time, until the minutes are over.
tidy() {
  local out=$1 tool minutes=${SALON_LINT_MINUTES:-0} deadline=0
  tool=$(clang_tool clang-tidy)
  [ "$minutes" -eq 0 ] || deadline=$(($(date +%s) + minutes * 60))
  say "clang-tidy: $(($# - 1)) files"
  printf '%s\n' "${@:2}" | xargs -P "$(jobs)" -I '{}' \
    bash -c 'tidy_one "$@"' tidy "$tool" "$out" "$deadline" '{}'
  if [ -s "$out/.late" ]; then
    say "not looked at by clang-tidy within $minutes minutes: $(tr '\n' ' ' <"$out/.late")"
  fi
}

tidy_one() {
  local tool=$1 out=$2 deadline=$3 file=$4
  if [ "$deadline" -gt 0 ] && [ "$(date +%s)" -ge "$deadline" ]; then
    echo "$file" >>"$out/.late"
    return 0
  fi
  "$tool" -p build/dev --quiet "$file" 2>/dev/null \
    | sed "s#$PWD/##" >>"$out/${file//\//%}" || true
}
export -f tidy_one

report_lint() {
  local out=$1 file passed=0 failed=0
  for file in "${@:2}"; do
    if [ -s "$(result_of "$out" "$file")" ]; then
      failed=$((failed + 1))
      cat "$(result_of "$out" "$file")"
    else
      passed=$((passed + 1))
    fi
    rm -f "$(result_of "$out" "$file")"
  done
  # Units that were looked at for a header's sake.
  for file in "$out"/*; do
    if [ -s "$file" ]; then
      failed=$((failed + 1))
      cat "$file"
    fi
  done
  [ $failed -eq 0 ] || say "layout: ./dev format mends it"
  summary $passed $failed
  [ $failed -eq 0 ]
}

# units_of FILE...: what clang-tidy compiles for them: sources, and for a header the source beside it.
units_of() {
  local file unit
  for file in "$@"; do
    case $file in
      tests/fuzz/* | tests/consumer/* | conan/*) continue ;;
      *.cpp) unit=$file ;;
      *.hpp) unit=${file%.hpp}.cpp ;;
      *) continue ;;
    esac
    [ ! -e "$unit" ] || echo "$unit"
  done | awk '!seen[$0]++'
}

# What differs from the branch this one goes to; on that branch itself, what the last commits
# changed, the latest first.
changed_files() {
  local base=""
  base=$(git merge-base HEAD '@{upstream}' 2>/dev/null || git merge-base HEAD origin/main 2>/dev/null || true)
  {
    git diff --name-only HEAD
    git ls-files -o --exclude-standard
    if [ -n "$base" ] && [ "$base" != "$(git rev-parse HEAD)" ]; then
      git log --format= --name-only "$base..HEAD"
    else
      git log --format= --name-only -n 50
    fi
  } | awk 'NF && !seen[$0]++' | while read -r file; do
    case $file in
      *.cpp | *.hpp | dev | .ci/run | *.sh) [ ! -e "$file" ] || echo "$file" ;;
    esac
  done
}
