import { z } from "zod";
import { CIRCLE_PRESETS } from "../shared/api/directory.ts";
import { itemIdSchema } from "../shared/entry.ts";
import { MOST_LEVELS } from "../shared/guild-level.ts";
import { JOIN_MODES, joinModeSchema } from "../shared/join-mode.ts";
import { LIMITS } from "../shared/limits.ts";
import { PACE_EXPECTED, paceSetting } from "./pace-setting.ts";

/** What is said about a setting, in the table of docs/settings.md and when its value is refused. */
type About = { what: string; expected: string; default?: string; secret?: true };

const about = z.registry<About>();
function setting<T extends z.ZodType>(schema: T, said: About): T {
  about.add(schema, said);
  return schema;
}

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max);

const duration = (what: string, fallbackMs: number, minMs: number, maxMs: number) =>
  setting(wholeNumber(minMs, maxMs), {
    what,
    expected: `milliseconds, ${minMs} to ${maxMs}`,
    default: String(fallbackMs),
  });

const port = (what: string, fallback: string) =>
  setting(wholeNumber(0, 65_535), { what, expected: "a port, 0 to 65535 (0: any free one)", default: fallback });

const flag = (what: string) =>
  setting(
    z.enum(["0", "1", "false", "true"]).transform((value) => value === "1" || value === "true"),
    { what, expected: "1 or 0", default: "0" },
  );

const url = (...protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol));

const hasNoPassword = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return username === "" && password === "";
};

const isPercentEncoded = (value: string): boolean => {
  try {
    return decodeURIComponent(value) !== undefined;
  } catch {
    return false;
  }
};

/** What `parseSentinelUrl` in server/redis reads. */
const SENTINEL_URL = /^rediss?\+sentinel:\/\/([^@/]*@)?[\w.:[\]-]+(,[\w.:[\]-]+)*\/[\w.-]+(\/\d*)?$/;

const redisUrl = z.string().refine((value) => {
  if (SENTINEL_URL.test(value)) return true;
  if (!URL.canParse(value) || !["redis:", "rediss:"].includes(new URL(value).protocol)) return false;
  const { hostname, pathname, username, password } = new URL(value);
  return hostname !== "" && /^(\/\d*)?$/.test(pathname) && isPercentEncoded(username) && isPercentEncoded(password);
});

const list = <T extends string>(item: z.ZodType<T, string>) =>
  z
    .string()
    .transform((value) =>
      value
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(item));

const rising = z
  .string()
  .transform((value) => value.split(",").map((part) => part.trim()))
  .pipe(z.array(wholeNumber(1, 1e15)).max(MOST_LEVELS - 1))
  .refine((totals) => totals.every((total, index) => index === 0 || total > (totals[index - 1] ?? 0)));

const origin = z.string().refine((value) => value === "*" || (URL.canParse(value) && new URL(value).origin === value));

const GUILD_PACE = "sender=20/2,channel=200/50,reserve=25,slow=0,similar=3/60,short=8/60,raid=4/60,timeout=10/3600";
const CIRCLE_PACE = "sender=20/2,channel=200/50,reserve=25,slow=0,similar=3/60,short=8/60,raid=4/60,timeout=10/3600";
const TEAM_PACE = "sender=20/2,channel=100/25,reserve=25,slow=0,similar=3/60,short=8/60,raid=0,timeout=10/3600";

const pace = (what: string, fallback: string) =>
  setting(paceSetting(fallback), { what, expected: PACE_EXPECTED, default: fallback });

/** The parts of a profile, the packs of stickers, and whether its player is a minor, which a token may carry; each is read from the claim that GREMIO_TOKEN_CLAIMS names. */
export const claimFields = [
  ...(["id", "name", "avatar", "level", "power", "locale", "zone", "fields", "packs", "minor"] as const),
] as const;
export type ClaimField = (typeof claimFields)[number];
export type ClaimNames = Readonly<Record<ClaimField, string>>;

