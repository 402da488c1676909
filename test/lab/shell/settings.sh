# shellcheck shell=bash
# Places and names of the lab. Sourced; `here` is test/lab.
#
#   ROLLING_PATCH_LAB       folder of builds and running labs, outside the repository. Default /var/tmp/rolling-patch-lab
#   ROLLING_PATCH_LAB_NAME  name of this lab: several can run on one machine. Default lab
: "${here:?}"

LAB=${ROLLING_PATCH_LAB:-/var/tmp/rolling-patch-lab}
NAME=${ROLLING_PATCH_LAB_NAME:-lab}

# Of the running lab, in memory: h1, h2, …, keys, known_hosts, ssh_config. `down` deletes it.
# shellcheck disable=SC2034
RUN=$LAB/$NAME
# What the hosts share: on disk, since disks of guests that move must bypass caches, which not every kernel's tmpfs can.
# shellcheck disable=SC2034
SHARED=$LAB/shared-$NAME

# shellcheck disable=SC2034
MOST_HOSTS=6

# The hosts' address; the client is 10.77.0.1, guests g1, g2, … are 10.77.0.101, 10.77.0.102, …
address() { echo "10.77.0.1${1#h}"; }
guest_address() { echo "10.77.0.$((100 + ${1#g}))"; }

fail() {
  echo "lab: $*" >&2
  exit 1
}

# digest_of FILE…: of their contents, folders with all that is in them.
digest_of() {
  find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sed "s|$here||" | sha256sum | cut -c 1-12
}

case $LAB in /*/*) ;; *) fail "ROLLING_PATCH_LAB must be a folder with a full path, not $LAB" ;; esac
case $NAME in *[!a-z0-9]* | "") fail "ROLLING_PATCH_LAB_NAME must be of small letters and digits, not $NAME" ;; esac

# shellcheck disable=SC2034
BASE=$LAB/base-$(digest_of "$here/build/base.sh")
# shellcheck disable=SC2034
BUILT=$LAB/built-$(digest_of "$here/build" "$here/guest/init.c" "$here/root" "$here/../../examples/kvm/sudoers")
