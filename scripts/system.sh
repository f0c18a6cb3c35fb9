# shellcheck shell=bash
# Which system this is, and setting it up.

# One of debian12 (what is proven), debian13, ubuntu2404; or `installed`, when the user says that
# everything is there (SALON_PACKAGES=installed).
system_name() {
  if [ "${SALON_PACKAGES:-}" = installed ]; then
    echo installed
    return
  fi
  local id version
  id=$(os_release ID)
  version=$(os_release VERSION_ID)
  case $id-$version in
    debian-12) echo debian12 ;;
    debian-13) echo debian13 ;;
    ubuntu-24.04) echo ubuntu2404 ;;
    *)
      fail "this system ($(os_release PRETTY_NAME)) is none that ./dev can set up: it knows Debian 12,
       Debian 13 and Ubuntu 24.04" \
        "SALON_PACKAGES=installed ./dev run    # once CMake finds all of cmake/dependencies.cmake"
      ;;
  esac
}

os_release() {
  local file=${SALON_OS_RELEASE:-/etc/os-release}
  [ -r "$file" ] || return 0
  # shellcheck source=/dev/null
  (. "$file" && printf '%s' "${!1:-}")
}

setup_command() {
  local group
  [ $# -gt 0 ] || set -- build test
  for group in "$@"; do
    case $group in
      build | test | lint | bench) rm -f "$(stamp_of "$group")" && setup_group "$group" ;;
      tsan) setup_group build && provide_caf tsan ;;
      *) fail "there is no group '$group' to set up" "./dev setup build test lint tsan bench" ;;
    esac
  done
  say "set up: $*"
}

# setup_group build|test|lint|bench: does nothing when its stamp says that it was done for this list of
# packages on this release of this system, and what it built is still there.
setup_group() {
  local group=$1 stamp
  stamp=$(stamp_of "$group")
  if [ -e "$stamp" ] && still_there "$stamp"; then
    return
  fi
  mkdir -p "$cache/stamps" 2>/dev/null \
    || fail "cannot write to $cache" "export XDG_CACHE_HOME=/a/folder/of/yours"
  system_name >/dev/null
  case $group in
    build)
      need_disk 3000 "$cache"
      need_disk 1000 "$root" "clone to a larger disk"
      install_group build
      check_versions
      provide_caf release
      ;;
    test)
      setup_group build
      install_group test
      provide_catch2
      check_node
      ;;
    lint)
      setup_group build
      install_group lint
      ;;
    bench)
      setup_group build
      install_group bench
      check_node
      ;;
  esac
  # What the next call looks for: the caches that were used, if any were.
  {
    [ "$group" != build ] || [ ! -e "$(caf_prefix release)" ] || caf_prefix release
    [ "$group" != test ] || [ ! -e "$catch2_prefix" ] || echo "$catch2_prefix"
  } >"$stamp"
}

stamp_of() {
  local key
  key=$({
    echo "$1 ${SALON_PACKAGES:-}"
    cat scripts/packages.sh scripts/caf.sh "${SALON_OS_RELEASE:-/etc/os-release}" 2>/dev/null
  } | hash_of)
  echo "$cache/stamps/$1-$key"
}

still_there() {
  local path
  while read -r path; do
    [ -e "$path" ] || return 1
  done <"$1"
  have cmake && have ninja
}

check_versions() {
  local version
  version=$(cmake --version | awk 'NR == 1 {print $3}')
  at_least "$version" 3.25 \
    || fail "CMake 3.25 or newer is needed, and $(command -v cmake) is $version" \
      "sudo apt-get install cmake    # and take the older one out of PATH"
  version=$(c++ -dumpfullversion 2>/dev/null || echo unknown)
  case $version in
    unknown) ;;
    *) at_least "$version" 12 || fail "GCC 12 or newer is needed, and c++ is $version" \
      "sudo apt-get install g++" ;;
  esac
}

check_node() {
  local version
  version=$(node --version 2>/dev/null | tr -d v)
  at_least "${version:-0}" 18 \
    || fail "Node 18 or newer is needed for the tests, and $(command -v node || echo node) is ${version:-absent}" \
      "sudo apt-get install nodejs npm    # and take the older one out of PATH"
}

at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}
