# shellcheck shell=bash
# CAF: an installed one that is new enough, else one built once into the cache. The thread sanitizer
# needs one that was compiled with it. Catch2 3 for systems whose own is older.

caf_version=0.18.7
caf_sha256=d5c3abe8fd67a729aab1baeece10367637d903ba335f4c79378bcadfbcd34552
caf_url=https://github.com/actor-framework/actor-framework/archive/$caf_version.tar.gz
caf_tarball=actor-framework_$caf_version.orig.tar.gz

catch2_prefix=$cache/catch2

caf_prefix() {
  echo "$cache/caf-$caf_version-$1"
}

# provide_caf release|tsan
provide_caf() {
  if [ "$1" = release ] && { cmake_finds CAF "$caf_version" || cmake_finds CAF 1.1.0; }; then
    say "CAF: an installed one is used"
    return
  fi
  caf_is_built "$1" || locked "caf-$1" build_caf "$1"
}

# The stamp is written last and names what a built library depends on: an interrupted build, or one
# of another system that shares this home, is never taken for this one's.
caf_is_built() {
  [ "$(cat "$(caf_prefix "$1")/.salon-built" 2>/dev/null)" = "$(caf_stamp "$1")" ]
}

caf_stamp() {
  local modules=""
  # Once it was built without: a cache from that time is not taken for this one.
  [ "$1" != tsan ] || modules=" io openssl"
  echo "caf $caf_version $1$modules $(uname -m) $(os_release ID) $(os_release VERSION_ID) gcc $(c++ -dumpversion)"
}

build_caf() {
  caf_is_built "$1" && return # another process was faster
  local prefix work options=()
  prefix=$(caf_prefix "$1")
  # Always the same folder, so that ccache knows its files again; what an interrupted build left
  # there goes first.
  work=$cache/caf-work-$1
  rm -rf "$work"
  mkdir -p "$work"
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  caf_source "$work"
  if [ "$1" = tsan ]; then
    options=("-DCMAKE_CXX_FLAGS=-fsanitize=thread -g1" "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG")
  fi
  ! have ccache || options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  step "Configuring CAF $caf_version ($1)" "$cache/log/caf-$1-configure.log" \
    cmake -S "$work/source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DCMAKE_INSTALL_PREFIX="$prefix" \
    -DCMAKE_INSTALL_LIBDIR=lib -DCAF_ENABLE_EXAMPLES=OFF -DCAF_ENABLE_TESTING=OFF \
    -DCAF_ENABLE_TOOLS=OFF -DCAF_ENABLE_IO_MODULE=ON -DCAF_ENABLE_OPENSSL_MODULE=ON "${options[@]}" \
    || fail "CAF could not be configured" "./dev setup"
  step "Building CAF $caf_version ($1), once, about 4 minutes on two cores" \
    "$cache/log/caf-$1-build.log" cmake --build "$work/build" -j "$(jobs)" \
    || fail "CAF could not be built" "./dev setup"
  DESTDIR=$work/stage cmake --install "$work/build" >/dev/null \
    && caf_stamp "$1" >"$work/stage$prefix/.salon-built" \
    && rm -rf "$prefix" \
    && mv "$work/stage$prefix" "$prefix" \
    || fail "CAF could not be put into $prefix" "df -h '$cache'"
  rm -rf "$work"
  trap - EXIT
  say "CAF $caf_version ($1) is in $prefix"
}

# caf_source DIRECTORY: its unpacked source in DIRECTORY/source, from the first place that has the
# very bytes we know.
caf_source() {
  local tarball=$1/$caf_tarball
  mkdir -p "$1/source"
  if [ -n "${SALON_CAF_TARBALL:-}" ]; then
    cp "$SALON_CAF_TARBALL" "$tarball"
    is_caf "$tarball" || fail "SALON_CAF_TARBALL=$SALON_CAF_TARBALL is not CAF $caf_version: SHA-256" \
      "sha256sum '$SALON_CAF_TARBALL'    # wanted: $caf_sha256"
  else
    step "Getting CAF's source from Debian's archive" "$cache/log/caf-source.log" \
      locked apt caf_from_debian "$1" 2>/dev/null || true
    if ! is_caf "$tarball"; then
      say "Debian's archive did not give it ($cache/log/caf-source.log): trying its authors' release"
      caf_from_upstream "$tarball" || true
    fi
    is_caf "$tarball" || fail "the source of CAF $caf_version could not be had (no network?): neither from
       Debian's archive, see $cache/log/caf-source.log, nor from $caf_url" \
      "SALON_CAF_TARBALL=/path/to/$caf_tarball ./dev setup    # a copy fetched elsewhere"
  fi
  tar -xzf "$tarball" -C "$1/source" --strip-components=1 \
    || fail "CAF's source could not be unpacked into $1" "df -h '$cache'"
}

is_caf() {
  [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$caf_sha256" ]
}

caf_from_debian() (
  [ "$(os_release ID)" = debian ] \
    && use_suite deb-src experimental && cd "$1" && private_apt source --tar-only actor-framework
)

caf_from_upstream() {
  if have curl; then
    curl -fsSL --connect-timeout 15 --max-time 300 -o "$1" "$caf_url"
  elif have wget; then
    wget -q --timeout=15 --tries=2 -O "$1" "$caf_url"
  else
    say "neither curl nor wget is installed"
    return 1
  fi
}

# Catch2 3: installed, or from the backports of this release, unpacked into the cache.
provide_catch2() {
  [ ! -e "$catch2_prefix/.salon-built" ] || return 0
  if cmake_finds Catch2 3; then
    say "Catch2: an installed one is used"
    return
  fi
  [ "$(system_name)" != installed ] || fail "CMake finds no Catch2 3" "cmake --version && ls /usr/lib/cmake"
  locked catch2 unpack_catch2
}

unpack_catch2() {
  [ ! -e "$catch2_prefix/.salon-built" ] || return 0
  local work
  work=$(mktemp -d "$cache/catch2-work.XXXXXX")
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  step "Getting Catch2 3 from the backports" "$cache/log/catch2.log" \
    locked apt catch2_from_backports "$work" \
    || fail "Catch2 3 could not be had from the backports of this release (no network?)" \
      "./dev setup test    # once the network is there; or install Catch2 3 where CMake finds it"
  local package
  for package in "$work"/*.deb; do
    dpkg-deb -x "$package" "$work/stage" || fail "$package could not be unpacked" "df -h '$cache'"
  done
  rm -rf "$catch2_prefix"
  touch "$work/stage/.salon-built" && mv "$work/stage" "$catch2_prefix" \
    || fail "Catch2 could not be put into $catch2_prefix" "df -h '$cache'"
  rm -rf "$work"
  trap - EXIT
}

catch2_from_backports() (
  use_suite deb "$(os_release VERSION_CODENAME)-backports" && cd "$1" \
    && private_apt download catch2 libcatch2-dev
)

# cmake_finds PACKAGE VERSION: an installed one, our caches aside.
cmake_finds() {
  local probe status=0
  probe=$(mktemp -d)
  cat >"$probe/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.25)
project(probe LANGUAGES CXX)
find_package($1 $2 CONFIG REQUIRED)
CMAKE
  cmake -S "$probe" -B "$probe/build" -G Ninja >/dev/null 2>&1 || status=1
  rm -rf "$probe"
  return $status
}
