export type SentinelUrl = Readonly<{
  sentinels: readonly Readonly<{ host: string; port: number }>[];
  /** What the sentinels call the master. */
  name: string;
  /** The URL of a master at an address: user, password, TLS and database hold for whoever is master. */
  masterUrl(host: string, port: number): string;
}>;

const SENTINEL_PORT = 26_379;
const PATTERN = /^(rediss?)\+sentinel:\/\/(?:([^@/]*)@)?([^@/]+)\/([\w.-]+)(?:\/(\d*))?$/;
const HOST = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i;

/** Reads `redis+sentinel://[user:password@]host[:port],host[:port]/master-name[/db]`; undefined for a URL of another form. */
export const parseSentinelUrl = (url: string): SentinelUrl | undefined => {
  const [, scheme, credentials, hosts = "", name, db = ""] = PATTERN.exec(url) ?? [];
  if (scheme === undefined || name === undefined) return undefined;
  const found = hosts.split(",").map((each) => HOST.exec(each.trim()));
  const sentinels = found.flatMap((each) =>
    each?.[1] === undefined ? [] : [{ host: each[1].replace(/^\[|\]$/g, ""), port: Number(each[2] ?? SENTINEL_PORT) }],
  );
  if (sentinels.length < found.length) return undefined;
  const user = credentials === undefined ? "" : `${credentials}@`;
  return {
    sentinels,
    name,
    masterUrl: (host, port) => `${scheme}://${user}${host.includes(":") ? `[${host}]` : host}:${port}/${db}`,
  };
};
