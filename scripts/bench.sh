# shellcheck shell=bash
# ./dev bench: measures the server beside others (docs/performance.md).

peers=$cache/bench
centrifugo_version=v6.9.1
centrifugo=$peers/centrifugo-$centrifugo_version

bench_command() {
  setup_group bench
  node bench/run.mjs --check "$@" >/dev/null || return
  if [[ " $* " != *" --help "* && " $* " != *" --report "* ]]; then
    build_preset release salon floor beast_chat
    [[ " $* " == *" --quick "* ]] || provide_peers
    raise_descriptor_limit
  fi
  export BENCH_PROGRAMS=$root/build/release/bin BENCH_PEERS=$peers
  [ ! -x "$centrifugo/bin/centrifugo" ] || export BENCH_CENTRIFUGO_VERSION=${centrifugo_version#v}
  export PATH=$PATH:$centrifugo/bin:$peers/nats/usr/sbin
  exec node bench/run.mjs "$@"
}

# Brings what is compared besides our own. Who cannot be had is left out, and the reason is kept for
# the table.
provide_peers() {
  local name
  mkdir -p "$peers" "$cache/log"
  for name in ws Socket.IO; do
    provide_peer "$name" "its npm packages could not be had" install_npm bench/peers
  done
  provide_peer nats-server "its package could not be had" unpack_nats
  if have go; then
    provide_peer Centrifugo "its Go module could not be had" install_centrifugo
  else
    provide_peer Centrifugo "there is no Go to build it with" false
  fi
}

# provide_peer NAME REASON COMMAND...: the command brings it; REASON says that it did not.
provide_peer() {
  local note=$peers/$1.absent log=$cache/log/peer-$1.log
  if ("${@:3}") </dev/null >"$log" 2>&1; then
    rm -f "$note"
  else
    echo "$2" >"$note"
    say "without $1: $2 ($log)"
  fi
}

# Beside the system: once installed, the package would start a server of its own.
unpack_nats() {
  if have nats-server || [ -x "$peers/nats/usr/sbin/nats-server" ]; then
    return
  fi
  local work
  work=$(mktemp -d "$peers/work.XXXXXX") || return 1
  fresh_lists || [ "$(id -u)" != 0 ] || apt-get update -q
  (cd "$work" && apt-get -q download nats-server) \
    && dpkg-deb --extract "$work"/nats-server_*.deb "$peers/nats" \
    && rm -rf "$work"
}

# Everything that Go leaves behind stays in a folder of its own.
install_centrifugo() {
  [ ! -x "$centrifugo/bin/centrifugo" ] || return 0
  env GOBIN="$centrifugo/bin" GOPATH="$centrifugo/go" GOCACHE="$centrifugo/cache" \
    GOFLAGS=-modcacherw CGO_ENABLED=0 \
    go install "github.com/centrifugal/centrifugo/v6@$centrifugo_version" || return 1
  rm -rf "$centrifugo/go" "$centrifugo/cache"
}
