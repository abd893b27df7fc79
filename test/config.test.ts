import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../server/config.ts";
import { type SettingName, settings } from "../server/settings.ts";
import { aFolder } from "./a-folder.ts";
import { load, problemsWith } from "./problems-with.ts";
import { account, production } from "./production-settings.ts";

const root = join(import.meta.dirname, "..");

const A_SECRET = "0123456789abcdef0123456789abcdef";

describe("[CF1] a wrong setting is refused by name, with what was found and what is expected", () => {
  const wrong: ReadonlyArray<[SettingName, string, RegExp]> = [
    ["PORT", "80x", /a port, 0 to 65535/],
    ["PORT", "65536", /a port/],
    ["PORT", "-1", /a port/],
    ["PORT", "1e3", /a port/],
    ["GREMIO_PUBLIC_ADDRESS", "https://chat.example", /host or host:port/],
    ["REDIS_URL", "http://redis", /redis:\/\//],
    ["REDIS_URL", "redis", /redis:\/\//],
    ["REDIS_URL", "redis://h:1/abc", /db being a number/],
    ["REDIS_URL", "redis+sentinel://h:1,h:2", /master-name/],
    ["REDIS_URL", "redis://h:1/0/1", /db being a number/],
    ["REDIS_URL", "redis:h", /redis:\/\//],
    ["REDIS_URL", "redis://user:%zz@h", /redis:\/\//],
    ["GREMIO_REDIS_CLUSTER", "yes", /1 or 0/],
    ["GREMIO_NAMESPACE", "Gremio", /a-z 0-9 _ -/],
    ["GREMIO_NAMESPACE", "a".repeat(33), /1 to 32/],
    ["GREMIO_NAMESPACE", "a{b}", /a-z 0-9 _ -/],
    ["GREMIO_GUILD_PACE", "sender=-1/2", /sender=burst\/perSecond, .*, separated by commas/],
    ["GREMIO_TEAM_PACE", "slow=0,chat=5", /off, or parts/],
    ["GREMIO_TEAM_PACE", "reserve=100", /reserve=percent/],
    ["GREMIO_ALLOW_NO_AOF", "maybe", /1 or 0/],
    ["GREMIO_ACK_REPLICAS", "11", /0 to 10/],
    ["GREMIO_ACK_TIMEOUT_MS", "0", /10 to 5000/],
    ["GREMIO_HISTORY_LENGTH", "9", /10 to/],
    ["GREMIO_ROOM_SEATS", "0", /1 to 100000/],
    ["GREMIO_PLAYER_SOCKETS", "1", /2 to 100000/],
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

  test.each([
    ["sender=20/2,chat=5", '"chat=5" is not a part of a pace'],
    ["slow=-1", '"slow=-1" is not a part of a pace'],
    ["similar=3", '"similar=3" is not a part of a pace'],
    ["sender=1/0", '"sender=1/0" is not a part of a pace'],
    ["slow=1,slow=2", '"slow=2" is not a part of a pace'],
    ["timeout=60/10", '"timeout=60/10" is not a part of a pace'],
  ])("[FL14] a wrong part of a pace is named: %s", (value, why) => {
    expect(problemsWith({ GREMIO_TEAM_PACE: value })).toMatchObject([{ found: `${JSON.stringify(value)} (${why})` }]);
  });

  test("[FL14] parts of a pace that are left out have their defaults, 0 turns a part off, and `off` all", () => {
    const { guild: usual } = loadConfig(production, "chat").pace;
    const changed = { GREMIO_GUILD_PACE: "sender=5/0.5, similar=0", GREMIO_TEAM_PACE: "off" };
    const { guild, team } = loadConfig({ ...production, ...changed }, "chat").pace;
    expect(guild).toEqual({
      ...usual,
      sender: { burst: 5, perSecond: 0.5 },
      similar: { most: 0, windowMs: expect.any(Number) },
    });
    expect(team).toBeUndefined();
  });

  test("[CF1] a webhook has an address and a secret, or neither", () => {
    const [url, secret] = [{ GREMIO_WEBHOOK_URL: "https://game.example" }, { GREMIO_WEBHOOK_SECRET: A_SECRET }];
    expect(problemsWith(url)).toMatchObject([{ name: "GREMIO_WEBHOOK_SECRET", found: "nothing" }]);
    expect(problemsWith(secret)).toMatchObject([{ name: "GREMIO_WEBHOOK_URL", found: "nothing" }]);
    expect(problemsWith({ ...secret, GREMIO_WEBHOOK_URL: "https://user:word@game.example" })).toMatchObject([
      { name: "GREMIO_WEBHOOK_URL", expected: "an https:// URL without user and password" },
    ]);
    expect(loadConfig({ ...production, ...url, ...secret }, "chat").webhook).toEqual({
      url: "https://game.example",
      secrets: [A_SECRET],
      allowPrivate: false,
    });
    expect(loadConfig(production, "chat").webhook).toBeUndefined();
  });

  test("[CF1] all wrong ones are told at once, in one message", () => {
    const changes = { PORT: "many", LOG_LEVEL: "loud", GREMIO_TOKEN_ISSUER: undefined };
    expect(problemsWith(changes).map(({ name }) => name)).toEqual(["PORT", "LOG_LEVEL", "GREMIO_TOKEN_ISSUER"]);
    expect(() => load({ ...production, ...changes }, "chat")).toThrow(
      /3 settings are wrong:\n {2}PORT: found "many"; expected a port.*\n.*\n {2}GREMIO_TOKEN_ISSUER: found nothing; expected/,
    );
  });
});

describe("[CF1] the notifier's credentials are looked at before anything is started", () => {
  const without = (field: string) => JSON.stringify({ ...account, [field]: undefined });
  const otherKey = JSON.stringify({ ...account, private_key: "hunter2" });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ["a missing file", {}, "no such file"],
    ["a folder", { "fcm.json/inner.json": "{}" }, "a folder"],
    ["what is no JSON", { "fcm.json": "hunter2" }, "a file that is no JSON object"],
    ["JSON that is no object", { "fcm.json": '["hunter2"]' }, "a file that is no JSON object"],
    ["no project_id", { "fcm.json": without("project_id") }, "JSON without project_id"],
    ["no client_email", { "fcm.json": without("client_email") }, "JSON without client_email"],
    ["no private_key", { "fcm.json": without("private_key") }, "JSON without private_key"],
    ["an empty object", { "fcm.json": "{}" }, "JSON without project_id, client_email, private_key"],
    ["no key", { "fcm.json": otherKey }, "JSON whose private_key is no private key"],
  ])("[CF1, CF2] %s", async (_, files, why) => {
    const path = join(await aFolder(files), "fcm.json");
    const [problem, ...others] = problemsWith({ GOOGLE_APPLICATION_CREDENTIALS: path }, "notifier");
    expect(others).toEqual([]);
    expect(problem).toEqual({
      name: "GOOGLE_APPLICATION_CREDENTIALS",
      found: `${JSON.stringify(path)} (${why})`,
      expected: "the path of a service account's JSON file",
    });
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  });

  test("[CF5] the chat service does not look at them", () => {
    expect(problemsWith({ GOOGLE_APPLICATION_CREDENTIALS: "/missing.json" }, "chat")).toEqual([]);
  });
});

test.each([
  ["GREMIO_API_KEYS", "hunter2"],
  ["GREMIO_TOKEN_SECRET", "hunter2"],
  ["REDIS_URL", "http://user:hunter2@host"],
  ["GREMIO_WEBHOOK_URL", "https://user:hunter2@host/"],
  ["GREMIO_EVENTS_URL", "ftp://host/?token=hunter2"],
])("[CF2] %s is refused without showing its value", (name, value) => {
  const problem = problemsWith({ [name]: value }).find((one) => one.name === name);
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
      redis: { namespace: "gremio", cluster: false, allowNoAof: false, ackReplicas: 0, ackTimeoutMs: 1_000 },
      leaseMs: 10_000,
      graceMs: 60_000,
      historyLength: 10_000,
      roomSeats: 2_000,
      playerSockets: 20,
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

test("[CF6] docs/settings.md lists every setting with its default, and no other", async () => {
  const text = await readFile(join(root, "docs/settings.md"), "utf8");
  const listed = text.split("\n").filter((line) => line.startsWith("| `"));
  const expected = settings.map(({ name, what, default: fallback }) =>
    ["|", `\`${name}\``, "|", fallback === undefined ? "" : `\`${fallback}\``, "|", what, "|"].join(" "),
  );
  expect(listed).toEqual(expected);
});

test("[CF6] docs/settings.md names every variable of the environment that is read elsewhere", async () => {
  const documented = await readFile(join(root, "docs/settings.md"), "utf8");
  const read = new Set<string>();
  for await (const file of glob("{server,client,shared,deploy,bench}/**/*.{ts,mjs}", { cwd: root }))
    for (const [, name = ""] of (await readFile(join(root, file), "utf8")).matchAll(/\benv\.([A-Z][A-Z0-9_]*)/g))
      read.add(name);
  // The system's and Node's own, handed on to processes as they are.
  for (const name of ["PATH", "NODE_COMPILE_CACHE"]) read.delete(name);
  expect([...read]).toEqual(expect.arrayContaining(["GREMIO_PARENT", "GREMIO_NO_INSTALL", "CHROMIUM_PATH"]));
  expect([...read].filter((name) => !documented.includes(`\`${name}\``) && !documented.includes(`\`${name}=`))).toEqual(
    [],
  );
});

test("[CF7] several API keys are accepted", () => {
  const keys = ["key-of-the-backend-1", "key-of-the-backend-2"];
  expect(load({ ...production, GREMIO_API_KEYS: keys.join(" , ") }, "chat")).toMatchObject({ apiKeys: keys });
});
