import { demandSound, findingSchema } from "../checker/finding.ts";
import type { Bench, Contest, Round } from "../frame.ts";
import { foundGuilds, guildNames, tokensOf } from "../studio/found-guilds.ts";
import { withShares } from "../studio/shares.ts";
import { onStage } from "../studio/stage.ts";
import { type Order, type Outcome, outcomeSchema } from "./orders.ts";

/** A round lasts `lastsMs`; `each`: messages of every honest member, `scam`: of the scammer. */
export type FloodSize = { members: number; sessions: number; lastsMs: number; each: number; scam: number };

/** 1,000 connections, as many as a guild of 100 has with ten devices each; 500 messages in 10 s. */
const FULL: FloodSize = { members: 100, sessions: 10, lastsMs: 10_000, each: 2, scam: 500 };
const QUICK: FloodSize = { members: 100, sessions: 2, lastsMs: 2_500, each: 1, scam: 125 };
/** Members who flood, each in one round: who has been timed out once would be refused anyway. */
const SCAMMERS = 8;
const LEAST_REFUSED = 0.95;

export const flood: Bench = {
  name: "flood",
  about: "acknowledgements of a guild's honest members while a scammer floods it, against the same without him",
  figure: "honestP99Ms",
  setUp: ({ quick }) => setUpFlood(quick ? QUICK : FULL),
};

/** Both sides are ours, with the pace of the settings' defaults: one with the scammer, one without. A round in which too little of a scam or anything honest is refused has no figures. */
export const setUpFlood = ({ members, sessions, lastsMs, each, scam }: FloodSize): Promise<Contest> =>
  onStage(async (stage) => {
    const founded = guildNames("flooded", 1, members);
    const redis = await stage.redis();
    const chat = await stage.chat(redis);
    await foundGuilds(chat.port, founded);
    const load = await stage.start("flood/load.ts");
    // The leader knows no time-outs: he is honest.
    const tokens = (await tokensOf(founded)).flat().reverse();
    await load.ask({ do: "sit", port: chat.port, tokens, sessions, scammers: SCAMMERS } satisfies Order);

    const round = async (offers: number): Promise<Round> => {
      const order: Order = { do: "talk", lastsMs, each, scam: offers };
      const watched = { serverCpu: chat.pid, redisCpu: redis.pid };
      const { outcome, shares } = await withShares(watched, async () => outcomeSchema.parse(await load.ask(order)));
      check(outcome, offers, (members - SCAMMERS) * each);
      demandSound(findingSchema.parse(await load.ask({ do: "judge" } satisfies Order)));
      const { honest, answersMs, scam: scammed } = outcome;
      return {
        honestP99Ms: answersMs.p99,
        honestP50Ms: answersMs.p50,
        honestSaid: honest.said,
        honestRefused: honest.refused,
        scamRefusedShare: offers === 0 ? 0 : scammed.refused / scammed.said,
        ...shares,
      };
    };
    return {
      note: `${members * sessions} sockets (${members} members × ${sessions}); in ${lastsMs / 1000} s one says ${scam} messages, varied by emoji, digit, spacing, accent and case, the others ${each} each`,
      ours: () => round(scam),
      baseline: () => round(0),
      close: stage.close,
    };
  });

const check = ({ honest, scam }: Outcome, offers: number, expected: number): void => {
  if (honest.said !== expected || honest.refused > 0)
    throw new Error(`${honest.refused} of ${honest.said} honest messages were refused; ${expected} were to be said`);
  if (scam.said !== offers || scam.refused < LEAST_REFUSED * offers)
    throw new Error(`${scam.refused} of ${scam.said} messages of the scammer were refused; ${offers} were to be said`);
};
