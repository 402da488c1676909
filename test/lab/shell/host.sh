# shellcheck shell=bash disable=SC2154 # here is test/lab
# One host: a systemd-nspawn container that boots Debian from an overlay on the common root, and the loop that is its power
# supply and firmware. A host's folder is $RUN/HOST:
#
#   root, upper, work   the overlay; uuid  its machine id; pid  of the power supply; boots  one line each time power comes on
#   noboot, nosshd      when they exist, the host does not boot; boots without an SSH server
#   repower             power comes back by itself after it was cut

# Each host needs a cgroup of its own in the hierarchy of version 2, or their systemds would share one tree. In it nspawn keeps
# itself apart from the host's own processes, which are in payload.
if [ -d /sys/fs/cgroup/unified ]; then
  CGROUP=/sys/fs/cgroup/unified/rolling-patch-$NAME
  # shellcheck disable=SC2034 # lab.sh takes it away
  CGROUP_V1=/sys/fs/cgroup/systemd/rolling-patch-$NAME
else
  CGROUP=/sys/fs/cgroup/rolling-patch-$NAME
  # shellcheck disable=SC2034
  CGROUP_V1=""
fi

# Its disk, identity and SSH host key: all that must be there before anything boots.
create_host() {
  local folder=$RUN/$1
  mkdir -p "$folder"/{upper,work,root}
  mount -t overlay "$NAME-$1" -o "lowerdir=$BUILT/root,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
  cat /proc/sys/kernel/random/uuid >"$folder/uuid"
  tr -d - <"$folder/uuid" >"$folder/root/etc/machine-id"
  echo "HOST_IP=$(address "$1")" >"$folder/root/etc/lab.env"
  echo "$1" >"$folder/root/etc/hostname"
  new_host_key "$1"
}

# Gives it another SSH host key; known_hosts still has the former one, if any, until learn_hosts.
new_host_key() {
  rm -f "$RUN/${1}/root/etc/ssh/"ssh_host_*
  ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$RUN/$1/root/etc/ssh/ssh_host_ed25519_key"
}

power_on() {
  # After a power cut it may take a moment until everything of it is gone.
  until_true 50 test ! -e "$RUN/$1/pid" || fail "$1 is on"
  setsid "$here/lab.sh" power-supply "$1" </dev/null >>"$RUN/$1/console.log" 2>&1 9>&- &
  # The loop has the pid file before anybody can ask for it again.
  until_true 50 test -e "$RUN/$1/pid" || fail "the power supply of $1 does not start: see $RUN/$1/console.log"
}

# Boots the host, again after each reboot, until it is powered off. One process for each host; ends by itself with `down`.
power_supply() {
  local host=$1 folder=$RUN/$1 code
  echo $BASHPID >"$folder/pid"
  while :; do
    while [ -e "$folder/noboot" ]; do sleep .2; done
    code=0
    boot "$host" || code=$?
    clean_up_after "$host"
    # 133: it asked for a reboot.
    [ "$code" = 133 ] || [ -e "$folder/repower" ] || break
    rm -f "$folder/repower"
    sleep 1 # The firmware's self-test.
  done
  rm -f "$folder/pid"
}

# Ends when the host does, with nspawn's exit code.
boot() {
  local host=$1 folder=$RUN/$1
  date +%s.%N >>"$folder/boots"
  rm -f "$folder/root/etc/ssh/sshd_not_to_be_run"
  [ ! -e "$folder/nosshd" ] || : >"$folder/root/etc/ssh/sshd_not_to_be_run"
  port_up "$host"
  mkdir -p "$CGROUP/$host"
  (
    echo $BASHPID >"$CGROUP/$host/cgroup.procs"
    # WRITABLE=network, never 1: with 1 the host's systemd-sysctl may write the machine's own kernel settings.
    export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network SYSTEMD_NSPAWN_LOCK=0
    exec unshare --time --boottime "-$(cut -d. -f1 /proc/uptime)" systemd-nspawn -q --boot \
      --directory="$folder/root" --machine="$NAME-$host" --hostname="$host" --uuid="$(cat "$folder/uuid")" \
      --network-namespace-path="/run/netns/$(netns "$host")" \
      --capability=CAP_NET_ADMIN,CAP_NET_RAW,CAP_SYS_ADMIN,CAP_IPC_LOCK --bind=/dev/net/tun \
      --bind-ro="$BUILT/repository:/srv/repository" --bind="$SHARED:/srv/shared" \
      --register=no --keep-unit --settings=no --resolv-conf=off --timezone=off --link-journal=no --console=pipe
  )
}

# What a host that is off leaves on the machine.
clean_up_after() {
  port_down "$1" 2>/dev/null || true
  ip -n "$(netns "$1")" link delete br0 2>/dev/null || true
  remove_cgroups "$CGROUP/$1"
  rmdir "/run/systemd/nspawn/propagate/$NAME-$1" 2>/dev/null || true
}

# Power cut, without any good-bye: the port goes first, since a dying kernel would still close its connections.
crash() {
  port_down "$1"
  end_processes "$CGROUP/$1/payload"
  freeze "$1" 0
}

# Power cut, and power comes back.
cycle() {
  : >"$RUN/$1/repower"
  crash "$1"
}

# freeze HOST 1|0: all its processes stand still; go on.
freeze() { [ ! -e "$CGROUP/$1/cgroup.freeze" ] || echo "$2" >"$CGROUP/$1/cgroup.freeze"; }

# end_hosts HOST…: whatever state they are in, their processes end. All at once, since each takes its time.
end_hosts() {
  local host pid
  for host; do
    pid=$(power_supply_of "$host")
    [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
    end_processes "$CGROUP/$host"
  done
  for host; do
    until_true 100 is_gone "$(power_supply_of "$host")" "$CGROUP/$host" || fail "processes of $host do not end: see $CGROUP/$host"
  done
}

# Nothing is left of a host whose processes have ended.
remove_host() {
  local folder=$RUN/$1
  clean_up_after "$1"
  remove_port "$1"
  ! mountpoint -q "$folder/root" || umount "$folder/root"
  rm -rf --one-file-system "$folder"
}

power_supply_of() { cat "$RUN/$1/pid" 2>/dev/null || true; }

is_gone() {
  if [ -n "$1" ] && [ -e "/proc/$1" ]; then return 1; fi
  [ -z "$(processes_in "$2")" ]
}

processes_in() { find "$1" -name cgroup.procs -exec cat {} + 2>/dev/null || true; }

# All at once, frozen ones too. Only what the lab started is in its cgroups.
end_processes() { [ ! -e "$1/cgroup.kill" ] || echo 1 >"$1/cgroup.kill"; }

remove_cgroups() { [ ! -d "$1" ] || find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || true; }

# until_true TENTHS COMMAND…
until_true() {
  local tries=$1
  shift
  until "$@"; do
    [ $((tries -= 1)) -gt 0 ] || return 1
    sleep .1
  done
}
