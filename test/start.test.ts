import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { jwtVerify } from "jose";
import { createClient } from "redis";
import { expect, test, vi } from "vitest";
import { DEV_TOKEN_AUDIENCE, DEV_TOKEN_ISSUER } from "../server/config/development-secrets.ts";
import { portOf } from "../server/port-of.ts";
import { npmStart, readyStart, START_TEST_MS, servicesOf } from "./npm-start.ts";
import { waitFor } from "./wait-for.ts";
import { within } from "./within.ts";

vi.setConfig({ testTimeout: START_TEST_MS });

test("[SU10] [SU14] each part is a process of its own; a second start on the same data says so and ends, the first goes on; Ctrl-C ends them all", async () => {
  const first = await readyStart();
  expect(servicesOf(first)).toEqual([true, true, true, true]);
  // The bots come once everything else is ready.
  await waitFor(() => first.parts().some(({ command }) => command.includes("deploy/bots.ts")), "the bots");
  const before = first.parts().map(({ pid }) => pid);
  const second = await npmStart({}, first.dir);
  expect(await second.outcome()).toBe("ended");
  expect(await second.code).toBe(1);
  expect(second.out()).toContain("already");
  expect(first.parts().map(({ pid }) => pid)).toEqual(expect.arrayContaining(before));
  process.kill(-(first.npm.pid ?? 0), "SIGINT");
  await first.allEnded();
});

test("[SU11] [SU17] the page is where it says; it prints a token that is valid, a line for the API that works, and its Redis; earning points can be tried", async () => {
  const started = await readyStart();
  const page = /page\s+(\S+)/.exec(started.out())?.[1] ?? "";
  expect(page).toBe(`http://localhost:${started.port}/`);
  const answer = await fetch(page);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("<html");

  const token = /token\s+(\S+)/.exec(started.out())?.[1] ?? "";
  const secrets = JSON.parse(await readFile(join(started.dir, "dev-secrets.json"), "utf8"));
  const verified = await jwtVerify(token, new TextEncoder().encode(secrets.tokenSecret), {
    issuer: DEV_TOKEN_ISSUER,
    audience: DEV_TOKEN_AUDIENCE,
  });
  expect(verified.payload.sub).toBe("ana");

  const line = /API\s+curl -s (.*)/.exec(started.out())?.[1] ?? "";
  const [, method = "", url = "", data = ""] = /^-X (\S+) (\S+) .* -d '(.*)'$/.exec(line) ?? [];
  const headers = [...line.matchAll(/-H '([^:]+): ([^']+)'/g)].map(([, name = "", value = ""]): [string, string] => [
    name,
    value,
  ]);
  const changed = await fetch(url, { method, headers, body: data });
  expect(changed.status).toBe(200);
  expect(await changed.json()).toMatchObject({ seq: expect.any(Number), repeated: false });

  const [, redis = "", namespace = ""] = /Redis\s+(redis:\S+)\s+\(namespace (\S+)\)/.exec(started.out()) ?? [];
  const client = await createClient({ url: redis }).connect();
  const [found] = (await client.scan("0", { MATCH: `*${namespace}*`, COUNT: 10_000 })).keys;
  expect(found).toContain(namespace);
  client.destroy();

  const api = async (path: string, body?: string) => {
    const sent = body === undefined ? { headers } : { headers, method: "POST", body };
    return (await fetch(`http://localhost:${started.port}${path}`, sent)).json();
  };
  const rules = await readFile(join(import.meta.dirname, "../docs/examples/earning-rules.json"), "utf8");
  expect(await api("/v1/earning/rules")).toMatchObject({ rules: JSON.parse(rules) });
  await api("/v1/earning/events", JSON.stringify({ events: [{ id: "m1", event: "match-won", player: "ana" }] }));
  const dry: unknown = await api("/v1/earning/dry-run", rules);
  expect(dry).toMatchObject({ sample: { of: 1, buckets: 256 } });
  // The bots may have earned something, too.
  expect(dry).toHaveProperty(
    "total.player.paid",
    expect.toSatisfy((paid: number) => paid >= 10),
  );
});

test("[SU12] when redis-server itself dies, it is named too", async () => {
  const started = await readyStart();
  const server = started
    .parts()
    .find(({ command }) => command.startsWith("redis-server") || command.startsWith("valkey"));
  process.kill(server?.pid ?? 0, "SIGKILL");
  await started.allEnded();
  expect(await started.code).toBe(1);
  expect(started.out()).toContain("Redis ended");
});

test("[SU13] a port in use is named, and nothing is left", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "0.0.0.0", resolve));
  const port = portOf(other);
  try {
    const started = await npmStart({ PORT: String(port) });
    expect(await started.outcome()).toBe("ended");
    expect(await started.code).toBe(1);
    expect(started.out()).toContain(`Port ${port} is in use`);
    await started.allEnded();
  } finally {
    other.close();
  }
});

test.each([
  [{ HOST: "nonsense.invalid" }, 'HOST: found "nonsense.invalid"'],
  [
    { GOOGLE_APPLICATION_CREDENTIALS: "/missing.json" },
    'GOOGLE_APPLICATION_CREDENTIALS: found "/missing.json" (no such',
  ],
])("[SU13] %o is named before anything is started", async (env, said) => {
  const started = await npmStart(env);
  expect(await started.outcome()).toBe("ended");
  expect(await started.code).toBe(1);
  expect(started.out()).toContain(`Cannot start: a setting is wrong:\n  ${said}`);
  expect(started.out()).not.toMatch(/^\s+at /m);
  expect(await readdir(started.dir)).toEqual(["dev-secrets.json"]);
  await started.allEnded();
});

test("[SU15] the page may have the chat service killed: it runs again on the same port", async () => {
  const started = await readyStart();
  const pid = started.pidOf("server/main.ts chat");
  const environment = started.parts().find((part) => part.pid === pid)?.environment ?? "";
  const control = `http://127.0.0.1:${/GREMIO_DEV_CONTROL=(\d+)/.exec(environment)?.[1]}/dev/kill-chat`;

  const other = await fetch(control, { method: "POST", headers: { origin: "https://elsewhere.example" } });
  expect(other.status).toBe(403);
  expect((await fetch(control)).status).toBe(405);
  expect(started.pidOf("server/main.ts chat")).toBe(pid);

  const page = `http://localhost:${started.port}`;
  const answer = await fetch(control, { method: "POST", headers: { origin: page } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("access-control-allow-origin")).toBe(page);
  expect(started.pidOf("server/main.ts chat")).not.toBe(pid);
  expect((await fetch(`${page}/health`)).status).toBe(200);
});

test("[SU16] secrets and data are there again at the next start, which is ready within seconds", async () => {
  const first = await readyStart();
  const secrets = await readFile(join(first.dir, "dev-secrets.json"), "utf8");
  const port = () => readFile(join(first.dir, "redis", "gremio-port"), "utf8");
  const redis = await createClient({ url: `redis://127.0.0.1:${await port()}` }).connect();
  await redis.set("kept", "yes");
  redis.destroy();
  process.kill(-(first.npm.pid ?? 0), "SIGINT");
  await first.allEnded();

  const began = performance.now();
  const second = await readyStart({}, first.dir);
  expect(performance.now() - began).toBeLessThan(within(20_000));
  expect(await readFile(join(second.dir, "dev-secrets.json"), "utf8")).toBe(secrets);
  const again = await createClient({ url: `redis://127.0.0.1:${await port()}` }).connect();
  expect(await again.get("kept")).toBe("yes");
  again.destroy();
});
