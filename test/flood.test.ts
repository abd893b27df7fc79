import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClockedRedis, startClockedRedis } from "../bench/flood/clocked-redis.ts";
import { touchedIn } from "../bench/flood/traces.ts";
import { makeLog } from "../server/channel/log.ts";
import type { Pace } from "../server/channel/pace.ts";
import { makeSetSlowMode } from "../server/channel/slow-mode.ts";
import { makePlayers } from "../server/player/players.ts";
import { aFlood } from "./a-flood.ts";
import { aGuild } from "./a-guild.ts";
import { aPace } from "./a-pace.ts";
import { aPacedGuild, oks, S, SIMILAR, START, TIMEOUT } from "./a-paced-guild.ts";
import { conversations } from "./innocent-conversations.ts";

let clocked: ClockedRedis;
beforeAll(async () => {
  clocked = await startClockedRedis(START);
});
afterAll(() => clocked.stop());
const scene = (limits: Partial<Pace>) => aPacedGuild(clocked, limits);

describe("the share of the channel", () => {
  test("[FL1] chatter cannot take what is kept for leaders and officers, and the system is never refused", async () => {
    const { say, times, pass, ana, olga, beto, caro } = await scene({
      ...{ channel: { burst: 8, perSecond: 1 }, reservePercent: 25 },
    });
    expect(await times(6, (n) => say(n % 2 ? beto : caro, `m${n}`))).toEqual(oks(6));
    expect(await say(beto, "más")).toBe("channel-busy 1000");
    expect([await say(ana, "oigan"), await say(olga, "calma")]).toEqual(["ok", "ok"]);
    expect(await say(ana, "ya")).toBe("channel-busy 1000");
    // What flows in refills the reserve first.
    expect(await say(beto, "más")).toBe("channel-busy 3000");
    expect(await times(20, (n) => say(undefined, `noticia ${n}`))).toEqual(oks(20));
    await pass(3 * S);
    expect(await say(caro, "ahora")).toBe("ok");
    expect(await say(beto, "yo")).toBe("channel-busy 1000");
    expect(await say(ana, "ya")).toBe("ok");
  });

  test("[FL1] what is refused takes nothing of the channel nor of the member", async () => {
    const { say, times, pass, beto, caro, ana } = await scene({
      ...{ sender: { burst: 2, perSecond: 1 }, channel: { burst: 4, perSecond: 1 }, reservePercent: 25 },
    });
    expect(await times(12, (n) => say(beto, `m${n}`))).toEqual([...oks(2), ...Array(10).fill("rate-limited 1000")]);
    expect([await say(caro, "uno"), await say(caro, "dos")]).toEqual(["ok", "channel-busy 1000"]);
    expect(await say(ana, "aquí")).toBe("ok");
    await pass(2 * S);
    expect([await say(caro, "dos"), await say(caro, "tres")]).toEqual(["ok", "channel-busy 1000"]);
  });

  test("[FL1] who was refused because the channel was full has his whole budget left when it is not", async () => {
    const { say, times, pass, beto, caro } = await scene({
      ...{ sender: { burst: 2, perSecond: 0.001 }, channel: { burst: 4, perSecond: 1 }, reservePercent: 25 },
    });
    expect(await times(2, (n) => say(beto, `m${n}`))).toEqual(oks(2));
    expect(await say(caro, "uno")).toBe("ok");
    expect(await times(3, () => say(caro, "dos"))).toEqual(Array(3).fill("channel-busy 1000"));
    await pass(1 * S);
    expect(await say(caro, "dos")).toBe("ok");
  });
});

describe("slow mode", () => {
  test("[FL2] members wait between two messages, leaders and officers do not, and the longer of setting and channel holds", async () => {
    const { say, pass, ana, olga, beto, caro, redis, keys, channel } = await scene({ slowMs: 2 * S });
    expect([await say(beto, "uno"), await say(beto, "dos"), await say(caro, "tres")]).toEqual([
      ...["ok", "slow-mode 2000", "ok"],
    ]);
    for (const officer of [ana, olga, ana, olga]) expect(await say(officer, "¡ya!")).toBe("ok");
    await pass(2 * S);
    expect(await say(beto, "dos")).toBe("ok");
    const slow = makeSetSlowMode(redis, keys);
    await slow(channel, 30 * S, { player: olga });
    await pass(2 * S);
    expect(await say(beto, "tres")).toBe("slow-mode 28000");
    expect(await say(ana, "calma")).toBe("ok");
    await expect(slow(channel, 0, { player: beto })).rejects.toMatchObject({ code: "not-permitted" });
    await expect(slow(channel, 0, { player: "nadie" })).rejects.toMatchObject({ code: "not-member" });
    await slow(channel, 0);
    expect(await say(beto, "tres")).toBe("ok");
    expect(await say(beto, "cuatro")).toBe("slow-mode 2000");
  });
});

