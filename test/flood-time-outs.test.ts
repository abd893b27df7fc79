import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClockedRedis, startClockedRedis } from "../bench/flood/clocked-redis.ts";
import { makeRandom } from "../bench/random.ts";
import type { Pace } from "../server/channel/pace.ts";
import { asText } from "../server/redis/reply.ts";
import { aPacedGuild, oks, S, SIMILAR, START, TIMEOUT } from "./a-paced-guild.ts";

let clocked: ClockedRedis;
beforeAll(async () => {
  clocked = await startClockedRedis(START);
});
afterAll(() => clocked.stop());
const scene = (limits: Partial<Pace>) => aPacedGuild(clocked, limits);

describe("time-outs", () => {
  test("[FL5] who goes on against what he was told is timed out, each time four times as long, up to the longest; a day of peace forgets", async () => {
    const { say, pass, times, beto } = await scene({ sender: { burst: 1, perSecond: 0.2 }, ...TIMEOUT });
    const lengths: string[] = [];
    let next = 0;
    const provoke = async (): Promise<void> => {
      expect(await say(beto, `a${++next}`)).toBe("ok");
      expect(await times(10, () => say(beto, `b${++next}`))).toEqual(Array(10).fill("rate-limited 5000"));
      lengths.push(await say(beto, `c${++next}`));
    };
    for (const lengthS of [10, 40, 160, 640, 2_560, 3_600, 3_600]) {
      await provoke();
      // Attempts during a time-out make it no longer.
      await pass(5 * S);
      const rest = `timed-out ${(lengthS - 5) * S}`;
      expect(await times(30, () => say(beto, `d${++next}`))).toEqual(Array(30).fill(rest));
      await pass((lengthS - 5) * S);
    }
    await pass(23 * 3_600 * S);
    await provoke();
    await pass(3_600 * S + 24 * 3_600 * S);
    await provoke();
    expect(lengths.map((answer) => Number(answer.split(" ")[1]) / S)).toEqual([
      ...[10, 40, 160, 640, 2_560, 3_600, 3_600, 3_600, 10],
    ]);
  });

  test("[FL5] repeating oneself ten times over leads there too; leaders and officers are not timed out", async () => {
    const { say, times, beto, ana, guilds, guild } = await scene({
      ...{ ...SIMILAR, ...TIMEOUT, sender: { burst: 20, perSecond: 0.001 } },
    });
    const text = "compra gemas en mi tienda";
    expect((await times(13, () => say(beto, text))).map((answer) => answer.split(" ")[0])).toEqual([
      ...[...oks(3), ...Array(9).fill("too-similar"), "timed-out"],
    ]);
    expect((await times(60, (n) => say(ana, `orden ${n}`))).filter((answer) => answer.startsWith("timed-out"))).toEqual(
      [],
    );
    await guilds.setRank(guild, beto, "officer");
    expect(await say(beto, "ya soy oficial")).toBe("ok");
  });

  test("[FL6] who waits as told, or asks again under the same nonce, is never timed out", async () => {
    const { say, pass, beto } = await scene({ sender: { burst: 2, perSecond: 2 }, ...TIMEOUT });
    for (let n = 0; n < 60; n++) {
      for (
        let answer = await say(beto, `m${n}`, `patient-${n}`);
        answer !== "ok";
        answer = await say(beto, `m${n}`, `patient-${n}`)
      ) {
        expect(answer).toMatch(/^rate-limited/);
        await pass(Number(answer.split(" ")[1]));
      }
    }
    expect(await say(beto, "más")).toMatch(/rate-limited/);
    for (let n = 0; n < 100; n++) expect(await say(beto, "más", "impatient-1")).toBe("rate-limited 500");
  });

  test("[FL7] a nonce that was accepted gives its entry again whatever the pace says", async () => {
    const { say, times, log, channel, beto } = await scene({ sender: { burst: 1, perSecond: 0.2 }, ...TIMEOUT });
    const first = { channel, author: beto, nonce: "accepted-1", kind: "text" as const, body: "hola" };
    const written = await log.append(first);
    await times(11, (n) => say(beto, `m${n}`));
    expect(await say(beto, "no")).toBe("timed-out 10000");
    expect(await log.append(first)).toEqual({ ...written, repeated: true });
  });
});

describe("bookkeeping", () => {
  test("[FL8] what is kept of a member stays below 400 bytes and goes with him", async () => {
    const { say, pass, beto, record, guilds, guild } = await scene({
      ...{ ...SIMILAR, ...TIMEOUT, sender: { burst: 5, perSecond: 2 }, slowMs: 1 },
    });
    const random = makeRandom(7);
    let most = 0;
    for (let n = 0; n < 300; n++) {
      const word = String.fromCharCode(97 + Math.floor(random() * 26), 97 + Math.floor(random() * 26));
      await say(beto, `${word}qué partida la de ayer contra los ${word}lobos${word}`);
      await pass(Math.floor(random() * 2_000));
      most = Math.max(most, (await record(beto))?.length ?? 0);
    }
    expect(most).toBeGreaterThan(200);
    expect(most).toBeLessThanOrEqual(400);
    await guilds.remove(guild, beto, "left");
    expect(await record(beto)).toBeNull();
  });

  test("[FL8] a refusal reads and writes the pace once, and during a time-out only reads it", async () => {
    const { say, times, redis, beto } = await scene({ sender: { burst: 1, perSecond: 0.001 }, ...TIMEOUT, ...SIMILAR });
    const calls = async (): Promise<Record<string, number>> => {
      const lines = asText(await redis.run("x", ["INFO", "commandstats"])).matchAll(/cmdstat_(\w+):calls=(\d+)/g);
      return Object.fromEntries([...lines].map(([, name, count]) => [name, Number(count)]));
    };
    const cost = async (): Promise<Record<string, number>> => {
      const before = await calls();
      await say(beto, "otra vez");
      const after = await calls();
      return Object.fromEntries(
        ["hmget", "hset", "xadd"].map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]),
      );
    };
    await say(beto, "hola");
    expect(await cost()).toEqual({ hmget: 1, hset: 1, xadd: 0 });
    await times(10, (n) => say(beto, `m${n}`));
    expect(await cost()).toEqual({ hmget: 1, hset: 0, xadd: 0 });
  });

  test("[CH14] a clock that was set back ends every wait", async () => {
    const { say, pass, times, beto, caro } = await scene({
      ...{
        ...SIMILAR,
        ...TIMEOUT,
        sender: { burst: 1, perSecond: 0.01 },
        channel: { burst: 3, perSecond: 0.001 },
        slowMs: S,
      },
    });
    await times(12, (n) => say(beto, `m${n}`));
    expect(await say(beto, "no")).toMatch(/timed-out/);
    expect([await say(caro, "a"), await say(beto, "no")]).toEqual(["ok", "timed-out 10000"]);
    await pass(-3_600 * S);
    expect([await say(beto, "sí"), await say(caro, "también")]).toEqual(["ok", "ok"]);
  });
});
