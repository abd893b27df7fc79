import type { CirclePreset } from "../shared/api/directory.ts";
import type { JoinMode } from "../shared/join-mode.ts";
import { ConfigError } from "./config/config-error.ts";
import { type Environment, rawSettings } from "./config/environment.ts";
import { problemsOf, type Service } from "./config/problems.ts";
import type { PaceConfig } from "./settings/pace-setting.ts";
import type { logLevels } from "./settings/process-settings.ts";
import type { ClaimNames } from "./settings/token-settings.ts";
import { settingsSchema } from "./settings.ts";

export type LogLevel = (typeof logLevels)[number];

export type RedisConfig = Readonly<{
  url: string;
  /** `url` is one node of a Redis Cluster. */
  cluster: boolean;
  namespace: string;
  allowNoAof: boolean;
  /** How many replicas must have what was written before it is acknowledged. */
  ackReplicas: number;
  ackTimeoutMs: number;
}>;

export type TokenConfig = Readonly<{
  /** HS256 with a shared secret, or RS256/EdDSA with the keys found at the URL. */
  keys: Readonly<{ kind: "secret"; secret: string }> | Readonly<{ kind: "jwks"; url: string }>;
  issuer: string;
  audience: string;
  claims: ClaimNames;
  graceMs: number;
}>;

export type WebhookConfig = Readonly<{
  url: string;
  /** Each signs. */
  secrets: readonly string[];
  /** Whether it may be in a private network or on this machine. */
  allowPrivate: boolean;
}>;

export type FcmConfig =
  | Readonly<{ kind: "google"; credentialsFile: string }>
  | Readonly<{ kind: "sandbox"; connectionFile: string }>;

/** How much is pushed: in all, to one device, and how long a device may not have been heard of. */
export type PushLimits = Readonly<{
  perMinute: number;
  device: Readonly<{ perMinute: number; perHour: number }>;
  staleMs: number;
}>;

type CommonConfig = Readonly<{
  development: boolean;
  host: string;
  port: number;
  redis: RedisConfig;
  /** How long a process's sign of life holds. */
  leaseMs: number;
  /** How long a present player may leave a notice unread before it is pushed. */
  graceMs: number;
  /** How long decisions about players are kept; 0: not. */
  decisionsKeptMs: number;
  logLevel: LogLevel;
}>;

export type ChatConfig = CommonConfig &
  Readonly<{
    service: "chat";
    publicAddress?: string;
    allowedOrigins: readonly string[];
    apiKeys: readonly string[];
    token: TokenConfig;
    /** Where the studio decides about actions on cards. */
    webhook?: WebhookConfig;
    /** How long events are kept for the studio, and where it is told of them. */
    events: Readonly<{ keptMs: number; most: number; webhook?: WebhookConfig }>;
    historyLength: number;
    /** How long an entry is kept; undefined: as long as its number allows. */
    historyMs?: number;
    /** How long a case waits for a decision. */
    reportWaitMs: number;
    /** Where and how books of points are folded; without a folder they are not. */
    ledger: LedgerConfig;
    /** Where the rules of earning points are, and of one player in how many events are kept for dry runs. */
    earning: Readonly<{ rulesFile?: string; sample: number }>;
    /** Packs of stickers every player owns. */
    freePacks: readonly string[];
    /** The studio's folder of lists for the filter. */
    filterLists?: string;
    /** Whether players may create guilds themselves. */
    playersFoundGuilds: boolean;
    /** Guilds a player may create within 30 days. */
    guildsFounded: number;
    /** Whether players may found circles themselves. */
    playersFoundCircles: boolean;
    /** Circles made at start. */
    circlePresets: readonly CirclePreset[];
    /** Places of a new guild. */
    guildCapacity: number;
    /** How players join a guild that was made without saying so. */
    guildJoinMode: JoinMode;
    /** How long a player waits until he may join a guild again that he left. */
    rejoinMs: number;
    /** Link to a code, `{code}` standing for it. */
    inviteUrl?: string;
    guildLife: GuildLifeConfig;
    /** Of the evening of guilds nothing else is known of. */
    warZone: string;
    /** How long a guild looks for an opponent. */
    warSeekMs: number;
    /** Whether players may make teams themselves. */
    playersMakeTeams: boolean;
    /** When teams end. */
    teams: Readonly<{ idleMs: number; graceMs: number }>;
    /** Most connections of one room. */
    roomSeats: number;
    /** Most connections of one player to a process. */
    playerSockets: number;
    /** How fast channels may be written to, by their kind; undefined: as fast as one likes. */
    pace: Readonly<{ guild: PaceConfig | undefined; team: PaceConfig | undefined; circle: PaceConfig | undefined }>;
    /** Who carries voice; undefined: nobody. */
    voice?: Readonly<{ url: string; key: string; secret: string }>;
    /** Set only in development, and each part only where `npm start` runs it. */
    dev?: Readonly<{ dataDir: string; sandboxFile?: string; sandboxPort?: number; controlPort?: number }>;
  }>;

