/** A floor of the house: the files under these paths (a folder ends with "/"), and the floors they may import besides their own. */
export type Floor = Readonly<{ name: string; paths: readonly string[]; mayImport: readonly string[] }>;

const domain = [
  "channel",
  "card",
  "guild",
  "points",
  "ranking",
  "season",
  "link",
  "reward",
  "import",
  "player",
  "home",
  "phrase",
  "presence",
  "push-policy",
  "decisions",
  "broadcast",
  "outbox",
  "directory",
  "team",
  "pvp",
  "moderation",
  "identity",
] as const;

/**
 * Who may import whom, one direction only; the first floor with a path that fits a file is its floor. A file of no floor is
 * refused, so that a new folder is placed on purpose. Packages of npm are judged by `bannedPackages`.
 */
export const floors: readonly Floor[] = [
  { name: "shared", paths: ["shared/"], mayImport: [] },
  { name: "client", paths: ["client/"], mayImport: ["shared"] },
  { name: "web", paths: ["web/"], mayImport: ["client", "shared"] },
  {
    name: "settings",
    paths: [
      ...["config.ts", "settings.ts", "listen.ts", "port-of.ts", "service.ts"].map((file) => `server/${file}`),
      ...["server/config/", "server/settings/"],
    ],
    mayImport: ["shared"],
  },
  { name: "redis", paths: ["server/redis/"], mayImport: ["shared"] },
  { name: "domain", paths: domain.map((feature) => `server/${feature}/`), mayImport: ["shared", "redis"] },
  { name: "sandbox", paths: ["server/fcm-sandbox/"], mayImport: ["shared", "settings"] },
  { name: "operations", paths: ["server/operations/"], mayImport: ["shared", "domain"] },
  { name: "rooms", paths: ["server/rooms/"], mayImport: ["shared", "redis", "domain", "operations"] },
  { name: "webhook", paths: ["server/webhook/"], mayImport: ["shared", "domain"] },
  { name: "voice", paths: ["server/voice/"], mayImport: ["shared", "redis"] },
  { name: "api", paths: ["server/api/"], mayImport: ["shared", "redis", "domain", "operations"] },
  {
    name: "notifier entry",
    paths: ["server/notifier/service.ts"],
    mayImport: ["shared", "redis", "domain", "settings", "notifier", "sandbox"],
  },
  { name: "notifier", paths: ["server/notifier/"], mayImport: ["shared", "redis", "domain"] },
  {
    name: "chat entry",
    paths: ["server/chat-service.ts", "server/plugin.ts", "server/chat/"],
    mayImport: ["shared", "redis", "domain", "settings", "operations", "rooms", "webhook", "voice", "api", "page"],
  },
  { name: "page", paths: ["server/dev/"], mayImport: ["shared", "redis", "domain", "settings", "notifier"] },
  {
    name: "operator's commands",
    paths: ["server/audit-ledger.ts", "server/import.ts"],
    mayImport: ["shared", "redis", "domain", "settings"],
  },
  {
    name: "main",
    paths: ["server/main.ts"],
    mayImport: ["settings", "redis", "chat entry", "notifier entry", "sandbox"],
  },
  { name: "bots", paths: ["deploy/bots.ts", "deploy/bots/"], mayImport: ["shared", "client", "settings"] },
  { name: "deploy", paths: ["deploy/", "vitest.config.ts"], mayImport: ["shared", "settings"] },
  {
    name: "flood traces",
    paths: ["bench/flood/traces.ts", "bench/flood/clocked-redis.ts"],
    mayImport: ["shared", "redis", "domain", "settings", "deploy", "bench"],
  },
  { name: "filter traces", paths: ["bench/filter-traces/"], mayImport: ["shared", "domain", "bench"] },
  {
    name: "listed guilds",
    paths: ["bench/directory/list-guilds.ts"],
    mayImport: ["shared", "redis", "domain", "bench"],
  },
  {
    // The notifier is driven without a chat service: what it does is measured, not how a notice is written.
    name: "measured pushes",
    paths: ["bench/push/", "bench/notice-cost/", "bench/million/"],
    mayImport: ["shared", "redis", "domain", "notifier", "notifier entry", "sandbox", "settings", "bench"],
  },
  {
    // Our rules are asked as the notifier asks them, on a simulated clock.
    name: "policy lab",
    paths: ["bench/lab/"],
    mayImport: ["shared", "domain", "notifier", "settings", "bench"],
  },
  {
    name: "bench",
    paths: ["bench/"],
    mayImport: ["shared", "client", "settings", "deploy", "listed guilds", "measured pushes"],
  },
  {
    name: "test",
    paths: ["test/"],
    mayImport: [
      ...[
        "shared",
        "client",
        "web",
        "settings",
        "redis",
        "domain",
        "sandbox",
        "operations",
        "rooms",
        "webhook",
        "voice",
        "api",
        "page",
      ],
      ...[
        "notifier",
        "notifier entry",
        "chat entry",
        "deploy",
        "bench",
        "flood traces",
        "listed guilds",
        "measured pushes",
        "policy lab",
      ],
    ],
  },
];

/** Packages that floors must not know, by the name's beginning: the domain knows neither Colyseus, HTTP nor FCM. */
export const bannedPackages: Readonly<Record<string, readonly string[]>> = {
  shared: ["@colyseus/core", "redis", "ioredis", "node:", "hono", "express", "bullmq", "firebase-admin"],
  client: ["@colyseus/core", "redis", "ioredis", "node:", "hono", "express", "bullmq", "firebase-admin"],
  web: ["@colyseus/core", "redis", "ioredis", "node:", "hono", "express", "bullmq", "firebase-admin"],
  redis: ["@colyseus/", "hono", "express", "bullmq", "firebase-admin"],
  domain: ["@colyseus/", "hono", "@hono/", "express", "ws", "node:http", "bullmq", "firebase-admin"],
};
