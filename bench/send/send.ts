import { type Order, type Outcome, outcomeSchema } from "../crowd/orders.ts";
import type { Bench, Contest, Round } from "../frame.ts";
import type { Child } from "../studio/child.ts";
import { foundGuilds, guildNames, tokensOf } from "../studio/found-guilds.ts";
import { withShares } from "../studio/shares.ts";
import { onStage } from "../studio/stage.ts";
import { withFsync } from "./fsync.ts";

/** `messages` and `underWay` of each guild. */
export type SendSize = { guilds: number; members: number; messages: number; underWay: number };

/** So many sends under way that the servers are busy all the time; more only make each wait longer. */
const FULL: SendSize = { guilds: 20, members: 50, messages: 250, underWay: 8 };
const QUICK: SendSize = { ...FULL, messages: 100 };
/** A long line of chat. */
const TEXT_LENGTH = 60;

export const send: Bench = {
  name: "send",
  about: "acknowledged durable sends per second in 20 guilds of 50, against a plain Colyseus room that only broadcasts",
  figure: "sendsPerSecond",
  also: {
    alwaysRatio: { figure: "sendsPerSecondAlways", as: "ratio" },
    cpuRatio: { figure: "cpuUsPerSend", as: "ratio" },
  },
  setUp: ({ quick }) => setUpSend(quick ? QUICK : FULL),
};

/** Both servers with all their connections; each side's server and load are processes of their own. */
export const setUpSend = ({ guilds, members, messages, underWay }: SendSize): Promise<Contest> =>
  onStage(async (stage) => {
    const founded = guildNames("busy", guilds, members);
    const redis = await stage.redis();
    // Members say more in a second here than in an hour: their pace is not what is measured.
    const chat = await stage.chat(redis, { GREMIO_GUILD_PACE: "off" });
    await foundGuilds(chat.port, founded);
    const oursLoad = await stage.start("crowd/load.ts");
    await oursLoad.ask({ do: "sit", port: chat.port, guilds: await tokensOf(founded) } satisfies Order);

    const plain = await stage.start("plain-colyseus/server.ts");
    const plainLoad = await stage.start("crowd/load.ts");
    const rooms = founded.map(({ guild, players }) => players.map((player) => ({ room: guild, player })));
    await plainLoad.ask({ do: "join", port: plain.port, rooms } satisfies Order);

    const sends = guilds * messages;
    const stream = async (load: Child): Promise<Outcome> => {
      const order: Order = { do: "stream", messages, underWay, textLength: TEXT_LENGTH };
      const outcome = outcomeSchema.parse(await load.ask(order));
      if (outcome.messages !== sends * members)
        throw new Error(`${outcome.messages} deliveries came instead of ${sends * members}`);
      return outcome;
    };
    const perSecond = ({ tookMs }: Outcome): number => (sends * 1000) / tookMs;
    const measure = async (load: Child, watched: Readonly<Record<string, number>>): Promise<Round> => {
      const { outcome, shares } = await withShares(watched, () => stream(load));
      const { tookMs, cpuMs, frames, answersMs } = outcome;
      return {
        sendsPerSecond: perSecond(outcome),
        answerP50Ms: answersMs.p50,
        answerP99Ms: answersMs.p99,
        messagesPerFrame: outcome.messages / frames,
        ...shares,
        loadCpu: cpuMs / tookMs,
        cpuUsPerSend: (((shares.serverCpu ?? Number.NaN) + (shares.redisCpu ?? 0)) * tookMs * 1000) / sends,
      };
    };
    return {
      note: `${guilds} guilds of ${members}, ${messages} messages in each a round, ${underWay} under way in each at any time; a round ends when all are acknowledged and delivered`,
      units: "CPU as share of one core, cpuUsPerSend of server and Redis together; fsync always where it says so",
      ours: async () => {
        const round = await measure(oursLoad, { serverCpu: chat.pid, redisCpu: redis.pid });
        const always = await withFsync(redis, "always", () => stream(oursLoad));
        return { ...round, sendsPerSecondAlways: perSecond(always), answerP99MsAlways: always.answersMs.p99 };
      },
      baseline: async () => {
        const round = await measure(plainLoad, { serverCpu: plain.pid });
        return { ...round, sendsPerSecondAlways: round.sendsPerSecond ?? Number.NaN };
      },
      close: stage.close,
    };
  });
