/** What the domain may ask of Redis. Keys of one call are all in one bucket; a reply has its RESP2 shape, see `reply.ts`. */
export interface Redis {
  /** One command, sent to the node that holds `key`. Commands issued in one turn of the event loop travel together. Throws `RedisUnavailable` when no reply came. */
  run(key: string, args: readonly string[]): Promise<unknown>;
  /**
   * One of our functions, by the name its Lua file registers. `keys` names at least one key. When it returns, what it wrote has reached as many replicas as the
   * settings ask for; when they have not got it in time, it throws `RedisUnavailable`, and the same command again waits again.
   */
  fcall(name: string, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  /** Messages on a sharded channel. Any message may be lost without a sign. */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>>;
  /** Calls back after a connection was lost and restored: whatever came by pub/sub meanwhile is lost. */
  onRestored(listener: () => void): () => void;
  /** Whether Redis answers now and holds our functions. */
  ready(): Promise<boolean>;
  close(): Promise<void>;
}

/** No reply came: what was asked may or may not have been done. */
export class RedisUnavailable extends Error {
  constructor(cause: unknown) {
    super("Redis did not answer", { cause });
    this.name = "RedisUnavailable";
  }
}
