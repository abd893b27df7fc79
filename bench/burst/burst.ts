import { LIMITS } from "../../shared/limits.ts";
import { type Order, type Outcome, outcomeSchema } from "../crowd/orders.ts";
import { settleGuild } from "../crowd/people.ts";
import type { Bench, Contest, Round } from "../frame.ts";
import type { Child } from "../studio/child.ts";
import { withProcesses } from "../studio/processes.ts";
import { withShares } from "../studio/shares.ts";

export type BurstSize = { members: number; sessions: number; senders: number; bursts: number; baselineBursts: number };

/** A guild holds 100 members now; with 20 sessions each there are 2,000 sockets. Ours has more bursts in a round since one is over so soon. */
const FULL: BurstSize = { members: LIMITS.guildMembers, sessions: 20, senders: 100, bursts: 20, baselineBursts: 3 };
const QUICK: BurstSize = { ...FULL, bursts: 10, baselineBursts: 1 };
/** A long line of chat. */
const TEXT_LENGTH = 60;

export const burst: Bench = {
  name: "burst",
  about: "deliveries per second when 100 members speak at once, against a bare ws loop writing a frame a message",
  figure: "deliveriesPerSecond",
  setUp: ({ quick }) => setUpBurst(quick ? QUICK : FULL),
};

/** Both servers with all their connections; each side's server and load are processes of their own. */
export const setUpBurst = (size: BurstSize): Promise<Contest> =>
  withProcesses(async (processes) => {
    const redis = await processes.redis();
    const chat = await processes.chat(redis);
    const players = Array.from({ length: size.members }, (_, index) => `member-${index}`);
    const tokens = await settleGuild(chat.port, "burst", players);
    const oursLoad = await processes.script("crowd/load.ts");
    const sockets = size.members * size.sessions;
    await oursLoad.ask({
      do: "sit",
      port: chat.port,
      guilds: [Array.from({ length: size.sessions }, () => tokens).flat()],
    } satisfies Order);

    // What a message weighs when it comes alone decides what the baseline sends.
    const alone = await said(oursLoad, 1, 5, true);
    const bytes = Math.round(alone.payloadBytes / alone.messages);
    const bare = await processes.script("fanout/bare-ws.ts", [String(bytes)]);
    const bareLoad = await processes.script("crowd/load.ts");
    await bareLoad.ask({ do: "connect", port: bare.port, count: sockets } satisfies Order);

    const measure = async (
      load: Child,
      watched: Readonly<Record<string, number>>,
      bursts: number,
      answered: boolean,
    ): Promise<Round> => {
      const { outcome, shares } = await withShares(watched, () => said(load, size.senders, bursts, answered));
      const { tookMs, frames, messages, payloadBytes, cpuMs } = outcome;
      const expected = sockets * size.senders * bursts;
      if (messages !== expected) throw new Error(`${messages} deliveries came instead of ${expected}`);
      return {
        deliveriesPerSecond: (messages * 1000) / tookMs,
        burstMs: tookMs / bursts,
        messagesPerFrame: messages / frames,
        payloadBytesPerMessage: payloadBytes / messages,
        ...shares,
        loadCpu: cpuMs / tookMs,
      };
    };
    return {
      note: `${sockets} sockets (${size.members} members × ${size.sessions}), ${size.senders} senders at once, ${size.bursts} bursts a round (baseline: ${size.baselineBursts}), each when all have the one before; CPU as share of one core; fsync everysec`,
      ours: () => measure(oursLoad, { serverCpu: chat.pid, redisCpu: redis.pid }, size.bursts, true),
      baseline: () => measure(bareLoad, { serverCpu: bare.pid }, size.baselineBursts, false),
      close: processes.close,
    };
  });

const said = async (load: Child, senders: number, bursts: number, answered: boolean): Promise<Outcome> =>
  outcomeSchema.parse(
    await load.ask({ do: "burst", senders, bursts, answered, textLength: TEXT_LENGTH } satisfies Order),
  );
