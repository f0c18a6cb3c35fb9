# shellcheck shell=bash
# The Conan package, with a Conan client and cache of its own outside the clone.

conan_command() {
  local tools=$cache/conan/tools
  [ "$(system_name)" = debian12 ] \
    || fail "the profile conan/profiles/debian12 names what Debian 12 provides; this is another system" \
      "conan create conan --build=missing    # with your own Conan client and profile"
  setup_group build
  setup_group test
  python3 -c 'import ensurepip, venv' 2>/dev/null || install_group conan
  if [ ! -x "$tools/bin/conan" ]; then
    step "Getting the Conan client" "$cache/log/conan-client.log" conan_client "$tools" \
      || fail "the Conan client could not be had from PyPI (no network?)" \
        "python3 -m venv '$tools' && '$tools/bin/pip' install 'conan>=2.4,<3'"
  fi
  export CONAN_HOME=$cache/conan/home CMAKE_BUILD_PARALLEL_LEVEL
  CMAKE_BUILD_PARALLEL_LEVEL=$(jobs)
  step "Creating the package and trying it" "$cache/log/conan-create.log" \
    "$tools/bin/conan" create conan --profile:all=conan/profiles/debian12 -c "tools.build:jobs=$(jobs)" \
    -c "tools.cmake.cmake_layout:test_folder=$cache/conan/try" \
    -c "tools.cmake.cmaketoolchain:user_presets=" \
    || fail "conan create failed; the lines above say why" "./dev conan"
  tail -n 12 "$cache/log/conan-create.log"
  summary 1 0
}

# A virtual environment cannot be moved: one without its client is made anew.
conan_client() {
  rm -rf "$1"
  python3 -m venv "$1" && "$1/bin/pip" install -q 'conan>=2.4,<3' || {
    rm -rf "$1"
    return 1
  }
}
