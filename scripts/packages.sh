# shellcheck shell=bash
# The packages of each system, and how they get installed.

# GROUP, the command that makes the package unnecessary (- for none), then its name on Debian 12,
# Debian 13 and Ubuntu 24.04 (- for none).
package_table() {
  cat <<'TABLE'
build  g++              g++                    g++                  g++
build  cmake            cmake                  cmake                cmake
build  ninja            ninja-build            ninja-build          ninja-build
build  ccache           ccache                 ccache               ccache
build  mold             mold                   mold                 mold
build  -                ca-certificates        ca-certificates      ca-certificates
build  -                libboost1.81-dev       libboost-dev         libboost-dev
build  -                libboost-json1.81-dev  libboost-json-dev    libboost-json-dev
build  -                libspdlog-dev          libspdlog-dev        libspdlog-dev
build  -                libtoml11-dev          libtoml11-dev        libtoml11-dev
build  -                libcli11-dev           libcli11-dev         libcli11-dev
build  -                libsqlitecpp-dev       libsqlitecpp-dev     libsqlitecpp-dev
build  -                libsqlite3-dev         libsqlite3-dev       libsqlite3-dev
build  -                libpq-dev              libpq-dev            libpq-dev
build  -                libssl-dev             libssl-dev           libssl-dev
build  -                libedit-dev            libedit-dev          libedit-dev
build  -                libjemalloc-dev        libjemalloc-dev      libjemalloc-dev
build  protoc           protobuf-compiler      protobuf-compiler    protobuf-compiler
build  -                libprotobuf-dev        libprotobuf-dev      libprotobuf-dev
test   -                -                      catch2               catch2
test   node             nodejs                 nodejs               nodejs
test   postgres         postgresql             postgresql           postgresql
test   ip               iproute2               iproute2             iproute2
test   nft              nftables               nftables             nftables
test   npm              npm                    npm                  npm
test   chromium         chromium               chromium             -
lint   git              git                    git                  git
lint   clang++-14       clang-14               -                    clang-14
lint   clang-tidy-14    clang-tidy-14          -                    clang-tidy-14
lint   clang-format-14  clang-format-14        -                    clang-format-14
lint   -                libclang-rt-14-dev     -                    libclang-rt-14-dev
lint   clang++-19       -                      clang-19             -
lint   clang-tidy-19    -                      clang-tidy-19        -
lint   clang-format-19  -                      clang-format-19      -
lint   -                -                      libclang-rt-19-dev   -
lint   shellcheck       shellcheck             shellcheck           shellcheck
bench  node             nodejs                 nodejs               nodejs
bench  npm              npm                    npm                  npm
bench  taskset          util-linux             util-linux           util-linux
conan  python3          python3                python3              python3
conan  -                python3-venv           python3-venv         python3-venv
TABLE
}

# missing_packages GROUP: what this system lacks of it, one a line.
missing_packages() {
  local system wanted group tool debian12 debian13 ubuntu2404 package
  system=$(system_name)
  [ "$system" != installed ] || return 0
  wanted=$1
  while read -r group tool debian12 debian13 ubuntu2404; do
    [ "$group" = "$wanted" ] || continue
    case $system in
      debian12) package=$debian12 ;;
      debian13) package=$debian13 ;;
      *) package=$ubuntu2404 ;;
    esac
    [ "$package" != - ] || continue
    [ "$tool" = - ] || ! have "$tool" || continue
    is_installed "$package" || echo "$package"
  done < <(package_table)
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_group() {
  local missing
  mapfile -t missing < <(missing_packages "$1")
  [ ${#missing[@]} -gt 0 ] || return 0
  local install="apt-get install --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" = 0 ]; then
    apt_install "${missing[@]}"
  elif have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    say "missing packages: $install"
    sudo apt-get update -q \
      && sudo apt-get install -q -y --no-install-recommends "${missing[@]}" \
      || fail "these packages could not be installed (root, or the network?): ${missing[*]}" \
        "sudo apt-get update && sudo $install"
  else
    fail "packages are missing, and installing them needs root: ${missing[*]}" \
      "sudo apt-get update && sudo $install"
  fi
}

apt_install() {
  local log=$cache/log/packages.log
  if ! fresh_lists; then
    # A mirror of someone else's that fails is no reason to stop: the installation below tells.
    step "Reading the package lists" "$cache/log/package-lists.log" apt-get update -q || true
  fi
  step "Installing ${#} packages ($1 ...)" "$log" \
    env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 "$@" \
    || fail "the packages could not be installed; the lines above say why (no network?): $*" \
      "apt-get update && apt-get install --no-install-recommends $*"
}

fresh_lists() {
  [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -mmin -120 2>/dev/null | head -n 1)" ]
}
