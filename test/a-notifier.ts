import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { makeLog } from "../server/channel/log.ts";
import { makeReads } from "../server/channel/reads.ts";
import { loadConfig, type NotifierConfig } from "../server/config.ts";
import { makeDecisions } from "../server/decisions/decisions.ts";
import type { PhoneView } from "../server/fcm-sandbox/phone.ts";
import { type FcmSandbox, startFcmSandbox } from "../server/fcm-sandbox/start.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePersonalFeed } from "../server/home/personal.ts";
import type { Pace } from "../server/notifier/pace.ts";
import { runNotifier } from "../server/notifier/service.ts";
import { makePlayers } from "../server/player/players.ts";
import { startLease } from "../server/presence/lease.ts";
import { makePresence } from "../server/presence/presence.ts";
import { makePushPolicies } from "../server/push-policy/push-policies.ts";
import type { RunningService } from "../server/service.ts";
import { guildChannel } from "../shared/id.ts";
import type { Locale } from "../shared/locale.ts";
import { pushPolicySchema } from "../shared/push-policy.ts";
import { aRedis, isSuiteCluster } from "./a-redis.ts";
import { aService, type Service } from "./a-service.ts";
import { accountKeys } from "./account-keys.ts";
import { bareEnvironment } from "./bare-environment.ts";
import { FAST } from "./fast-pace.ts";

export type Platform = "android" | "ios" | "web";

/** A guild g1, the sandbox's phones and notifiers, all of this test alone. */
export const aNotifierWorld = async (
  options: { graceMs?: number; digestWindowMs?: number; redisUrl?: string; cluster?: boolean } = {},
) => {
  const { redisUrl = process.env.GREMIO_TEST_REDIS_URL ?? "", cluster = isSuiteCluster(options.redisUrl) } = options;
  const { redis, keys } = await aRedis({ url: redisUrl, cluster });
  onTestFinished(() => redis.close());
  const connectionFile = join(tmpdir(), `gremio-${randomUUID()}.json`);
  const sandbox: FcmSandbox = await startFcmSandbox({ connectionFile, accountKeys: await accountKeys() });
  onTestFinished(() => sandbox.close());
  const env = {
    REDIS_URL: redisUrl,
    GREMIO_REDIS_CLUSTER: cluster ? "1" : "0",
    GREMIO_DEVELOPMENT: "1",
    GREMIO_NAMESPACE: keys.namespace,
    FCM_SANDBOX_FILE: connectionFile,
    GREMIO_GRACE_MS: String(options.graceMs ?? 60_000),
    GREMIO_DIGEST_WINDOW_MS: String(options.digestWindowMs ?? 3_600_000),
    GREMIO_PUSH_DEVICE_PER_MINUTE: "240",
    GREMIO_PUSH_DEVICE_PER_HOUR: "5000",
    NOTIFIER_PORT: "0",
    HOST: "127.0.0.1",
    LOG_LEVEL: process.env.TEST_LOG ?? "silent",
  };
  const players = makePlayers(redis, keys);
  const guilds = makeGuilds(redis, keys, players, { historyLength: 10_000 });
  const log = makeLog(redis, keys, { historyLength: 10_000 });
  const reads = makeReads(redis, keys);
  const channel = guildChannel("g1");
  const policies = makePushPolicies(redis, keys, {
    onError: (error) => {
      throw error;
    },
  });
  // Who tests anything else is not to meet their bounds.
  await policies.put(pushPolicySchema.parse({ perHour: 60, perDay: 500, digestsPerDay: 24 }));
  const personal = makePersonalFeed(redis, keys, (error) => {
    throw error;
  });

  return {
    ...{ redis, keys, sandbox, players, guilds, log, reads, channel },
    decisions: makeDecisions(redis, keys),
    policies,

    /** Makes a player a member of g1, the first its leader, with one Android device `phone-<player>`. */
    member: async (player: string, profile: { locale?: Locale; name?: string; platform?: Platform } = {}) => {
      const { locale = "en", name = player, platform = "android" } = profile;
      await players.putProfile(player, { name, locale });
      const target = `phone-${player}`;
      await players.putDevice(player, "d1", { kind: "token", target, platform });
      const registered = await fetch(`${sandbox.controlUrl}/devices/${target}`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ kind: "token", platform }),
      });
      if (!registered.ok) throw new Error(await registered.text());
      if (player === "leader") await guilds.create({ id: "g1", name: "Lobos", tag: "LOB", leader: player });
      else await guilds.admit("g1", player, "member");
    },

    /** A player reads up to an entry on a device of his, as a room has it. */
    read: async (player: string, seq: number) => {
      const { moved: _, ...position } = await reads.seen(channel, player, seq);
      await personal.read(player, channel, position);
    },

    phone: (player: string): PhoneView | undefined =>
      sandbox.devices().find(({ target }) => target === `phone-${player}`),

    /** What the next pushes to a player's phone meet. */
    plan: async (player: string, outcome: unknown) => {
      const answer = await fetch(`${sandbox.controlUrl}/devices/phone-${player}/outcome`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(outcome),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },

    announce: (text: string, author = "leader") =>
      log.append({
        ...{ channel, author, nonce: randomUUID(), kind: "announcement", body: text },
        notice: { type: "notice", about: "announcement" },
      }),

    say: (text: string, author = "leader") =>
      log.append({ channel, author, nonce: randomUUID(), kind: "text", body: text }),

    /** Puts a player into the game, in front of the channel, or into a match, until the test ends or `end` is called. */
    present: async (player: string, reading: boolean, matchUntil = 0) => {
      const lease = await startLease(redis, keys, 10_000);
      const presence = makePresence(redis, keys, lease.incarnation);
      await presence.put(player, { session: randomUUID(), channel, reading, matchUntil });
      let ended = false;
      const end = async () => {
        if (!ended) await lease.release();
        ended = true;
      };
      onTestFinished(end);
      return { end };
    },

    /** A notifier in this process, beating fast. */
    notifier: async (pace: Partial<Pace> = {}, config: Partial<NotifierConfig> = {}): Promise<RunningService> => {
      const service = await runNotifier({ ...loadConfig(env, "notifier"), ...config }, { ...FAST, ...pace });
      let closing: Promise<void> | undefined;
      const close = () => (closing ??= service.close());
      onTestFinished(close);
      return { port: service.port, close };
    },

    /** A notifier as its own process, as in production. */
    process: (): Promise<Service> => aService("notifier", env),

    /** The same, beating fast; ended by -9. */
    fastProcess: async (pace: Pick<Partial<Pace>, "gapsMs"> = {}): Promise<{ kill(): Promise<void> }> => {
      const script = join(import.meta.dirname, "notifier-process.ts");
      const child = spawn(process.execPath, [script], {
        env: { ...bareEnvironment(), ...env, TEST_PACE: JSON.stringify(pace) },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const exited = once(child, "exit");
      const kill = async () => {
        child.kill("SIGKILL");
        await exited;
      };
      onTestFinished(kill);
      await Promise.race([
        once(child.stdout, "data"),
        exited.then(([code]) => Promise.reject(new Error(`ended with ${code}`))),
      ]);
      return { kill };
    },
  };
};
