# shellcheck shell=bash
# The lab's own switch, and what can be done to its ports. Each host and the client is a network namespace with one port.

SWITCH=$NAME-sw
CLIENT=$NAME-cli

# netns NAME PORT: the namespace behind a port; the port is called p-PORT in the switch.
netns() { echo "$NAME-$1"; }

in_switch() { ip -n "$SWITCH" "$@"; }

is_network_up() { [ -e "/run/netns/$CLIENT" ]; }

network_up() {
  if is_network_up; then return; fi
  ip netns add "$SWITCH"
  in_switch link add sw0 type bridge forward_delay 0 mcast_snooping 0
  in_switch link set sw0 up
  add_port cli
  ip -n "$CLIENT" address add 10.77.0.1/24 dev eth0
  ip -n "$CLIENT" link set eth0 up
}

# What was started in the client's namespace and has not ended. Not the caller, if that is where it is.
end_clients() {
  local pid
  [ "$(stat -Lc %i /proc/self/ns/net)" != "$(stat -Lc %i "/run/netns/$CLIENT" 2>/dev/null)" ] || return 0
  for pid in $(ip netns pids "$CLIENT" 2>/dev/null); do kill -9 "$pid" 2>/dev/null || true; done
}

network_down() {
  local netns
  for netns in $(ip netns list | sed -n "s/^\($NAME-[a-z0-9]*\).*/\1/p"); do ip netns delete "$netns"; done
}

add_port() {
  local netns
  netns=$(netns "$1")
  [ -e "/run/netns/$netns" ] && return
  ip netns add "$netns"
  ip -n "$netns" link set lo up
  in_switch link add "p-$1" type veth peer name eth0 address "$(hardware_address "$1")" netns "$netns"
  in_switch link set "p-$1" master sw0 up
}

# The same for every host of that name, or who has known a former one would not find it for half a minute.
hardware_address() {
  local number=0
  [ "$1" = cli ] || number=${1#h}
  printf '52:54:00:76:00:%02x' "$number"
}

remove_port() {
  local netns
  netns=$(netns "$1")
  if [ -e "/run/netns/$netns" ]; then
    # Its end in the switch would go some time after the namespace, and a new one of that name could not be made until then.
    in_switch link delete "p-$1" 2>/dev/null || true
    ip netns delete "$netns"
  fi
}

port_down() { in_switch link set "p-$1" down; }
port_up() { in_switch link set "p-$1" up; }

# isolate HOST HOST…: these do not see each other any more; everybody else sees them.
isolate() {
  local host
  for host; do bridge -n "$SWITCH" link set dev "p-$host" isolated on; done
}

# unite HOST HOST…: takes isolation back.
unite() {
  local host
  for host; do bridge -n "$SWITCH" link set dev "p-$host" isolated off; done
}

# shape HOST RATE|off: the most that flows from the switch to this host, "24mbit" for example.
shape() {
  tc -n "$SWITCH" qdisc delete dev "p-$1" root 2>/dev/null || true
  [ "$2" = off ] || tc -n "$SWITCH" qdisc add dev "p-$1" root tbf rate "$2" burst 64k latency 400ms
}

# lose HOST PERCENT: so much of what flows from the switch to this host is lost; 0 takes it back.
lose() {
  local rules=(ip netns exec "$SWITCH" nft)
  "${rules[@]}" delete table bridge "lose-$1" 2>/dev/null || true
  if [ "$2" = 0 ]; then return; fi
  "${rules[@]}" "add table bridge lose-$1
    add chain bridge lose-$1 forward { type filter hook forward priority 0; }
    add rule bridge lose-$1 forward oifname p-$1 numgen random mod 100 < $2 drop"
}
