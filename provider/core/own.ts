/**
 * A record's own value, or undefined. Names of hosts and resources come from outside, and `constructor` is as good as any:
 * `record[name]` would find what every object inherits.
 */
export function own<Value>(record: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
