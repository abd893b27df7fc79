import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, DEV_API_KEY, DEV_TOKEN_SECRET, loadConfig, type Service } from "../server/config.ts";
import { type SettingName, settings } from "../server/settings.ts";
import { run } from "./run.ts";

const root = join(import.meta.dirname, "..");

const production: Readonly<Record<string, string>> = {
  REDIS_URL: "rediss://game:hunter2@redis.internal:6380",
  GREMIO_API_KEYS: "key-of-the-backend-1",
  GREMIO_TOKEN_SECRET: "0123456789abcdef0123456789abcdef",
  GREMIO_TOKEN_ISSUER: "https://game.example",
  GREMIO_TOKEN_AUDIENCE: "gremio",
  GOOGLE_APPLICATION_CREDENTIALS: "/run/secrets/fcm.json",
};

type Changes = Readonly<Record<string, string | undefined>>;

function load(env: Changes, service: Service) {
  return service === "chat" ? loadConfig(env, service) : loadConfig(env, service);
}

function problemsWith(changes: Changes, service: Service = "chat") {
  try {
    load({ ...production, ...changes }, service);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}

describe("[CF1] a wrong setting is refused by name, with what was found and what is expected", () => {
  const wrong: ReadonlyArray<[SettingName, string, RegExp]> = [
    ["PORT", "80x", /a port, 0 to 65535/],
    ["PORT", "65536", /a port/],
    ["PORT", "-1", /a port/],
    ["PORT", "1e3", /a port/],
    ["GREMIO_PUBLIC_ADDRESS", "https://chat.example", /host or host:port/],
    ["REDIS_URL", "http://redis", /redis:\/\//],
    ["REDIS_URL", "redis", /redis:\/\//],
    ["GREMIO_REDIS_CLUSTER", "yes", /1 or 0/],
    ["GREMIO_NAMESPACE", "Gremio", /a-z 0-9 _ -/],
    ["GREMIO_NAMESPACE", "a".repeat(33), /1 to 32/],
    ["GREMIO_NAMESPACE", "a{b}", /a-z 0-9 _ -/],
    ["GREMIO_SENDER_BURST", "-1", /0 to 10000/],
    ["GREMIO_ALLOW_NO_AOF", "maybe", /1 or 0/],
    ["GREMIO_HISTORY_LENGTH", "9", /10 to/],
    ["GREMIO_API_KEYS", "long-enough-for-a-key,short", /at least 16 characters/],
    ["GREMIO_API_KEYS", ",", /at least 16 characters/],
    ["GREMIO_TOKEN_SECRET", "a".repeat(31), /at least 32 characters/],
    ["GREMIO_TOKEN_JWKS_URL", "https://keys.example", /nothing when GREMIO_TOKEN_SECRET is set/],
    ["GREMIO_TOKEN_CLAIMS", "id=user_id,mail=email", /fields: id, name/],
    ["GREMIO_TOKEN_CLAIMS", "id", /field=claim/],
    ["GREMIO_TOKEN_CLAIMS", "id=", /field=claim/],
    ["GREMIO_TOKEN_GRACE_MS", "1.5", /milliseconds, 0 to 600000/],
    ["GREMIO_ALLOWED_ORIGINS", "game.example", /https:\/\/game\.example/],
    ["GREMIO_ALLOWED_ORIGINS", "https://game.example/path", /https:\/\/game\.example/],
    ["GREMIO_LEASE_MS", "10s", /milliseconds, 200 to/],
    ["GREMIO_GRACE_MS", "99999999", /milliseconds, 0 to/],
    ["GREMIO_DIGEST_WINDOW_MS", "0", /milliseconds, 100 to/],
    ["NOTIFIER_PORT", "http", /a port/],
    ["LOG_LEVEL", "loud", /fatal, error, warn/],
  ];

  test.each(wrong)("[CF1] %s=%s", (name, value, expected) => {
    expect(problemsWith({ [name]: value })).toEqual([
      { name, found: expect.any(String), expected: expect.stringMatching(expected) },
    ]);
  });

  test("[CF1] all wrong ones are told at once, in one message", () => {
    const changes = { PORT: "many", LOG_LEVEL: "loud", GREMIO_TOKEN_ISSUER: undefined };
    expect(problemsWith(changes).map(({ name }) => name)).toEqual(["PORT", "GREMIO_TOKEN_ISSUER", "LOG_LEVEL"]);
    expect(() => load({ ...production, ...changes }, "chat")).toThrow(
      /3 settings are wrong:\n {2}PORT: found "many"; expected a port.*\n {2}GREMIO_TOKEN_ISSUER: found nothing; expected/,
    );
  });
});

test.each([
  ["GREMIO_API_KEYS", "hunter2"],
  ["GREMIO_TOKEN_SECRET", "hunter2"],
  ["REDIS_URL", "http://user:hunter2@host"],
])("[CF2] %s is refused without showing its value", (name, value) => {
  const [problem] = problemsWith({ [name]: value });
  expect(problem).toMatchObject({ name, found: `(hidden, ${value.length} characters)` });
  expect(JSON.stringify(problem)).not.toContain("hunter2");
});

test("[CF3] the documented defaults hold for what is left out or empty", () => {
  const empty = Object.fromEntries(settings.map(({ name }) => [name, ""]));
  for (const env of [production, { ...empty, ...production }]) {
    expect(load(env, "chat")).toMatchObject({
      development: false,
      host: "0.0.0.0",
      port: 2567,
      redis: { namespace: "gremio", cluster: false, allowNoAof: false },
      leaseMs: 10_000,
      graceMs: 60_000,
      historyLength: 10_000,
      allowedOrigins: [],
      token: { claims: { id: "sub", name: "name" }, graceMs: 60_000 },
      logLevel: "info",
    });
    expect(load(env, "notifier")).toMatchObject({ port: 2568, digestWindowMs: 600_000 });
  }
});

test("[CF3] what is set is what holds", () => {
  const set = {
    ...production,
    GREMIO_PUBLIC_ADDRESS: "[2001:db8::1]:443",
    GREMIO_REDIS_CLUSTER: "true",
    GREMIO_TOKEN_SECRET: "",
    GREMIO_TOKEN_JWKS_URL: "https://keys.example/jwk",
    GREMIO_TOKEN_CLAIMS: "id=user_id, level = https://game.example/level",
    GREMIO_ALLOWED_ORIGINS: "https://game.example, http://localhost:3000",
    GREMIO_LEASE_MS: "500",
  };
  expect(load(set, "chat")).toMatchObject({
    publicAddress: "[2001:db8::1]:443",
    redis: { url: production.REDIS_URL, cluster: true },
    token: {
      keys: { kind: "jwks", url: "https://keys.example/jwk" },
      claims: { id: "user_id", level: "https://game.example/level", name: "name" },
    },
    allowedOrigins: ["https://game.example", "http://localhost:3000"],
    leaseMs: 500,
  });
});

test.each<[SettingName, Changes, Service]>([
  ["GREMIO_TOKEN_SECRET", { GREMIO_TOKEN_SECRET: DEV_TOKEN_SECRET }, "chat"],
  ["GREMIO_API_KEYS", { GREMIO_API_KEYS: `key-of-the-backend-1, ${DEV_API_KEY}` }, "chat"],
  ["GREMIO_TOKEN_JWKS_URL", { GREMIO_TOKEN_SECRET: "", GREMIO_TOKEN_JWKS_URL: "http://keys.example" }, "chat"],
  ["FCM_SANDBOX_FILE", { FCM_SANDBOX_FILE: "sandbox.json" }, "chat"],
  ["FCM_SANDBOX_FILE", { FCM_SANDBOX_FILE: "sandbox.json" }, "notifier"],
  ["GREMIO_DEV_CONTROL", { GREMIO_DEV_CONTROL: "4000" }, "chat"],
  ["GREMIO_DEVELOPMENT", { GREMIO_DEVELOPMENT: "1", NODE_ENV: "production" }, "chat"],
])("[CF4] production refuses %s %o for the %s service", (name, changes, service) => {
  expect(problemsWith(changes, service).map((problem) => problem.name)).toEqual([name]);
});

test("[CF4] development has default secrets and may use the sandbox", () => {
  const env = { GREMIO_DEVELOPMENT: "1", REDIS_URL: "redis://127.0.0.1", FCM_SANDBOX_FILE: "sandbox.json" };
  expect(load(env, "chat")).toMatchObject({
    apiKeys: [DEV_API_KEY],
    token: { keys: { kind: "secret", secret: DEV_TOKEN_SECRET } },
    dev: { sandboxFile: "sandbox.json" },
  });
  expect(load(env, "notifier")).toMatchObject({ fcm: { kind: "sandbox", connectionFile: "sandbox.json" } });
  expect([DEV_API_KEY, DEV_TOKEN_SECRET].every((secret) => secret.startsWith("dev-"))).toBe(true);
});

test("[CF5] each service asks for what it needs, and for nothing else", () => {
  const { REDIS_URL, GOOGLE_APPLICATION_CREDENTIALS, ...chatOnly } = production;
  expect(load({ REDIS_URL, GOOGLE_APPLICATION_CREDENTIALS }, "notifier")).toMatchObject({
    fcm: { kind: "google", credentialsFile: "/run/secrets/fcm.json" },
  });
  expect(load({ REDIS_URL, ...chatOnly }, "chat")).toMatchObject({ service: "chat" });

  const names = (service: Service) => {
    const nothing = Object.fromEntries(Object.keys(production).map((name) => [name, undefined]));
    return problemsWith(nothing, service).map(({ name }) => name);
  };
  expect(names("notifier")).toEqual(["REDIS_URL", "GOOGLE_APPLICATION_CREDENTIALS"]);
  expect(names("chat")).toEqual([
    ...["REDIS_URL", "GREMIO_API_KEYS", "GREMIO_TOKEN_SECRET", "GREMIO_TOKEN_ISSUER", "GREMIO_TOKEN_AUDIENCE"],
  ]);
});

test("[CF6] docs/settings.md lists every setting with its default, and no other", async () => {
  const text = await readFile(join(root, "docs/settings.md"), "utf8");
  const listed = text.split("\n").filter((line) => line.startsWith("| `"));
  const expected = settings.map(({ name, what, default: fallback }) =>
    ["|", `\`${name}\``, "|", fallback === undefined ? "" : `\`${fallback}\``, "|", what, "|"].join(" "),
  );
  expect(listed).toEqual(expected);
});

test("[CF7] several API keys are accepted", () => {
  const keys = ["key-of-the-backend-1", "key-of-the-backend-2"];
  expect(load({ ...production, GREMIO_API_KEYS: keys.join(" , ") }, "chat")).toMatchObject({ apiKeys: keys });
});

const main = (args: readonly string[], env: NodeJS.ProcessEnv) =>
  run(process.execPath, [join(root, "server/main.ts"), ...args], { env: { PATH: process.env.PATH ?? "", ...env } });

test.each(["chat", "notifier"])("[CF8] the %s service does not start with wrong settings", async (service) => {
  const ended = await main([service], { ...production, PORT: "many", NOTIFIER_PORT: "many" });
  expect(ended).toMatchObject({ code: 1, out: "" });
  expect(ended.err).toContain(`The ${service} service cannot start: 2 settings are wrong:`);
  expect(ended.err).toContain(`PORT: found "many"; expected a port, 0 to 65535`);
});

test.each([[[]], [["mail"]], [["toString"]]])("[CF8] %o is no service: usage, and 2", async (args) => {
  const ended = await main(args, production);
  expect(ended).toMatchObject({ code: 2, out: "" });
  expect(ended.err).toContain("usage: npm run serve -- chat|notifier|fcm-sandbox");
});
