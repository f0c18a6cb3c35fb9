# shellcheck shell=bash
# The chat page: what npm brings for it. Where there is no npm, the server is built without it.

# page_wanted: ON or OFF, as CMake takes it. Whatever there is to say goes to standard error.
page_wanted() {
  if ! have npm || ! at_least "$(node --version 2>/dev/null | tr -d v)" 18; then
    say "without the chat page: it needs Node 18 or newer and npm" >&2
    echo OFF
  elif install_npm web >&2; then
    echo ON
  else
    say "without the chat page: its npm packages could not be had (no network?)" >&2
    echo OFF
  fi
}

# install_npm FOLDER: its packages, as its lock file has them.
install_npm() {
  local folder=$1 stamp=$1/node_modules/.salon-installed key
  key=$({ cat "$folder/package-lock.json" && node --version; } | hash_of)
  [ "$(cat "$stamp" 2>/dev/null)" != "$key" ] || return 0
  locked "npm-$(pwd | hash_of)" step "Getting the npm packages of $folder" "$cache/log/npm.log" \
    npm ci --prefix "$folder" --no-audit --no-fund --fetch-retries=1 || return 1
  echo "$key" >"$stamp"
}
