import { crc32 } from "node:zlib";

/** Fixed for ever: another number would move every key. */
export const BUCKETS = 256;

/** The bucket of an owner (`guild:<id>`, `player:<id>`): CRC-32 (IEEE) of its UTF-8 bytes, modulo 256. All keys of one owner share a bucket, so one function may touch them all. */
export const bucketOf = (owner: string): number => crc32(owner) % BUCKETS;

/**
 * Names of keys. Every key, channel of pub/sub and queue begins with the namespace, so that two environments may share one Redis; then comes the bucket as the
 * hash tag. `of("guild:g1", "log")` is `gremio:{b17}:guild:g1:log`. Functions get the two prefixes and add the parts themselves.
 */
export type Keys = {
  readonly namespace: string;
  of(owner: string, part: string): string;
  inBucket(bucket: number, part: string): string;
  /** The prefixes `[owner's, bucket's]` that every function takes as KEYS. */
  prefixes(owner: string): [string, string];
  bucketPrefix(bucket: number): string;
  /** Not in a bucket: leases and queues. */
  plain(part: string): string;
};

export const makeKeys = (namespace: string): Keys => {
  const bucketPrefix = (bucket: number): string => `${namespace}:{b${bucket}}:`;
  return {
    namespace,
    of: (owner, part) => `${bucketPrefix(bucketOf(owner))}${owner}:${part}`,
    inBucket: (bucket, part) => bucketPrefix(bucket) + part,
    prefixes: (owner) => [`${bucketPrefix(bucketOf(owner))}${owner}:`, bucketPrefix(bucketOf(owner))],
    bucketPrefix,
    plain: (part) => `${namespace}:${part}`,
  };
};
