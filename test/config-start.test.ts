import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { DEV_API_KEY } from "../server/config/development-secrets.ts";
import { portOf } from "../server/port-of.ts";
import { aFolder } from "./a-folder.ts";
import { bareEnvironment } from "./bare-environment.ts";
import { production } from "./production-settings.ts";
import { run } from "./run.ts";

const root = join(import.meta.dirname, "..");

const main = (args: readonly string[], env: NodeJS.ProcessEnv) =>
  run(process.execPath, [join(root, "server/main.ts"), ...args], { env: { ...bareEnvironment(), ...env } });

test.each(["chat", "notifier"])("[CF8] the %s service does not start with wrong settings", async (service) => {
  const ended = await main([service], { ...production, PORT: "many", NOTIFIER_PORT: "many" });
  expect(ended).toMatchObject({ code: 1, out: "" });
  expect(ended.err).toContain(`The ${service} service cannot start: 2 settings are wrong:`);
  expect(ended.err).toContain(`PORT: found "many"; expected a port, 0 to 65535`);
});

test.each([[[]], [["mail"]], [["toString"]]])("[CF8] %o is no service: usage, and 2", async (args) => {
  const ended = await main(args, production);
  expect(ended).toMatchObject({ code: 2, out: "" });
  expect(ended.err).toContain("usage: node server/main.ts chat|notifier|fcm-sandbox");
});

/** What a service says when it cannot start: one message, and no stack. */
async function refusal(service: string, env: NodeJS.ProcessEnv): Promise<string> {
  const ended = await main([service], env);
  expect(ended).toMatchObject({ code: 1, out: "" });
  expect(ended.err).toContain(`The ${service} service cannot start: a setting is wrong:`);
  expect(ended.err).not.toMatch(/^\s+at /m);
  return ended.err;
}

async function aTakenPort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  return String(portOf(server));
}

describe("[CF9] where a service cannot listen, the setting is named", () => {
  const env = () => ({
    ...production,
    REDIS_URL: process.env.GREMIO_TEST_REDIS_URL ?? "",
    GREMIO_NAMESPACE: `listen-${process.pid}`,
    LOG_LEVEL: "silent",
    ...{ HOST: "127.0.0.1", PORT: "0", NOTIFIER_PORT: "0" },
  });

  test.each([
    ["chat", "PORT"],
    ["notifier", "NOTIFIER_PORT"],
  ])("[CF9] %s: %s in use", async (service, name) => {
    const port = await aTakenPort();
    expect(await refusal(service, { ...env(), [name]: port })).toContain(
      `${name}: found "${port}" (in use already, on 127.0.0.1); expected a port nothing else listens on`,
    );
  });

  test.each([
    ["chat", "nonsense.invalid", /HOST: found "nonsense\.invalid" \(a name .*\); expected an address of this machine/],
    [
      "notifier",
      "nonsense.invalid",
      /HOST: found "nonsense\.invalid" \(a name .*\); expected an address of this machine/,
    ],
    // An address of documentation (RFC 5737): no machine has it.
    ["chat", "192.0.2.1", /HOST: found "192\.0\.2\.1" \(of no interface of this machine\); expected an address/],
    ["notifier", "192.0.2.1", /HOST: found "192\.0\.2\.1" \(of no interface of this machine\); expected an address/],
  ])("[CF9] %s: HOST=%s", async (service, HOST, said) => {
    expect(await refusal(service, { ...env(), HOST })).toMatch(said);
  });

  test("[CF9] the FCM sandbox: its port in use, its file in no folder", async () => {
    const port = await aTakenPort();
    const file = join(await aFolder(), "fcm.json");
    const sandbox = { GREMIO_DEVELOPMENT: "1", FCM_SANDBOX_FILE: file };
    expect(await refusal("fcm-sandbox", { ...sandbox, FCM_SANDBOX_PORT: port })).toContain(
      `FCM_SANDBOX_PORT: found "${port}" (in use already, on 127.0.0.1)`,
    );
    const nowhere = join(file, "fcm.json");
    expect(await refusal("fcm-sandbox", { ...sandbox, FCM_SANDBOX_FILE: nowhere })).toContain(
      "FCM_SANDBOX_FILE: found",
    );
    expect(await refusal("fcm-sandbox", { ...sandbox, FCM_SANDBOX_FILE: "" })).toContain(
      "FCM_SANDBOX_FILE: found nothing",
    );
  });

  test("[CF9] the notifier: no sandbox at FCM_SANDBOX_FILE", async () => {
    const changes = { GREMIO_DEVELOPMENT: "1", GOOGLE_APPLICATION_CREDENTIALS: "", FCM_SANDBOX_FILE: "/missing.json" };
    expect(await refusal("notifier", { ...env(), ...changes })).toContain('FCM_SANDBOX_FILE: found "/missing.json"');
  });
});

describe("[CF10] npm run serve is production", () => {
  const serve = async (args: readonly string[], env: NodeJS.ProcessEnv) => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(
      await readFile(join(root, "package.json"), "utf8"),
    );
    const script = [...(scripts.serve ?? "").split(" ").slice(1), ...args];
    const path = { PATH: process.env.PATH ?? "", GREMIO_NO_INSTALL: "1" };
    return run(process.execPath, script, { cwd: root, env: { ...path, ...env } });
  };

  test("[CF10] it does not offer the FCM sandbox", async () => {
    const ended = await serve(["fcm-sandbox"], { GREMIO_DEVELOPMENT: "1", FCM_SANDBOX_FILE: "/nonexistent/fcm.json" });
    expect(ended).toMatchObject({ code: 2, out: "" });
    expect(ended.err.trim()).toBe("usage: npm run serve -- chat|notifier");
  });

  test.each(["chat", "notifier"])("[CF10] the %s service refuses GREMIO_DEVELOPMENT", async (service) => {
    const ended = await serve([service], { ...production, GREMIO_DEVELOPMENT: "1", NODE_ENV: "development" });
    expect(ended).toMatchObject({ code: 1, out: "" });
    expect(ended.err).toContain('a setting is wrong:\n  GREMIO_DEVELOPMENT: found "1"; expected 0 in production');
  });

  test("[CF10] default secrets are refused though GREMIO_DEVELOPMENT is set", async () => {
    const ended = await serve(["chat"], { ...production, GREMIO_DEVELOPMENT: "1", GREMIO_API_KEYS: DEV_API_KEY });
    expect(ended.err).toMatch(/GREMIO_API_KEYS: found .*; expected keys of your own in production/);
  });
});