const defaultClaims: ClaimNames = {
  id: "sub",
  name: "name",
  avatar: "avatar",
  level: "level",
  power: "power",
  locale: "locale",
  zone: "zone",
  fields: "fields",
  packs: "packs",
  minor: "minor",
};

const isClaimField = (value: string): value is ClaimField => claimFields.some((field) => field === value);

const claims = z.string().transform((value, context): ClaimNames => {
  const names: Record<ClaimField, string> = { ...defaultClaims };
  for (const pair of value.split(",").filter((part) => part.trim() !== "")) {
    const [field, claim] = [pair.slice(0, pair.indexOf("=")).trim(), pair.slice(pair.indexOf("=") + 1).trim()];
    if (!pair.includes("=") || !isClaimField(field) || claim === "") {
      context.addIssue({ code: "custom", message: `"${pair.trim()}" is not field=claim` });
      return z.NEVER;
    }
    names[field] = claim;
  }
  return names;
});

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

export const REDIS_URL_EXPECTED =
  "redis://[user:password@]host[:port][/db], redis+sentinel://[user:password@]host[:port],host[:port]/master-name[/db], or with rediss for TLS, db being a number";
export const CREDENTIALS_EXPECTED = "the path of a service account's JSON file";

/** Every setting of the services. Values are strings of the environment; an empty one is unset. */
export const settingsSchema = z.object({
  PORT: port("Port of the chat service: WebSocket, HTTP API and, in development, the page.", "2567"),
  HOST: setting(z.string().min(1), {
    what: "Address both services listen on.",
    expected: "an address of this machine",
    default: "0.0.0.0",
  }),
  GREMIO_PUBLIC_ADDRESS: setting(
    z
      .string()
      .regex(/^([a-zA-Z0-9.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?$/)
      .optional(),
    {
      what: "Where clients reach this very process, when a balancer stands before several. Unset: the address they joined at.",
      expected: "host or host:port, without a scheme",
    },
  ),
  REDIS_URL: setting(redisUrl.optional(), {
    what: "The Redis (7 or later) that holds everything. User and password belong into the URL; `rediss://` is TLS. With Sentinel: `redis+sentinel://host:port,host:port/master-name`.",
    expected: REDIS_URL_EXPECTED,
    secret: true,
  }),
  GREMIO_REDIS_CLUSTER: flag("REDIS_URL is one node of a Redis Cluster."),
  GREMIO_NAMESPACE: setting(z.string().regex(/^[a-z0-9_-]{1,32}$/), {
    what: "Prefix of every key, channel and queue: environments with different ones can share a Redis.",
    expected: "1 to 32 of a-z 0-9 _ -",
    default: "gremio",
  }),
  GREMIO_ALLOW_NO_AOF: flag(
    "Accept a Redis without append-only file: what was acknowledged is lost when Redis restarts.",
  ),
  GREMIO_ACK_REPLICAS: setting(wholeNumber(0, 10), {
    what: "How many replicas of Redis must have what was sent before it is acknowledged. 0: none is waited for.",
    expected: "a whole number, 0 to 10",
    default: "0",
  }),
  GREMIO_ACK_TIMEOUT_MS: duration(
    "How long replicas are waited for; then the sender is told that the outcome is unknown, and tries again.",
    1_000,
    10,
    5_000,
  ),
  GREMIO_HISTORY_LENGTH: setting(wholeNumber(10, 10_000_000), {
    what: "Entries kept per channel; older ones are dropped.",
    expected: "a whole number, 10 to 10000000",
    default: "10000",
  }),
  GREMIO_HISTORY_DAYS: setting(wholeNumber(0, 3_650), {
    what: "Days an entry is kept; older ones are dropped within about an hour. 0: as long as GREMIO_HISTORY_LENGTH allows.",
    expected: "a whole number, 0 to 3650",
    default: "0",
  }),
  GREMIO_LEDGER_FOLDER: setting(z.string().min(1).optional(), {
    what: "Folder for the segments of books of points, which all chat processes share and nothing else is in. Unset: all entries stay in Redis, 150 to 320 bytes each.",
    expected: "a folder",
  }),
  GREMIO_LEDGER_KEEP: setting(wholeNumber(25, 10_000), {
    what: "Entries a book keeps in Redis, and entries of a segment: a book with twice as many is folded.",
    expected: "a whole number, 25 to 10000",
    default: "100",
  }),
  GREMIO_ROOM_SEATS: setting(wholeNumber(1, 100_000), {
    what: "Most connections one room of a channel holds; when all of a process are full, it opens another.",
    expected: "a whole number, 1 to 100000",
    default: "2000",
  }),
  GREMIO_PLAYER_SOCKETS: setting(wholeNumber(2, 100_000), {
    what: "Most connections of one player to one process: a device has two at most. Whoever comes is admitted; beyond it connections that do not answer are closed, then the oldest.",
    expected: "a whole number, 2 to 100000",
    default: "20",
  }),
  GREMIO_GUILD_PACE: pace(
    "How fast a guild's channel may be written to: a member's messages (at once/per second), those of all members, the per cent of these kept for leaders and officers, slow mode (ms), messages that say the same, the same for short ones, members who say the same very long one (count/window in s), time-outs (first/longest in s). 0 turns a part off, `off` all.",
    GUILD_PACE,
  ),
  GREMIO_TEAM_PACE: pace("The same for a team's channel.", TEAM_PACE),
  GREMIO_CIRCLE_PACE: pace("The same for a circle's channel.", CIRCLE_PACE),
  GREMIO_EARNING_RULES: setting(z.string().min(1).optional(), {
    what: "File with the studio's rules for earning points (docs/earning.md); a change is in force within 2 s. Unset: events pay nothing.",
    expected: "the path of a JSON file",
  }),
  GREMIO_EARNING_SAMPLE: setting(wholeNumber(1, 1_000), {
    what: "Events of one player in so many are kept for 8 days, for dry runs of other earning rules. 1: of all.",
    expected: "a whole number, 1 to 1000",
    default: "16",
  }),
  GREMIO_API_KEYS: setting(list(z.string().min(16)).optional(), {
    what: "Keys of the game's backend for the HTTP API. Several, so that they can be rotated.",
    expected: "one or more keys of at least 16 characters, separated by commas",
    secret: true,
  }),
  GREMIO_WEBHOOK_URL: setting(url("https:", "http:").refine(hasNoPassword).optional(), {
    what: "Where the studio decides about actions on its cards: each is a signed POST. Unset: cards have no such actions.",
    expected: "an https:// URL without user and password",
  }),
  GREMIO_WEBHOOK_SECRET: setting(list(z.string().min(32)).optional(), {
    what: "Secret with which requests to GREMIO_WEBHOOK_URL and GREMIO_EVENTS_URL are signed (HMAC with SHA-256). Several sign side by side, so that they can be rotated.",
    expected: "one or more secrets of at least 32 characters, separated by commas",
    secret: true,
  }),
  GREMIO_WEBHOOK_PRIVATE: flag(
    "Let webhooks go to addresses of private networks and of this machine, which are refused otherwise (not in development).",
  ),
  GREMIO_EVENTS_URL: setting(url("https:", "http:").refine(hasNoPassword).optional(), {
    what: "Where the studio is told what happened: batches of events as signed POSTs. Unset: it asks `GET /v1/events` or not at all.",
    expected: "an https:// URL without user and password",
  }),
  GREMIO_EVENTS_DAYS: setting(wholeNumber(1, 90), {
    what: "Days an event can be asked for with `GET /v1/events`, and waits for GREMIO_EVENTS_URL; a million events at most.",
    expected: "a whole number, 1 to 90",
    default: "7",
  }),
  GREMIO_TOKEN_SECRET: setting(z.string().min(32).optional(), {
    what: "Secret with which the game's backend signs players' tokens (HS256). Either this or GREMIO_TOKEN_JWKS_URL.",
    expected: "at least 32 characters",
    secret: true,
  }),
  GREMIO_TOKEN_JWKS_URL: setting(url("https:", "http:").optional(), {
    what: "Where the public keys for players' tokens are (RS256 or EdDSA).",
    expected: "an https:// URL",
  }),
  GREMIO_TOKEN_ISSUER: setting(z.string().min(1).optional(), {
    what: "`iss` that a player's token must carry.",
    expected: "the issuer's name",
  }),
  GREMIO_TOKEN_AUDIENCE: setting(z.string().min(1).optional(), {
    what: "`aud` that a player's token must carry.",
    expected: "the audience's name",
  }),
  GREMIO_TOKEN_CLAIMS: setting(claims, {
    what: `Which claim of the token holds which part of the profile, the packs of stickers the player owns, or whether he is a minor (${claimFields.join(", ")}), like \`id=user_id,level=lvl\`. Unnamed ones keep their default.`,
    expected: `field=claim pairs separated by commas; fields: ${claimFields.join(", ")}`,
    default: claimFields.map((field) => `${field}=${defaultClaims[field]}`).join(","),
  }),
  GREMIO_FREE_PACKS: setting(list(itemIdSchema), {
    what: "Packs of stickers that every player owns. Others are owned by the token or by `PUT /v1/players/{player}/packs`.",
    expected: "ids of packs (A-Z a-z 0-9 _ -, at most 40 characters), separated by commas",
    default: "gremio",
  }),
  GREMIO_FILTER_LISTS: setting(z.string().min(1).optional(), {
    what: "Folder with the studio's own lists for the filter (docs/moderation.md); a change is in force within 5 s. Unset: Gremio's lists alone.",
    expected: "the path of a folder with .json files",
  }),
  GREMIO_GUILD_CAPACITY: setting(wholeNumber(1, LIMITS.guildCapacity), {
    what: "Places of a new guild. The game's backend can give each guild more or fewer.",
    expected: `a whole number, 1 to ${LIMITS.guildCapacity}`,
    default: String(LIMITS.guildMembers),
  }),
  GREMIO_GUILD_JOIN_MODE: setting(joinModeSchema, {
    what: "How players join a guild that was created without `joinMode`. `quickJoin` finds only open ones: with `open` it finds a place in any guild that has one.",
    expected: JOIN_MODES.join(", "),
    default: "request",
  }),
  GREMIO_REJOIN_HOURS: setting(wholeNumber(0, 8_760), {
    what: "Hours a player must wait, after he left a guild or was removed, until he may join the same one again. The game's backend is not bound by it.",
    expected: "a whole number, 0 to 8760",
    default: "24",
  }),
  GREMIO_INVITE_URL: setting(
    z
      .string()
      .refine((value) => value.includes("{code}") && URL.canParse(value) && new URL(value).protocol === "https:")
      .optional(),
    {
      what: "Link to a guild's code that players share, `{code}` standing for it, like `https://game.example/i/{code}`. Unset: codes are shared without a link.",
      expected: "an https:// URL with {code} in it",
    },
  ),
  GREMIO_PLAYERS_FOUND_GUILDS: flag("1: players may create guilds themselves; 0: only the game's backend does."),
  GREMIO_PLAYERS_FOUND_CIRCLES: flag("1: players may found circles themselves; 0: only the game's backend does."),
  GREMIO_CIRCLE_PRESETS: setting(list(z.string().pipe(z.enum(CIRCLE_PRESETS))).optional(), {
    what: "Circles that are made at start, one for each language: for all (`world`), and to look for guilds and members (`recruitment`). Nobody is in them but by choice.",
    expected: `any of ${CIRCLE_PRESETS.join(", ")}, separated by commas`,
  }),
  GREMIO_GUILD_LEVELS: setting(rising, {
    what: "Points that must ever have come into a guild's book for its second level, the third, and so on.",
    expected: `rising whole numbers separated by commas, at most ${MOST_LEVELS - 1}`,
    default:
      "1000,3000,6000,10000,15000,21000,28000,36000,45000,55000,70000,90000,120000,160000,220000,300000,400000,550000,750000",
  }),
  GREMIO_DISBAND_HOURS: setting(wholeNumber(0, 720), {
    what: "Hours between the announcement that a guild is disbanded and its end, in which it can be taken back.",
    expected: "a whole number, 0 to 720",
    default: "72",
  }),
  GREMIO_LEADER_ABSENT_DAYS: setting(wholeNumber(1, 365), {
    what: "Days for which a guild's leader must not have been seen before a member may take his place.",
    expected: "a whole number, 1 to 365",
    default: "14",
  }),
  GREMIO_MAIL_PER_DAY: setting(wholeNumber(0, 20), {
    what: "Mails to all members that a guild may send within 24 hours; the game's backend may always.",
    expected: "a whole number, 0 to 20",
    default: "3",
  }),
  GREMIO_TOKEN_GRACE_MS: duration("How long an expired token is tolerated in an open session.", 60_000, 0, 600_000),
  GREMIO_ALLOWED_ORIGINS: setting(list(origin).optional(), {
    what: "Web origins that may call the HTTP API and join (CORS). Unset: only pages of the same origin.",
    expected: "origins like https://game.example, separated by commas, or *",
  }),
  GREMIO_LEASE_MS: duration(
    "How long a chat process counts as alive after its last sign of life; then its players are away.",
    10_000,
    200,
    120_000,
  ),
  GREMIO_GRACE_MS: duration(
    "How long the notifier waits, before it pushes, for a player who is present but has not read yet.",
    60_000,
    0,
    3_600_000,
  ),
  GREMIO_DIGEST_WINDOW_MS: duration(
    "How long plain chat is gathered before absent members get one digest.",
    600_000,
    100,
    86_400_000,
  ),
  NOTIFIER_PORT: port("Port of the notifier service (health and readiness).", "2568"),
  GOOGLE_APPLICATION_CREDENTIALS: setting(z.string().min(1).optional(), {
    what: "File with the service account that may send through FCM. The notifier needs it in production.",
    expected: CREDENTIALS_EXPECTED,
  }),
  FCM_SANDBOX_FILE: setting(z.string().min(1).optional(), {
    what: "Development only: the FCM sandbox's connection file, which the sandbox writes and the notifier uses instead of the real FCM.",
    expected: "unset in production",
  }),
  FCM_SANDBOX_PORT: port("Development only: port of the FCM sandbox's control side, on loopback.", "0"),
  GREMIO_DEV_CONTROL: setting(wholeNumber(1, 65_535).optional(), {
    what: "Development only: port of the control server of `npm start`. Set by it.",
    expected: "unset in production",
  }),
  GREMIO_DATA_DIR: setting(z.string().min(1), {
    what: "Development only: where `npm start` keeps its Redis' data and its secrets.",
    expected: "a folder",
    default: ".data",
  }),
  GREMIO_DEVELOPMENT: flag("Development only: page, sandbox and default secrets. Set by `npm start` and by tests."),
  LOG_LEVEL: setting(z.enum(logLevels), {
    what: "The least important log lines still written (JSON, on stderr).",
    expected: logLevels.join(", "),
    default: "info",
  }),
});

export type SettingName = keyof typeof settingsSchema.shape;
export type Setting = Readonly<About> & { readonly name: SettingName };

const isSettingName = (name: string): name is SettingName => name in settingsSchema.shape;

/** Every setting with what it is; docs/settings.md lists the same. */
export const settings: readonly Setting[] = Object.keys(settingsSchema.shape)
  .filter(isSettingName)
  .map((name) => {
    const said = about.get(settingsSchema.shape[name]);
    if (!said) throw new Error(`setting ${name} is not described`);
    return { name, ...said };
  });
