import { type Order, type Outcome, outcomeSchema } from "../crowd/orders.ts";
import type { Contest, Round } from "../frame.ts";
import type { Child } from "../studio/child.ts";
import { foundGuilds, guildNames, tokensOf } from "../studio/found-guilds.ts";
import { withShares } from "../studio/shares.ts";
import { onStage } from "../studio/stage.ts";

export type BareContestSize = {
  members: number;
  /** Of each member. */
  sessions: number;
  /** Who speak at the same moment. */
  senders: number;
  /** How often in a round they do, each time when all have what was said before; the baseline's may be fewer where it takes far longer. */
  bursts: number;
  baselineBursts: number;
};

/** A long line of chat. */
const TEXT_LENGTH = 120;

/**
 * One guild room of ours against a bare `ws` loop that writes a frame for each message, with as many sockets and the bytes ours takes for a message that comes
 * alone. Each side's server and load are processes of their own. A round has figures only when each message has come to each socket.
 */
export const setUpBareContest = (size: BareContestSize): Promise<Contest> =>
  onStage(async (stage) => {
    const { members, sessions, senders, bursts, baselineBursts } = size;
    const sockets = members * sessions;
    const redis = await stage.redis();
    // One guild says more in a second here than in an hour: its pace is not what is measured.
    const chat = await stage.chat(redis, { GREMIO_GUILD_PACE: "off" });
    const founded = guildNames("loud", 1, members);
    await foundGuilds(chat.port, founded);
    const tokens = (await tokensOf(founded)).flat();
    const oursLoad = await stage.start("crowd/load.ts");
    const guild = Array.from({ length: sessions }, () => tokens).flat();
    await oursLoad.ask({ do: "sit", port: chat.port, guilds: [guild] } satisfies Order);

    const said = async (
      load: Child,
      order: { senders: number; bursts: number; answered: boolean },
    ): Promise<Outcome> => {
      const burst: Order = { do: "burst", textLength: TEXT_LENGTH, ...order };
      const outcome = outcomeSchema.parse(await load.ask(burst));
      const expected = sockets * order.senders * order.bursts;
      if (outcome.messages !== expected) throw new Error(`${outcome.messages} deliveries came instead of ${expected}`);
      return outcome;
    };
    const alone = await said(oursLoad, { senders: 1, bursts: 5, answered: true });
    const bare = await stage.start("fanout/bare-ws.ts", [String(Math.round(alone.payloadBytes / alone.messages))]);
    const bareLoad = await stage.start("crowd/load.ts");
    await bareLoad.ask({ do: "connect", port: bare.port, count: sockets } satisfies Order);

    const measure = async (
      load: Child,
      order: { bursts: number; answered: boolean },
      watched: Readonly<Record<string, number>>,
    ): Promise<Round> => {
      const { outcome, shares } = await withShares(watched, () => said(load, { senders, ...order }));
      const { tookMs, cpuMs, frames, messages, payloadBytes } = outcome;
      return {
        deliveriesPerSecond: (messages * 1000) / tookMs,
        burstMs: tookMs / order.bursts,
        messagesPerFrame: messages / frames,
        payloadBytes: payloadBytes / messages,
        ...shares,
        loadCpu: cpuMs / tookMs,
        serverUsPerDelivery: ((shares.serverCpu ?? Number.NaN) * tookMs * 1000) / messages,
      };
    };
    return {
      note: `${sockets} sockets (${members} members × ${sessions}), ${senders} speaking at once, ${bursts} times a round${bursts === baselineBursts ? "" : ` (baseline: ${baselineBursts})`}, each when all have what was said before`,
      units: "payloadBytes of a message; CPU as share of one core",
      ours: () => measure(oursLoad, { bursts, answered: true }, { serverCpu: chat.pid, redisCpu: redis.pid }),
      baseline: () => measure(bareLoad, { bursts: baselineBursts, answered: false }, { serverCpu: bare.pid }),
      close: stage.close,
    };
  });