export type NotifierConfig = CommonConfig &
  Readonly<{
    service: "notifier";
    digestWindowMs: number;
    /** What who reads the metrics has to show; undefined: in production nobody does. */
    metricsToken?: string;
    fcm: FcmConfig;
    push: PushLimits;
  }>;

/** The FCM sandbox, which only development has; it listens on loopback. */
export type SandboxConfig = Readonly<{ service: "fcm-sandbox"; controlPort: number; connectionFile: string }>;

export type GuildLifeConfig = Readonly<{
  /** Points that must have come in for the second level, the third … */
  levels: readonly number[];
  /** From the announcement of a guild's end to it. */
  disbandMs: number;
  /** How long a leader must be away to be succeeded. */
  leaderAbsentMs: number;
  mailPerDay: number;
}>;

export type LedgerConfig = Readonly<{ folder?: string; keep: number }>;

/** The operator's command that goes through the books. */
export type AuditConfig = Readonly<{ service: "audit-ledger"; redis: RedisConfig; ledger: LedgerConfig }>;

/** The operator's command that brings what another system had. */
export type ImportConfig = Readonly<{
  service: "import";
  redis: RedisConfig;
  historyLength: number;
  guildCapacity: number;
  guildJoinMode: JoinMode;
}>;

/** What is said and read, in whichever process. */
export type SpeechConfig = Pick<
  ChatConfig,
  "development" | "historyLength" | "pace" | "filterLists" | "inviteUrl" | "webhook" | "freePacks"
>;

/** The chat in a process of the studio's own. */
export type PluginConfig = SpeechConfig &
  Pick<ChatConfig, "redis" | "leaseMs" | "logLevel" | "playerSockets"> &
  Readonly<{ service: "plugin" }>;

export type Config = ChatConfig | NotifierConfig | SandboxConfig | AuditConfig | ImportConfig | PluginConfig;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Every setting a service needs, checked; nothing else reads the environment. All wrong settings are told at once:
 * throws ConfigError, and nothing has been started yet.
 */
