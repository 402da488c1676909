#!/usr/bin/env bash
# A fleet of real KVM hosts on one machine. Needs root; see README.md.
#
#   lab.sh up N                   the switch, the client's namespace and hosts h1 … hN, until SSH answers on all of them
#   lab.sh clear                  no hosts any more; switch and client stay, and what runs in the client
#   lab.sh down                   nothing is left
#   lab.sh client COMMAND…        runs a command where the client is, which sees hosts and guests
#   lab.sh sh HOST COMMAND…       a shell command on a host, as root
#   lab.sh wait HOST [SECONDS]    until SSH answers (60)
#   lab.sh guest HOST GUEST [diskless|local|shared]   defines and starts a guest
#   lab.sh guest-xml GUEST [diskless|local|shared]    what libvirt is told of it
#
#   lab.sh crash HOST             power cut                lab.sh on HOST               power comes back
#   lab.sh cycle HOST             both                     lab.sh freeze HOST 1|0       stands still; goes on
#   lab.sh noboot HOST 1|0        does not boot; boots     lab.sh nosshd HOST 1|0       boots without SSH server, or with
#   lab.sh cut HOST               its port is down         lab.sh join HOST             its port is up
#   lab.sh isolate HOST HOST…     do not see each other    lab.sh unite HOST HOST…      do again
#   lab.sh shape HOST RATE|off    "24mbit" towards it      lab.sh lose HOST PERCENT|0   loss towards it
#   lab.sh rekey HOST             another SSH host key, which known_hosts does not have
#   lab.sh learn                  known_hosts has the keys that the hosts have now
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
for part in settings network host guest; do
  # shellcheck source=/dev/null
  . "$here/shell/$part.sh"
done

main() {
  local command=${1:?"see the head of lab.sh"}
  shift
  case $command in
    up | down | client) "$command" "$@" ;;
    clear) remove_hosts ;;
    sh) sh_on "$@" ;;
    wait) wait_for "$@" ;;
    guest) start_guest "$@" ;;
    guest-xml) guest_xml "$1" "${2:-diskless}" ;;
    crash | cycle | freeze | isolate | unite | shape | lose) "$command" "$@" ;;
    cut) port_down "$1" ;;
    join) port_up "$1" ;;
    on) power_on "$1" ;;
    noboot | nosshd) flag "$command" "$@" ;;
    rekey) new_host_key "$1" && sh_on "$1" systemctl restart ssh ;;
    learn) learn_hosts_there ;;
    power-supply) power_supply "$1" ;;
    *) fail "there is no command $command" ;;
  esac
}

up() {
  local hosts host
  [ "$1" -le "$MOST_HOSTS" ] || fail "there are addresses for $MOST_HOSTS hosts only"
  [ -d "$BUILT" ] || fail "nothing is built yet: run $here/build/build.sh"
  if compgen -G "$RUN/h[0-9]*" >/dev/null; then fail "hosts of a lab called $NAME are there: take them away with clear or down"; fi
  mapfile -t hosts < <(seq -f h%g "$1")
  network_up
  make_run_folder
  ln -sfn "$BUILT/keys" "$RUN/keys"
  for host in "${hosts[@]}"; do create_host "$host"; done
  learn_hosts "${hosts[@]}"
  for host in "${hosts[@]}"; do
    add_port "$host"
    power_on "$host"
  done
  for host in "${hosts[@]}"; do wait_for "$host"; done
}

remove_hosts() {
  local hosts host
  mapfile -t hosts < <(hosts_there)
  end_hosts "${hosts[@]}"
  for host in "${hosts[@]}"; do remove_host "$host"; done
  rm -rf --one-file-system "$SHARED"
}

hosts_there() { find "$RUN" -maxdepth 1 -name 'h[0-9]*' -printf '%f\n' 2>/dev/null | sort; }

down() {
  # First: a test that was interrupted may be about to start hosts.
  end_clients
  remove_hosts
  network_down
  remove_cgroups "$CGROUP"
  [ -z "$CGROUP_V1" ] || remove_cgroups "$CGROUP_V1"
  ! mountpoint -q "$RUN" || umount "$RUN"
  rm -rf --one-file-system "$RUN"
}

# In memory: package managers flush what they write, and a busy disk would make hosts miss every deadline.
make_run_folder() {
  mkdir -p "$RUN" "$SHARED"
  mountpoint -q "$RUN" || mount -t tmpfs -o mode=755 "$NAME" "$RUN"
}

# Only the network is the client's: mounts and cgroups stay those of the machine, so that the lab can be used from within.
client() { nsenter --net="/run/netns/$CLIENT" "$@"; }

# Writes what a client and the hosts themselves know of the hosts.
learn_hosts() {
  local host
  for host; do
    echo "$host,$(address "$host") $(cut -d' ' -f1,2 "$RUN/$host/root/etc/ssh/ssh_host_ed25519_key.pub")"
  done >"$RUN/known_hosts"
  for host; do cp "$RUN/known_hosts" "$RUN/$host/root/etc/ssh/ssh_known_hosts"; done
  ssh_config "$@" >"$RUN/ssh_config"
}

learn_hosts_there() {
  local hosts
  mapfile -t hosts < <(hosts_there)
  learn_hosts "${hosts[@]}"
}

# For `ssh -F`: hosts by name, as the user who patches.
ssh_config() {
  local host
  for host; do printf 'Host %s\n  HostName %s\n  HostKeyAlias %s\n' "$host" "$(address "$host")" "$host"; done
  printf '%s\n' 'Host *' '  User roller' "  IdentityFile $RUN/keys/roller" '  IdentitiesOnly yes' '  BatchMode yes' \
    "  UserKnownHostsFile $RUN/known_hosts" '  GlobalKnownHostsFile none' '  StrictHostKeyChecking yes'
}

# The tester's own way in. It does not ask who a host is: tests change host keys.
sh_on() {
  local host=$1
  shift
  client ssh -F none -i "$RUN/keys/tester" -o BatchMode=yes -o "ConnectTimeout=${patience:-5}" -o ServerAliveInterval=5 -o LogLevel=ERROR \
    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "root@$(address "$host")" "$@"
}

wait_for() {
  local host=$1 seconds=${2:-60} begun=$SECONDS patience=1
  until sh_on "$host" true </dev/null 2>/dev/null; do
    [ $((SECONDS - begun)) -lt "$seconds" ] || fail "$host does not answer after $seconds s: see $RUN/$host/console.log"
    sleep .1
  done
}

flag() {
  if [ "$3" = 1 ]; then : >"$RUN/$2/$1"; else rm -f "$RUN/$2/$1"; fi
}

main "$@"
