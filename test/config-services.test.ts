import { expect, onTestFinished, test } from "vitest";
import { DEV_API_KEY, DEV_TOKEN_SECRET } from "../server/config/development-secrets.ts";
import type { Service } from "../server/config/problems.ts";
import { loadConfig } from "../server/config.ts";
import { runNotifier } from "../server/notifier/service.ts";
import type { SettingName } from "../server/settings.ts";
import { type Changes, load, problemsWith } from "./problems-with.ts";
import { production } from "./production-settings.ts";

const A_SECRET = "0123456789abcdef0123456789abcdef";

test.each<[SettingName, Changes, Service]>([
  ["GREMIO_TOKEN_SECRET", { GREMIO_TOKEN_SECRET: DEV_TOKEN_SECRET }, "chat"],
  ["GREMIO_API_KEYS", { GREMIO_API_KEYS: `key-of-the-backend-1, ${DEV_API_KEY}` }, "chat"],
  ["GREMIO_TOKEN_JWKS_URL", { GREMIO_TOKEN_SECRET: "", GREMIO_TOKEN_JWKS_URL: "http://keys.example" }, "chat"],
  ["GREMIO_WEBHOOK_URL", { GREMIO_WEBHOOK_URL: "http://game.example", GREMIO_WEBHOOK_SECRET: A_SECRET }, "chat"],
  [
    "GREMIO_WEBHOOK_SECRET",
    { GREMIO_WEBHOOK_URL: "https://game.example", GREMIO_WEBHOOK_SECRET: `dev-${A_SECRET}` },
    "chat",
  ],
  ["FCM_SANDBOX_FILE", { FCM_SANDBOX_FILE: "sandbox.json" }, "chat"],
  ["FCM_SANDBOX_FILE", { FCM_SANDBOX_FILE: "sandbox.json" }, "notifier"],
  ["GREMIO_DEV_CONTROL", { GREMIO_DEV_CONTROL: "4000" }, "chat"],
  ["GREMIO_DEVELOPMENT", { GREMIO_DEVELOPMENT: "1", NODE_ENV: "production" }, "chat"],
])("[CF4] production refuses %s %o for the %s service", (name, changes, service) => {
  expect(problemsWith(changes, service).map((problem) => problem.name)).toEqual([name]);
});

test("[CF4] what belongs to development is refused together with what production lacks", () => {
  const env = { GREMIO_DEVELOPMENT: "1", NODE_ENV: "production", GREMIO_API_KEYS: "", GREMIO_TOKEN_SECRET: "" };
  expect(problemsWith(env).map(({ name }) => name)).toEqual([
    ...["GREMIO_API_KEYS", "GREMIO_TOKEN_SECRET", "GREMIO_DEVELOPMENT"],
  ]);
});

test("[CF4, CF5] the FCM sandbox needs development and its file, and nothing else", () => {
  const env = { GREMIO_DEVELOPMENT: "1", FCM_SANDBOX_FILE: "sandbox.json", FCM_SANDBOX_PORT: "4001" };
  expect(load(env, "fcm-sandbox")).toEqual({
    service: "fcm-sandbox",
    controlPort: 4001,
    connectionFile: "sandbox.json",
  });
  const names = (changes: Changes) => problemsWith({ ...env, ...changes }, "fcm-sandbox").map(({ name }) => name);
  expect(names({ FCM_SANDBOX_FILE: "", FCM_SANDBOX_PORT: "seven" })).toEqual(["FCM_SANDBOX_FILE", "FCM_SANDBOX_PORT"]);
  expect(names({ GREMIO_DEVELOPMENT: "" })).toEqual(["GREMIO_DEVELOPMENT"]);
  expect(names({ NODE_ENV: "production" })).toEqual(["GREMIO_DEVELOPMENT"]);
});

test("[CF4, DE4] production's notifier tells its totals to nobody", async () => {
  const REDIS_URL = process.env.GREMIO_TEST_REDIS_URL ?? "";
  const env = { ...production, REDIS_URL, GREMIO_NAMESPACE: `config-${process.pid}`, LOG_LEVEL: "silent" };
  const notifier = await runNotifier(loadConfig({ ...env, HOST: "127.0.0.1", NOTIFIER_PORT: "0" }, "notifier"));
  onTestFinished(() => notifier.close());
  expect((await fetch(`http://127.0.0.1:${notifier.port}/totals`)).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${notifier.port}/ready`)).status).toBe(200);
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
    fcm: { kind: "google", credentialsFile: GOOGLE_APPLICATION_CREDENTIALS },
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