export function loadConfig(env: Environment, service: "chat"): ChatConfig;
export function loadConfig(env: Environment, service: "notifier"): NotifierConfig;
export function loadConfig(env: Environment, service: "fcm-sandbox"): SandboxConfig;
export function loadConfig(env: Environment, service: "audit-ledger"): AuditConfig;
export function loadConfig(env: Environment, service: "import"): ImportConfig;
export function loadConfig(env: Environment, service: "plugin"): PluginConfig;
export function loadConfig(env: Environment, service: Service): Config {
  const raw = rawSettings(env);
  const problems = problemsOf(raw, service, env);
  if (problems.length > 0) throw new ConfigError(problems);
  const read = settingsSchema.parse(raw);
  if (service === "fcm-sandbox")
    return { service, controlPort: read.FCM_SANDBOX_PORT, connectionFile: read.FCM_SANDBOX_FILE ?? "" };
  const common = {
    development: read.GREMIO_DEVELOPMENT,
    host: read.HOST,
    redis: {
      url: read.REDIS_URL ?? "",
      cluster: read.GREMIO_REDIS_CLUSTER,
      namespace: read.GREMIO_NAMESPACE,
      allowNoAof: read.GREMIO_ALLOW_NO_AOF,
      ackReplicas: read.GREMIO_ACK_REPLICAS,
      ackTimeoutMs: read.GREMIO_ACK_TIMEOUT_MS,
    },
    leaseMs: read.GREMIO_LEASE_MS,
    graceMs: read.GREMIO_GRACE_MS,
    decisionsKeptMs: read.GREMIO_DECISIONS_DAYS * DAY_MS,
    logLevel: read.LOG_LEVEL,
  };
  const ledger = {
    keep: read.GREMIO_LEDGER_KEEP,
    ...(read.GREMIO_LEDGER_FOLDER && { folder: read.GREMIO_LEDGER_FOLDER }),
  };
  if (service === "audit-ledger") return { service, redis: common.redis, ledger };
  const { GREMIO_HISTORY_LENGTH: historyLength, GREMIO_GUILD_CAPACITY: guildCapacity } = read;
  const guildJoinMode = read.GREMIO_GUILD_JOIN_MODE;
  if (service === "import") return { service, redis: common.redis, historyLength, guildCapacity, guildJoinMode };
  if (service === "notifier") {
    const fcm: FcmConfig = read.GOOGLE_APPLICATION_CREDENTIALS
      ? { kind: "google", credentialsFile: read.GOOGLE_APPLICATION_CREDENTIALS }
      : { kind: "sandbox", connectionFile: read.FCM_SANDBOX_FILE ?? "" };
    const push: PushLimits = {
      perMinute: read.GREMIO_PUSH_PER_MINUTE,
      device: { perMinute: read.GREMIO_PUSH_DEVICE_PER_MINUTE, perHour: read.GREMIO_PUSH_DEVICE_PER_HOUR },
      staleMs: read.GREMIO_DEVICE_STALE_DAYS * DAY_MS,
    };
    return {
      ...common,
      ...{ service, port: read.NOTIFIER_PORT, digestWindowMs: read.GREMIO_DIGEST_WINDOW_MS, fcm, push },
      ...(read.GREMIO_METRICS_TOKEN && { metricsToken: read.GREMIO_METRICS_TOKEN }),
    };
  }
  const webhookAt = (url: string): WebhookConfig => ({
    url,
    secrets: read.GREMIO_WEBHOOK_SECRET ?? [],
    allowPrivate: read.GREMIO_DEVELOPMENT || read.GREMIO_WEBHOOK_PRIVATE,
  });
  const speech: SpeechConfig = {
    development: common.development,
    historyLength,
    pace: { guild: read.GREMIO_GUILD_PACE, team: read.GREMIO_TEAM_PACE, circle: read.GREMIO_CIRCLE_PACE },
    freePacks: read.GREMIO_FREE_PACKS,
    ...(read.GREMIO_FILTER_LISTS && { filterLists: read.GREMIO_FILTER_LISTS }),
    ...(read.GREMIO_INVITE_URL && { inviteUrl: read.GREMIO_INVITE_URL }),
    ...(read.GREMIO_WEBHOOK_URL && { webhook: webhookAt(read.GREMIO_WEBHOOK_URL) }),
  };
  const playerSockets = read.GREMIO_PLAYER_SOCKETS;
  if (service === "plugin") {
    const { redis, leaseMs, logLevel } = common;
    return { ...speech, service, redis, leaseMs, logLevel, playerSockets };
  }
  return {
    ...common,
    ...speech,
    service,
    port: read.PORT,
    ...(read.GREMIO_PUBLIC_ADDRESS && { publicAddress: read.GREMIO_PUBLIC_ADDRESS }),
    allowedOrigins: read.GREMIO_ALLOWED_ORIGINS ?? [],
    apiKeys: read.GREMIO_API_KEYS ?? [],
    token: {
      keys: read.GREMIO_TOKEN_JWKS_URL
        ? { kind: "jwks", url: read.GREMIO_TOKEN_JWKS_URL }
        : { kind: "secret", secret: read.GREMIO_TOKEN_SECRET ?? "" },
      issuer: read.GREMIO_TOKEN_ISSUER ?? "",
      audience: read.GREMIO_TOKEN_AUDIENCE ?? "",
      claims: read.GREMIO_TOKEN_CLAIMS,
      graceMs: read.GREMIO_TOKEN_GRACE_MS,
    },
    events: {
      keptMs: read.GREMIO_EVENTS_DAYS * DAY_MS,
      most: read.GREMIO_EVENTS_MOST,
      ...(read.GREMIO_EVENTS_URL && { webhook: webhookAt(read.GREMIO_EVENTS_URL) }),
    },
    ...(read.GREMIO_HISTORY_DAYS > 0 && { historyMs: read.GREMIO_HISTORY_DAYS * DAY_MS }),
    reportWaitMs: read.GREMIO_REPORT_DAYS * DAY_MS,
    ledger,
    earning: {
      ...(read.GREMIO_EARNING_RULES && { rulesFile: read.GREMIO_EARNING_RULES }),
      sample: read.GREMIO_EARNING_SAMPLE,
    },
    playersFoundGuilds: read.GREMIO_PLAYERS_FOUND_GUILDS,
    guildsFounded: read.GREMIO_GUILDS_FOUNDED,
    playersFoundCircles: read.GREMIO_PLAYERS_FOUND_CIRCLES,
    circlePresets: read.GREMIO_CIRCLE_PRESETS ?? [],
    guildCapacity,
    guildJoinMode,
    rejoinMs: read.GREMIO_REJOIN_HOURS * HOUR_MS,
    guildLife: {
      levels: read.GREMIO_GUILD_LEVELS,
      disbandMs: read.GREMIO_DISBAND_HOURS * HOUR_MS,
      leaderAbsentMs: read.GREMIO_LEADER_ABSENT_DAYS * DAY_MS,
      mailPerDay: read.GREMIO_MAIL_PER_DAY,
    },
    warZone: read.GREMIO_WAR_ZONE,
    warSeekMs: read.GREMIO_WAR_SEEK_MINUTES * MINUTE_MS,
    playersMakeTeams: read.GREMIO_PLAYERS_MAKE_TEAMS,
    teams: {
      idleMs: read.GREMIO_TEAM_IDLE_MINUTES * MINUTE_MS,
      graceMs: read.GREMIO_TEAM_GRACE_MINUTES * MINUTE_MS,
    },
    roomSeats: read.GREMIO_ROOM_SEATS,
    playerSockets,
    ...(read.GREMIO_LIVEKIT_URL && {
      voice: {
        url: read.GREMIO_LIVEKIT_URL,
        key: read.GREMIO_LIVEKIT_KEY ?? "",
        secret: read.GREMIO_LIVEKIT_SECRET ?? "",
      },
    }),
    ...(read.GREMIO_DEVELOPMENT && {
      dev: {
        dataDir: read.GREMIO_DATA_DIR,
        ...(read.FCM_SANDBOX_PORT > 0 && { sandboxPort: read.FCM_SANDBOX_PORT }),
        ...(read.FCM_SANDBOX_FILE && { sandboxFile: read.FCM_SANDBOX_FILE }),
        ...(read.GREMIO_DEV_CONTROL && { controlPort: read.GREMIO_DEV_CONTROL }),
      },
    }),
  };
}
