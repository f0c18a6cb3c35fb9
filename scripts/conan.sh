# shellcheck shell=bash
# The Conan package, with a Conan client of its own outside the clone.

conan_command() {
  fail "the Conan package is not there yet"
}
