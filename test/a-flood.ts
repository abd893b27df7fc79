import type { ClockedRedis } from "../bench/flood/clocked-redis.ts";
import { variedOffer } from "../bench/flood/what-is-said.ts";
import { makeRandom } from "../bench/random.ts";
import { makeLog } from "../server/channel/log.ts";
import { paceSetting } from "../server/settings/pace-setting.ts";
import { settings } from "../server/settings.ts";
import { GremioError } from "../shared/errors.ts";
import { aGuild } from "./a-guild.ts";

type Count = { sent: number; refused: number };

const SCAM_MS = 10_000;
const SCAM_MESSAGES = 500;
const HONEST = 99;
const HONEST_TEXTS = ["gg", "dale", "vamos!", "kkkk", "¿quién juega?", "boa noite", "yo voy", "partiu guerra"];

const pick = <T>(random: () => number, from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];

/** What the scammer says: varied, emoji alone, or something else each time. */
const scams: readonly ((random: () => number, n: number) => string)[] = [
  variedOffer,
  (random) => Array.from({ length: 6 }, () => String.fromCodePoint(0x1f600 + Math.floor(random() * 60))).join(""),
  (random) => Array.from({ length: 40 }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join(""),
];

/** In a guild of 100 with the default pace: 500 messages of one member within 10 s, while each of the others says two. Once for each kind of scam. */
export const aFlood = async (clocked: ClockedRedis, startMs: number): Promise<{ scams: Count[]; honest: Count }> => {
  const fallback = settings.find(({ name }) => name === "GREMIO_GUILD_PACE")?.default ?? "";
  const pace = { guild: paceSetting(fallback).parse(fallback) };
  const log = makeLog(clocked.redis, clocked.keys, { historyLength: 1_000, pace });
  const random = makeRandom(11);
  const honest: Count = { sent: 0, refused: 0 };
  const result: Count[] = [];
  for (const [kind, scam] of scams.entries()) {
    const people = Array.from({ length: HONEST + 1 }, (_, n) => `flood${kind}-${n}`);
    const [leader = "", ...others] = people;
    const scammer = others.pop() ?? "";
    await clocked.setClock(startMs);
    await aGuild(clocked.redis, clocked.keys, `flood${kind}`, people);
    const plan = [
      ...Array.from({ length: SCAM_MESSAGES }, (_, n) => ({
        ...{ atMs: startMs + (n * SCAM_MS) / SCAM_MESSAGES, author: scammer, body: scam(random, n) },
      })),
      ...[leader, ...others].flatMap((author) =>
        [0, 1].map(() => ({
          ...{ atMs: startMs + Math.floor(random() * SCAM_MS), author, body: pick(random, HONEST_TEXTS) ?? "" },
        })),
      ),
    ].sort((a, b) => a.atMs - b.atMs);
    const scamCount: Count = { sent: 0, refused: 0 };
    for (const [n, { atMs, author, body }] of plan.entries()) {
      const count = author === scammer ? scamCount : honest;
      count.sent += 1;
      await clocked.setClock(atMs);
      try {
        await log.append({ channel: `guild:flood${kind}`, author, nonce: `flood-${n}`, kind: "text", body });
      } catch (error) {
        if (!(error instanceof GremioError)) throw error;
        count.refused += 1;
      }
    }
    result.push(scamCount);
  }
  return { scams: result, honest };
};
