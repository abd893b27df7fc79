import { join } from "node:path";
import { startEmbeddedRedis } from "../../deploy/embedded-redis.ts";
import { DEV_API_KEY } from "../../server/config.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Bench, Contest, Round } from "../frame.ts";
import { makeBackend } from "../studio/backend.ts";
import { type Child, startChild } from "../studio/child.ts";
import { cpuMsOf } from "../studio/cpu.ts";
import { roundAnswerSchema } from "./load.ts";

export type FanoutSize = { members: number; sessions: number; messages: number };

const FULL: FanoutSize = { members: LIMITS.guildMembers, sessions: 20, messages: 100 };
const QUICK: FanoutSize = { members: LIMITS.guildMembers, sessions: 10, messages: 60 };
/** A long line of chat. */
const TEXT_LENGTH = 60;
const GUILD = "fanout";

export const fanout: Bench = {
  name: "fanout",
  about: "deliveries per second of a guild room, one message a frame, against a bare ws loop sending equal bytes",
  figure: "deliveriesPerSecond",
  setUp: ({ quick }) => setUpFanout(quick ? QUICK : FULL),
};

/** Both servers with all their connections; each side's server and load are processes of their own. */
export const setUpFanout = async (size: FanoutSize): Promise<Contest> => {
  const undo: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  const start = async (script: string, args: readonly string[] = [], env = {}): Promise<Child> => {
    const child = await startChild(join(import.meta.dirname, script), args, env);
    undo.push(() => child.stop());
    return child;
  };
  try {
    const redis = await startEmbeddedRedis();
    undo.push(() => redis.stop());
    const chat = await start("../../server/main.ts", ["chat"], {
      ...{ GREMIO_DEVELOPMENT: "1", HOST: "127.0.0.1", PORT: "0", REDIS_URL: redis.url, LOG_LEVEL: "warn" },
      // One guild says more in a second here than in an hour: its pace is not what is measured.
      GREMIO_GUILD_PACE: "off",
    });
    const sockets = size.members * size.sessions;
    const oursLoad = await start("load.ts");
    await oursLoad.ask({ do: "sit", port: chat.port, tokens: await tokensOf(chat.port, size) });

    const round = async (load: Child, messages: number): Promise<{ payload: number; took: number; cpu: number }> => {
      const answer = roundAnswerSchema.parse(await load.ask({ do: "round", messages, textLength: TEXT_LENGTH }));
      if (answer.frames !== messages * sockets)
        throw new Error(`${answer.frames} frames came instead of ${messages * sockets}`);
      return { payload: answer.payloadBytes / answer.frames, took: answer.tookMs, cpu: answer.cpuMs };
    };
    // What one message weighs on the wire decides what the baseline sends.
    const { payload } = await round(oursLoad, 5);
    const bare = await start("bare-ws.ts", [String(Math.round(payload))]);
    const bareLoad = await start("load.ts");
    await bareLoad.ask({ do: "connect", port: bare.port, count: sockets });

    /** `watched`: processes by the name of the figure that tells their share of a core, the server first. */
    const measure = async (load: Child, watched: Readonly<Record<string, number>>): Promise<Round> => {
      const before = Object.entries(watched).map(([name, pid]) => ({ name, pid, ms: cpuMsOf(pid) }));
      const { took, cpu, payload: bytes } = await round(load, size.messages);
      const used = before.map(({ name, pid, ms }) => [name, cpuMsOf(pid) - ms] as const);
      const deliveries = sockets * size.messages;
      return {
        deliveriesPerSecond: (deliveries * 1000) / took,
        payloadBytes: bytes,
        ...Object.fromEntries(used.map(([name, ms]) => [name, ms / took])),
        loadCpu: cpu / took,
        serverUsPerDelivery: ((used[0]?.[1] ?? Number.NaN) * 1000) / deliveries,
      };
    };
    return {
      note: `${sockets} sockets (${size.members} members × ${size.sessions}), ${size.messages} messages a round, each when all have the one before; CPU as share of one core; fsync everysec`,
      ours: () => measure(oursLoad, { serverCpu: chat.pid, redisCpu: redis.pid }),
      baseline: () => measure(bareLoad, { serverCpu: bare.pid }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

/** A guild of its own; every member's token as often as he has sessions. */
const tokensOf = async (port: number, { members, sessions }: FanoutSize): Promise<string[]> => {
  const backend = makeBackend(() => port, DEV_API_KEY);
  const players = Array.from({ length: members }, (_, index) => `member-${index}`);
  const [leader = "", ...others] = players;
  await Promise.all(players.map((player) => backend.player(player, player)));
  await backend.guild(GUILD, leader);
  await Promise.all(others.map((player) => backend.member(GUILD, player)));
  const tokens = await Promise.all(players.map((player) => backend.token(player)));
  return Array.from({ length: sessions }, () => tokens).flat();
};