describe("repetition", () => {
  const VARIED = [
    "¡Gemas gratis en mi canal!",
    "gemas gratis en mi canal 😂",
    "G E M A S  gratis, en mi canal 77",
    "Gémàs grâtïs en mi canaaal",
    "gеmаs grаtis en mi cаnаl",
    "ＧＥＭＡＳ gratis en 𝓶𝓲 canal",
  ];

  test("[FL3] the same said again, however it is varied, is refused until its window ends; something else may be said at once", async () => {
    const { say, pass, times, beto } = await scene(SIMILAR);
    const [a = "", b = "", c = "", ...more] = VARIED;
    for (const text of [a, b, c]) expect(await say(beto, text)).toBe("ok");
    await pass(20 * S);
    for (const text of more) expect(await say(beto, text)).toBe("too-similar 40000");
    expect(await say(beto, "perdón, me equivoqué de canal")).toBe("ok");
    await pass(40 * S);
    expect(await times(4, (n) => say(beto, VARIED[n] ?? ""))).toEqual([...oks(3), "too-similar 60000"]);
  });

  test("[FL3] a long text is the same when a word or two of it differ", async () => {
    const { say, beto } = await scene(SIMILAR);
    const offer = (word: string, end = ""): string =>
      `Entra en mi página y pide ${word} gemas antes de que se acabe la oferta de hoy${end}`;
    for (const word of ["cien", "mil", "cien"]) expect(await say(beto, offer(word))).toBe("ok");
    expect(await say(beto, offer("miles de"))).toBe("too-similar 60000");
    expect(await say(beto, offer("mil", ", corre"))).toBe("too-similar 60000");
    expect(await say(beto, "Mañana a las ocho hay guerra contra los Lobos, no falten, llevamos dos derrotas")).toBe(
      "ok",
    );
  });

  test("[FL4] a short word may be repeated more often, and what different people say is no repetition", async () => {
    const { say, times, log, channel, redis, keys, guild, beto } = await scene(SIMILAR);
    expect(await times(9, () => say(beto, "vamos!"))).toEqual([...oks(8), "too-similar 60000"]);
    const crowd = Array.from({ length: 20 }, (_, n) => `${guild}-fan-${n}`);
    await aGuild(redis, keys, `${guild}x`, crowd);
    for (const joy of ["kkkk", "gg", "dale", "vamos", "jajaja", "kkkkkkkkkk", "😂😂😂", "GG!!"])
      for (const author of crowd)
        await log.append({ channel: `${channel}x`, author, nonce: `${joy}-${author}`, kind: "text", body: joy });
  });

  test("[FL4] a very long text several members have just copied is refused from the next one, without a strike, and not from officers", async () => {
    const pace = { ...SIMILAR, ...TIMEOUT, raid: { most: 2, windowMs: 60 * S } };
    const { say, pass, ana, olga, beto, caro, guilds, guild, redis, keys } = await scene(pace);
    const offer = (n: number) => `Únanse todos al gremio de los Buitres, regalan ${n} gemas por entrar`;
    await makePlayers(redis, keys).putProfile(`${guild}-dino`, { name: "Dino" });
    await guilds.admit(guild, `${guild}-dino`, "member");
    expect([await say(beto, offer(1)), await say(caro, offer(2)), await say(caro, offer(2))]).toEqual(oks(3));
    for (let n = 0; n < 12; n++) expect(await say(`${guild}-dino`, offer(n))).toBe("too-similar 60000");
    expect([await say(ana, offer(4)), await say(olga, offer(5))]).toEqual(["ok", "ok"]);
    expect(await say(`${guild}-dino`, "¿qué es eso de los Buitres?")).toBe("ok");
    await pass(60 * S);
    expect(await say(`${guild}-dino`, offer(3))).toBe("ok");
  });
});

describe("kinds of channels", () => {
  test("[FL14] each kind has its own limits", async () => {
    const { redis, keys, beto } = await scene({});
    const log = makeLog(redis, keys, {
      historyLength: 100,
      pace: {
        guild: aPace({ sender: { burst: 2, perSecond: 1 } }),
        team: aPace({ sender: { burst: 1, perSecond: 1 } }),
        circle: undefined,
      },
    });
    const written = async (channel: string): Promise<number> => {
      await redis.run(keys.of(channel, "numbers"), ["HSET", keys.of(channel, "numbers"), beto, "1"]);
      const record = JSON.stringify({ n: 1, rank: "member", at: START });
      await redis.run(keys.of(channel, "members"), ["HSET", keys.of(channel, "members"), beto, record]);
      const tries = [1, 2, 3].map((n) =>
        log.append({ channel, author: beto, nonce: `kinds-${n}`, kind: "text", body: `m${n}` }),
      );
      return (await Promise.allSettled(tries)).filter(({ status }) => status === "fulfilled").length;
    };
    expect([await written("guild:kinds"), await written("team:kinds"), await written("circle:kinds")]).toEqual([
      2, 1, 3,
    ]);
  });
});

describe("stories", () => {
  test("[FL9] of 500 messages in 10 s by one, varied or not, at least 95 % are refused, and of 99 honest members nobody's", async () => {
    const flood = await aFlood(clocked, START + 86_400_000);
    for (const { sent, refused } of flood.scams) expect(refused / sent).toBeGreaterThanOrEqual(0.95);
    expect(flood.honest).toEqual({ sent: 3 * 198, refused: 0 });
  });

  test("[FL10] innocent conversations in Spanish and Portuguese are not touched", async () => {
    for (const [name, lines] of Object.entries(conversations)) {
      const { messages, refused } = await touchedIn(clocked, name, lines);
      expect({ name, messages, refused }).toEqual({ name, messages: lines.length, refused: {} });
    }
  });
});
