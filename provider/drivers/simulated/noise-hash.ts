/** 32 well mixed bits of two numbers. */
export function hashed(key: number, n: number): number {
  let mixed = (key ^ Math.imul(n | 0, 0x9e3779b1)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16) ^ key, 0x27d4eb2f);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** The `n`-th of a stream of numbers in [0, 1). */
export function uniform(key: number, n: number): number {
  return hashed(key, n) / 4_294_967_296;
}

/** The `n`-th of a stream of normal numbers, mean 0, standard deviation 1 (Box and Muller). */
export function normal(key: number, n: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(key, n)));
  return radius * Math.cos(2 * Math.PI * uniform(key ^ 0x5bd1e995, n));
}

/** A number for a text; remembered, since the same few are asked for all the time. */
export function textKey(seed: number, text: string): number {
  const known = keys.get(text);
  const plain = known ?? fnv(text);
  if (known === undefined) {
    if (keys.size > 100_000) keys.clear();
    keys.set(text, plain);
  }
  return hashed(seed, plain);
}

const keys = new Map<string, number>();

function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
