# shellcheck shell=bash
# Debian's archive beyond the suites that the machine uses: read with lists and sources of our own,
# so that its apt configuration stays as it is. Where the archive is and by which key it is trusted
# is taken from that configuration.

# private_apt COMMAND...: apt-get with our lists.
private_apt() {
  local state=$cache/apt
  local options=(
    -o Dir::Etc::sourcelist="$state/salon.sources"
    -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::preferencesparts=/dev/null
    -o Dir::Etc::preferences=/dev/null
    -o Dir::State::lists="$state/lists"
    -o Dir::Cache::pkgcache=
    -o Dir::Cache::srcpkgcache=
    -o Dir::Cache::archives="$state/archives"
    -o APT::Update::Error-Mode=any
    -o APT::Update::Post-Invoke=
  )
  # The user that apt downloads as can not see folders below another one's home.
  [ "$(id -u)" != 0 ] || options+=(-o APT::Sandbox::User=root)
  apt-get -q "${options[@]}" "$@"
}

# use_suite TYPE SUITE: makes private_apt see that suite alone. Fails when the machine's apt
# configuration names no archive of this release, or the archive does not answer.
use_suite() {
  local state=$cache/apt codename
  codename=$(os_release VERSION_CODENAME)
  mkdir -p "$state/lists/partial" "$state/archives/partial"
  archive_stanza "$codename" "$1" "$2" >"$state/salon.sources"
  [ -s "$state/salon.sources" ] || return 1
  private_apt update
}

# archive_stanza CODENAME TYPE SUITE: a deb822 stanza for SUITE at the place, and with the key, from
# which this machine takes CODENAME. Reads both forms of apt's sources.
archive_stanza() {
  local etc=${SALON_APT_DIR:-/etc/apt} files=() file
  for file in "$etc"/sources.list.d/*.sources "$etc"/sources.list "$etc"/sources.list.d/*.list; do
    [ ! -r "$file" ] || files+=("$file")
  done
  [ ${#files[@]} -gt 0 ] || return 0
  awk -v codename="$1" -v type="$2" -v suite="$3" "$archive_awk" "${files[@]}"
}

# shellcheck disable=SC2016
archive_awk='
  function found(uri, key) {
    if (done || uri ~ /^cdrom/) return
    done = 1
    print "Types: " type "\nURIs: " uri "\nSuites: " suite "\nComponents: main"
    if (key != "") print "Signed-By:" key
  }
  function has(list, word,   parts, n, i) {
    n = split(list, parts, /[ \t\n]+/)
    for (i = 1; i <= n; i++) if (parts[i] == word) return 1
    return 0
  }
  function end_stanza(   uris) {
    if (has(field["types"], "deb") && has(field["suites"], codename) \
        && has(field["components"], "main") && tolower(field["enabled"]) !~ /no/) {
      split(field["uris"], uris, /[ \t\n]+/)
      found(uris[1] != "" ? uris[1] : uris[2], field["signed-by"])
    }
    delete field
    name = ""
  }
  FNR == 1 { end_stanza() }
  FILENAME ~ /\.sources$/ {
    if ($0 ~ /^#/) next
    if ($0 ~ /^[ \t]*$/) { end_stanza(); next }
    if ($0 ~ /^[ \t]/) { field[name] = field[name] "\n" $0; next }
    colon = index($0, ":")
    name = tolower(substr($0, 1, colon - 1))
    field[name] = substr($0, colon + 1)
    next
  }
  $1 == "deb" {
    options = ""; at = 2
    if ($2 ~ /^\[/) {
      while (at <= NF && $at !~ /\]$/) options = options " " $(at++)
      options = options " " $(at++)
      gsub(/[][]/, " ", options)
    }
    key = ""
    n = split(options, parts, /[ \t]+/)
    for (i = 1; i <= n; i++) if (parts[i] ~ /^signed-by=/) key = " " substr(parts[i], 11)
    gsub(",", " ", key)
    components = ""
    for (i = at + 2; i <= NF; i++) components = components " " $i
    if ($(at + 1) == codename && has(components, "main")) found($at, key)
  }
  END { end_stanza() }
'
