import type { Host } from "./host.ts";

/**
 * What stands for a Ceph cluster: a program `ceph` on every host that answers as the real one does, from a folder that the hosts share. One
 * OSD on each, and nothing to heal.
 */
export async function installCeph(hosts: readonly Host[]): Promise<void> {
  const osds = Object.fromEntries(hosts.map(({ id }, index) => [id, [index]]));
  const program = PROGRAM.replace("NODES", JSON.stringify({ mon: {}, osd: osds, mds: {}, mgr: {} }));
  for (const host of hosts)
    await host.sh(
      `mkdir -p -m 777 ${PLACE}; cat >/usr/local/bin/ceph <<'CEPH'\n${program}\nCEPH\nchmod +x /usr/local/bin/ceph`,
    );
}

/** What it was asked so far, "h1 osd set noout", oldest first. */
export async function askedOfCeph(host: Host): Promise<string[]> {
  return (await host.sh(`cat ${PLACE}/log`)).split("\n");
}

const PLACE = "/srv/shared/ceph";

const PROGRAM = `#!/bin/sh
echo "$(hostname) $*" >>${PLACE}/log
chmod 666 ${PLACE}/log 2>/dev/null
case $* in
  "status --format json") echo '{"health":{"status":"HEALTH_OK","checks":{}},"pgmap":{"num_pgs":8,"pgs_by_state":[{"state_name":"active+clean","count":8}]}}' ;;
  "osd dump --format json") if [ -e ${PLACE}/noout ]; then echo '{"flags":"noout,sortbitwise"}'; else echo '{"flags":"sortbitwise"}'; fi ;;
  "osd set noout") : >${PLACE}/noout ;;
  "osd unset noout") rm -f ${PLACE}/noout ;;
  "node ls --format json") echo 'NODES' ;;
  "osd ok-to-stop "[0-9]*) ;;
  *) echo "Error EINVAL: invalid command" >&2; exit 22 ;;
esac`;
