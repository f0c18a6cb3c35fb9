#!/usr/bin/env bash
# Three nodes on this machine, two people who talk on two of them, and the death of the third.
#   examples/three_nodes/run.sh [PATH OF salon]
# With rooms that outlive their home: STORE=postgres://user@host/database examples/three_nodes/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

salon=${1:-build/dev/bin/salon}
state=$(mktemp -d)
export XDG_STATE_HOME=$state
processes=()

end() {
  kill "${processes[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$state"
}
trap end EXIT

store=(--defaults-durability none)
[ -z "${STORE:-}" ] || store=(--store "$STORE")

# node N: serves people on 951N, and the other nodes on 961N.
node() {
  "$salon" serve --port "951$1" --cluster-listen "127.0.0.1:961$1" --cluster-name "node-$1" \
    --cluster-join 127.0.0.1:9611,127.0.0.1:9612,127.0.0.1:9613 "${store[@]}" \
    2>"$state/node-$1.log" &
  processes+=($!)
}

status() {
  "$salon" cluster status --port 9512
}

node 1
dying=$!
node 2
node 3
until [ "$(status 2>/dev/null | grep -c ' up ')" = 3 ]; do
  sleep 0.2
done
status

echo "-- ana talks on node-3, ben listens on node-2"
for n in $(seq 1 40); do
  echo "message $n"
  sleep 0.5
done | "$salon" chat ws://127.0.0.1:9513 --name ana >/dev/null &
processes+=($!)
mkfifo "$state/silence"
"$salon" chat ws://127.0.0.1:9512 --name ben <"$state/silence" &
processes+=($!)
exec 3>"$state/silence"

sleep 5
if [ "$("$salon" cluster move lobby node-1 --port 9512 >/dev/null 2>&1; echo $?)" = 0 ]; then
  echo "-- the room is at home on node-1, which dies now"
else
  echo "-- node-1 dies now"
fi
disown "$dying" # or bash tells of its end, too
kill -9 "$dying"
sleep 9
status
echo "-- node-1 starts again"
node 1
sleep 4
status
