/** A Redis that would lose what was acknowledged; the message says which setting to change. */
export class ServerRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ServerRefused";
  }
}

const fieldOf = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];

/** What to say when, by the text of INFO, fewer replicas are connected than acknowledgements wait for. It may be for the moment only, so it is no refusal. */
export const tooFewReplicas = (info: string, asked: number): string | undefined => {
  const connected = Number(fieldOf(info, "connected_slaves") ?? 0);
  if (connected >= asked) return undefined;
  return `GREMIO_ACK_REPLICAS is ${asked}, but Redis has ${connected} replicas connected: until it has ${asked}, nothing that is sent will be acknowledged. Connect replicas, or lower it.`;
};

/** Refuses, from the text of INFO, a node of a cluster taken for a whole Redis, a server older than 7, one that evicts keys, and one without append-only file (unless allowed). */
export const verifyServer = (info: string, options: { allowNoAof: boolean; cluster: boolean }): void => {
  const field = (name: string): string | undefined => fieldOf(info, name);
  if (field("cluster_enabled") === "1" && !options.cluster)
    throw new ServerRefused(
      "Redis is one node of a cluster and holds only a part of the keys. Set GREMIO_REDIS_CLUSTER=1.",
    );
  const version = field("valkey_version") ?? field("redis_version") ?? "unknown";
  if (!(Number.parseInt(version, 10) >= 7))
    throw new ServerRefused(`Redis ${version} is too old: Gremio needs Redis 7 or Valkey 7.2, or newer.`);
  const policy = field("maxmemory_policy") ?? "unknown";
  if (policy !== "noeviction")
    throw new ServerRefused(
      `Redis has maxmemory-policy ${policy}: it would throw messages and points away when memory is short. Set maxmemory-policy noeviction.`,
    );
  if (field("aof_enabled") !== "1" && !options.allowNoAof)
    throw new ServerRefused(
      "Redis runs without append-only file: what was acknowledged would not survive it. Set appendonly yes, or GREMIO_ALLOW_NO_AOF=1 to accept that.",
    );
};
