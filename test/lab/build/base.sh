# shellcheck shell=bash
# The slow part of the build, all that comes from the Debian mirror: a root with systemd, libvirt and QEMU, and the guests' kernel.

# Debian 13 on purpose: Debian 12's QEMU 7.2 corrupts guests that move under emulation (mended in 9.0).
SUITE=trixie

PACKAGES=(
  systemd systemd-sysv dbus sudo openssh-server iproute2 iputils-ping procps nftables
  libvirt-daemon-system libvirt-clients libvirt-daemon-driver-qemu qemu-system-x86 qemu-utils
  libfaketime
)

build_base() {
  local folder=$1
  mmdebstrap -q --variant=minbase --mode=root --include="$(IFS=, && echo "${PACKAGES[*]}")" \
    --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    "$SUITE" "$folder/root" "deb $(mirror) $SUITE main"
  download_kernel "$folder/kernel"
}

# The machine's own Debian mirror, whatever form its list of sources has.
mirror() {
  local uri
  # shellcheck disable=SC2016 # apt expands it
  uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
  [ -n "$uri" ] || fail "this machine's apt knows no Debian mirror"
  echo "$uri"
}

# Debian's kernel for virtual machines: small, and its modules are all that the guests need.
download_kernel() {
  local package
  package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
  mkdir -p "$1"
  (cd "$1" && apt-get download -qq -o APT::Sandbox::User=root "$package" && dpkg-deb -x ./*.deb . && rm ./*.deb)
}
