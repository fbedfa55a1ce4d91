#!/usr/bin/env bash
# Two members of a cluster on two hosts, which are network namespaces with a cable between them; the cable is
# pulled while they train. Run under unshare (user, network and mount namespaces of its own). Arguments: node,
# the member's program, and the plan of each. Says how each ended, and how many seconds after the cut the last.
set -eu
node=$1 program=$2
plans=("$3" "$4")
folder=$(mktemp -d)
trap 'rm -rf "$folder"; kill $(jobs -p) 2>/dev/null || true' EXIT

# the second host is the network namespace of a process that sleeps
unshare --net sleep 600 &
other=$!
while [ "$(readlink /proc/$other/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link add left type veth peer name right netns "$other"
enter=(nsenter --target "$other" --net)
ip address add 10.77.0.1/24 dev left
"${enter[@]}" ip address add 10.77.0.2/24 dev right
for interface in lo left; do ip link set "$interface" up; done
for interface in lo right; do "${enter[@]}" ip link set "$interface" up; done

"$node" "$program" "${plans[0]}" >"$folder/out0" 2>"$folder/err0" &
first=$!
"${enter[@]}" "$node" "$program" "${plans[1]}" >"$folder/out1" 2>"$folder/err1" &
second=$!
until grep -qs "^updated 3$" "$folder/out0" "$folder/out1"; do
  kill -0 "$first" "$second" || { cat "$folder"/err*; exit 1; }
  sleep 0.05
done

# a bridge that lost a cable: interfaces stay up, packets do not arrive
ip neigh flush dev left
ip link set left address 02:00:00:00:00:01
ip neigh replace 10.77.0.2 lladdr 02:00:00:00:00:99 dev left nud permanent
"${enter[@]}" ip neigh replace 10.77.0.1 lladdr 02:00:00:00:00:99 dev right nud permanent
cut=$SECONDS
for rank in 0 1; do
  code=0
  if [ "$rank" = 0 ]; then wait "$first" || code=$?; else wait "$second" || code=$?; fi
  echo "$rank: code $code $(tail -n 1 "$folder/err$rank")"
done
echo "seconds $((SECONDS - cut))"
