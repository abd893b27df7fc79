import { once } from "node:events";
import { createServer } from "node:net";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { freePorts } from "../deploy/free-port.ts";
import { throwawayCertificates } from "../server/fcm-sandbox/certificates.ts";
import { portOf } from "../server/port-of.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import { connectRedis } from "../server/redis/connect.ts";
import { RedisUnavailable } from "../server/redis/redis.ts";
import { verifyServer } from "../server/redis/verify-server.ts";
import { aFolder } from "./a-folder.ts";
import { aService } from "./a-service.ts";
import { waitFor } from "./wait-for.ts";

const log = pino({ level: "silent" });
const connect = (url: string, allowNoAof = false) => connectRedis({ url, cluster: false, allowNoAof }, log);
const withArgs = async (...args: string[]) => {
  const server = await startEmbeddedRedis({ args });
  onTestFinished(() => server.stop());
  return server;
};

test("[RD1] a Redis that evicts keys is refused, and told which setting to change", async () => {
  const server = await withArgs("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");
  await expect(connect(server.url)).rejects.toThrow(/allkeys-lru.*Set maxmemory-policy noeviction/);
});

test("[RD1] a Redis without append-only file is refused unless the setting accepts it", async () => {
  const server = await withArgs("--appendonly", "no");
  await expect(connect(server.url)).rejects.toThrow(/appendonly yes.*GREMIO_ALLOW_NO_AOF/);
  const redis = await connect(server.url, true);
  expect(await redis.ready()).toBe(true);
  await redis.close();
});

test("[RD1] a node of a cluster is not taken for a whole Redis", async () => {
  const node = await withArgs("--cluster-enabled", "yes");
  await expect(connect(node.url)).rejects.toThrow(/Set GREMIO_REDIS_CLUSTER=1/);
});

test("[RD1] an older Redis is refused; Valkey counts by its own version", () => {
  const info = (rows: Record<string, string>) =>
    Object.entries({ maxmemory_policy: "noeviction", aof_enabled: "1", ...rows })
      .map(([k, v]) => `${k}:${v}\r\n`)
      .join("");
  const options = { allowNoAof: false, cluster: false };
  expect(() => verifyServer(info({ redis_version: "6.2.14" }), options)).toThrow(/6\.2\.14 is too old/);
  expect(() => verifyServer(info({ redis_version: "7.2.4", valkey_version: "8.1.0" }), options)).not.toThrow();
});

test("[RD2] user and password of REDIS_URL are used, and never shown", async () => {
  const server = await withArgs();
  const admin = await connect(server.url);
  await admin.run("any", ["ACL", "SETUSER", "gremio", "on", ">s3cret-pass", "~*", "&*", "+@all"]);
  await admin.run("any", ["ACL", "SETUSER", "default", "off"]);
  await admin.close();
  const url = new URL(server.url);
  url.username = "gremio";
  url.password = "wrong-pass";
  const error = await connect(url.href).catch((refused: unknown) => refused);
  expect(String(error)).toMatch(/WRONGPASS|does not answer/);
  expect(String(error)).not.toContain("wrong-pass");
  url.password = "s3cret-pass";
  const redis = await connect(url.href);
  expect(await redis.ready()).toBe(true);
  await redis.close();
});

test("[RD2] rediss:// is TLS, verified", async () => {
  const { ca, key, cert } = await throwawayCertificates();
  const dir = await aFolder({ "ca.pem": ca, "key.pem": key, "cert.pem": cert });
  const [tlsPort] = await freePorts(1);
  const args = [
    "--tls-port",
    String(tlsPort),
    "--tls-cert-file",
    `${dir}/cert.pem`,
    "--tls-key-file",
    `${dir}/key.pem`,
  ];
  await withArgs(...args, "--tls-ca-cert-file", `${dir}/ca.pem`, "--tls-auth-clients", "no");
  const env = { REDIS_URL: `rediss://localhost:${tlsPort}`, GREMIO_NAMESPACE: "tls" };
  const chat = await aService("chat", { ...env, NODE_EXTRA_CA_CERTS: `${dir}/ca.pem` });
  expect((await fetch(`http://127.0.0.1:${chat.port}/ready`)).status).toBe(200);
  await expect(aService("chat", env)).rejects.toThrow(/certificate|does not answer/);
});

test("[RD3] a Redis that hangs makes calls fail as of unknown outcome, and serves again when it is back", async () => {
  const server = await withArgs();
  const redis = await connect(server.url);
  onTestFinished(() => redis.close());
  process.kill(server.pid, "SIGSTOP");
  await expect(redis.run("k", ["SET", "k", "1"])).rejects.toThrow(RedisUnavailable);
  process.kill(server.pid, "SIGCONT");
  await waitFor(() => redis.run("k", ["GET", "k"]).then((value) => value === "1"), "the answer");
});

test("[RD4] a Redis that was emptied gets our functions again", async () => {
  const server = await withArgs();
  const redis = await connect(server.url);
  onTestFinished(() => redis.close());
  await redis.run("any", ["FUNCTION", "FLUSH"]);
  expect(await redis.ready()).toBe(false);
  expect(await redis.fcall("guild_snapshot", makeKeys("x").prefixes("guild:none"), [])).toEqual(["guild-not-found"]);
  expect(await redis.ready()).toBe(true);
});

test("[RD5] nothing that answers at REDIS_URL is said within seconds", async () => {
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => {
    silent.close();
  });
  await expect(connect(`redis://127.0.0.1:${portOf(silent)}`)).rejects.toThrow(/does not answer/);
});

test("[RD6] buckets and key names are fixed for ever", () => {
  const keys = makeKeys("gremio");
  expect(keys.of("guild:g1", "log")).toBe("gremio:{b209}:guild:g1:log");
  expect(keys.of("player:ana", "profile")).toBe("gremio:{b240}:player:ana:profile");
});
