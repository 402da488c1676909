import type { Guest } from "./guest.ts";
import type { Abilities, HostLook } from "./host-look.ts";

/** Why a guest cannot run on a host, in words; undefined: nothing is known that speaks against it. */
export function obstacle(
  { needs }: Guest,
  look: HostLook,
  abilities: Abilities | undefined,
  source: Abilities | undefined,
): string | undefined {
  const bridge = needs.bridges.find((name) => !look.links.has(name));
  if (bridge !== undefined) return `it has no bridge ${bridge}`;
  const network = needs.networks.find((name) => !look.networks.has(name));
  if (network !== undefined) return `its network ${network} is not active`;
  const pool = needs.pools.find((name) => !look.pools.has(name));
  if (pool !== undefined) return `its storage pool ${pool} is not active`;
  if (abilities === undefined) return undefined;
  if (needs.model !== undefined && abilities.models.size > 0 && !abilities.models.has(needs.model))
    return `its processor cannot be a ${needs.model}`;
  if (needs.ownProcessor && source !== undefined && source.processor !== abilities.processor)
    return `its processor is a ${abilities.processor}, and the guest was given a ${source.processor} as it is`;
  if (needs.hugepages && abilities.hugepages === 0) return "it has no huge pages";
  return undefined;
}
