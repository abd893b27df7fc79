import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCards } from "../server/card/cards.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aBody, aCardChannel, anAction } from "./a-card-channel.ts";
import { byCode, channel, historyLength, nonce } from "./a-guild-channel.ts";
import { aRedis } from "./a-redis.ts";

const MINUTE_MS = 60_000;
let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());
const scene = (people?: string[]) => aCardChannel(redis, people);

describe("what is done with a card", () => {
  test("[CA1] is counted once for each player, however often he does it, and the state tells who", async () => {
    const { postBySystem, act, markOf } = await scene();
    const seq = await postBySystem({});
    const taps = await Promise.all(["ana", "beto", "ana", "ana", "beto"].map((player) => act(player, seq, "take")));
    expect(taps.every(({ accepted, own }) => accepted && own.join() === "take")).toBe(true);
    expect(await markOf(seq, "beto")).toEqual({
      ...{ version: 3, counts: { take: 2 }, who: { take: [1, 2] }, closed: false, own: ["take"] },
    });
    expect(await markOf(seq, "caro")).toMatchObject({ own: [] });
  });

  test("[CA1] counts actions whatever they are called, with a result and without", async () => {
    const { postBySystem, act, cards, markOf } = await scene();
    const ids = ["aa", "closed", "result", "zz"];
    const seq = await postBySystem({ actions: ids.map((id) => ({ ...anAction, id })) });
    for (const player of ["ana", "beto"]) for (const id of ids) await act(player, seq, id);
    const counts = Object.fromEntries(ids.map((id) => [id, 2]));
    expect(await markOf(seq, "caro")).toMatchObject({ counts, closed: false });
    const result = { a: 1, result: { closed: true, result: 2 } };
    expect(await cards.settle(channel, undefined, seq, { close: false, result })).toMatchObject({ counts, result });
    expect((await act("caro", seq, "aa")).state).toMatchObject({ counts: { ...counts, aa: 3 }, result });
  });

  test("[CA2] never exceeds its cap; when an action that closes is full, the card is closed and an entry tells so", async () => {
    const { post, act, newest, markOf } = await scene(Array.from({ length: 30 }, (_, index) => `p${index}`));
    const seq = await post("p0", { card: "help", item: "madera", wanted: 5 });
    await expect(act("p0", seq, "give")).rejects.toEqual(byCode("not-permitted"));
    const taps = await Promise.allSettled(Array.from({ length: 29 }, (_, index) => act(`p${index + 1}`, seq, "give")));
    expect(taps.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    for (const tap of taps) if (tap.status === "rejected") expect(tap.reason).toEqual(byCode("card-closed"));
    const { entries } = await newest("p1");
    const outcome = entries.filter(({ kind }) => kind === "outcome");
    expect(outcome).toHaveLength(1);
    expect(outcome[0]).toMatchObject({ body: { seq, state: { counts: { give: 5 }, closed: true } } });
    expect(await markOf(seq, "p1")).toMatchObject({ counts: { give: 5 }, closed: true });
  });

  test("[CA2] a full action that does not close is card-full, and a place that was left is free again", async () => {
    const { post, act } = await scene();
    const seq = await post("ana", { card: "team-call", title: "Torre", size: 3 });
    await act("beto", seq, "join");
    await act("caro", seq, "join");
    await expect(act("dino", seq, "join")).rejects.toEqual(byCode("card-full"));
    await act("beto", seq, "join", false);
    expect((await act("dino", seq, "join")).state).toMatchObject({ counts: { join: 3 }, who: { join: [1, 3, 4] } });
  });

  test("[CA3] of a group a player has one action, and changing it moves him; what can be undone he takes back", async () => {
    const { post, act, postBySystem } = await scene();
    const seq = await post("ana", { card: "poll", question: "¿Cuándo?", options: ["Hoy", "Mañana"] });
    await act("beto", seq, "option-1");
    await act("caro", seq, "option-1");
    expect((await act("beto", seq, "option-2")).state).toMatchObject({ counts: { "option-1": 1, "option-2": 1 } });
    expect(await act("beto", seq, "option-2", false)).toMatchObject({ own: [], state: { counts: { "option-1": 1 } } });
    expect((await act("beto", seq, "option-2", false)).state.version).toBe(5);
    const fixed = await postBySystem({});
    await act("beto", fixed, "take");
    await expect(act("beto", fixed, "take", false)).rejects.toEqual(byCode("already-acted"));
  });

  test("[CA4] only a member who may write does it, with a card that is there and an action it has", async () => {
    const { postBySystem, act, log, changes, guilds, markOf } = await scene();
    const actions = [
      { ...anAction, id: "take" },
      { ...anAction, id: "own", by: "author" as const },
    ];
    const seq = await postBySystem({ actions });
    await expect(act("zoe", seq, "take")).rejects.toEqual(byCode("not-member"));
    await expect(act("beto", seq, "eat")).rejects.toEqual(byCode("action-unknown"));
    await expect(act("beto", seq, "own")).rejects.toEqual(byCode("not-permitted"));
    const said = await log.append({ channel, author: "beto", nonce: nonce(), kind: "text", body: "hola" });
    await expect(act("beto", said.seq, "take")).rejects.toEqual(byCode("card-not-found"));
    await expect(act("beto", 9_999, "take")).rejects.toEqual(byCode("card-not-found"));
    await act("beto", seq, "take");
    await guilds.remove("g1", "beto", "left");
    await expect(act("beto", seq, "take")).rejects.toEqual(byCode("not-member"));
    await changes.delete({ channel, nonce: nonce(), seq, player: undefined });
    await expect(act("caro", seq, "take")).rejects.toEqual(byCode("card-not-found"));
    expect(await markOf(seq, "caro")).toBeUndefined();
  });

  test("[CA5] nothing is done with a card whose time is over, and no card ends in the past or after 30 days", async () => {
    const { keys, log, cards, act } = await scene();
    const past = { redis, keys, log };
    const yesterday = makeCards(past, { historyLength, nowMs: () => Date.now() - 2 * MINUTE_MS });
    const body = aBody({ expiresAt: Date.now() - MINUTE_MS });
    const seq = (await yesterday.post({ channel, nonce: "nonce-of-the-past", body })).seq;
    await expect(act("beto", seq, "take")).rejects.toEqual(byCode("card-closed"));
    await expect(cards.post({ channel, nonce: nonce(), body })).rejects.toEqual(byCode("bad-request"));
    const late = aBody({ expiresAt: Date.now() + 31 * 24 * 60 * MINUTE_MS });
    await expect(cards.post({ channel, nonce: nonce(), body: late })).rejects.toEqual(byCode("bad-request"));
    await expect(cards.post({ channel, author: "beto", nonce: nonce(), body: late })).rejects.toEqual(
      byCode("bad-request"),
    );
    // What was posted in time is that card, whenever its nonce comes again.
    expect(await cards.post({ channel, nonce: "nonce-of-the-past", body })).toMatchObject({ seq, repeated: true });
  });
});

describe("a card's end", () => {
  test("[CA6] its author and officers close it, once; an entry tells so, and nothing is done with it any more", async () => {
    const { post, act, cards, newest } = await scene();
    const seq = await post("beto", { card: "roll-call", title: "Guerra" });
    await act("caro", seq, "yes");
    const close = (player: string) => cards.settle(channel, player, seq, { close: true });
    await expect(close("caro")).rejects.toEqual(byCode("not-permitted"));
    await expect(close("zoe")).rejects.toEqual(byCode("not-member"));
    expect(await close("beto")).toMatchObject({ closed: true, counts: { yes: 1 } });
    await close("ana");
    await expect(act("dino", seq, "yes")).rejects.toEqual(byCode("card-closed"));
    expect((await act("caro", seq, "yes")).own).toEqual(["yes"]);
    const outcomes = (await newest()).entries.filter(({ kind }) => kind === "outcome");
    expect(outcomes).toMatchObject([{ from: 2, body: { seq, state: { closed: true, who: { yes: [3] } } } }]);
  });

  test("[CA6] an outcome is not unread, and a card is", async () => {
    const { post, cards, reads } = await scene();
    const seq = await post("beto", { card: "roll-call", title: "Guerra" });
    const { unread } = (await reads.status(channel, "caro")).read;
    await cards.settle(channel, undefined, seq, { close: true });
    expect((await reads.status(channel, "caro")).read.unread).toBe(unread);
    expect(await reads.seenBy(channel, undefined, seq)).toEqual({ seen: 0, of: 3 });
  });

  test("[CA7] the author of a challenge gives its replay once, nobody else does; the studio may replace it", async () => {
    const { post, act, cards, markOf } = await scene();
    const seq = await post("beto", { card: "challenge", mode: "1 contra 1" });
    await act("caro", seq, "accept");
    const settle = (player: string | undefined, result: Record<string, unknown>) =>
      cards.settle(channel, player, seq, { close: false, result });
    const result = { replay: "https://game.example/r/1" };
    await expect(settle("ana", result)).rejects.toEqual(byCode("not-permitted"));
    await settle("beto", result);
    const { version } = await settle("beto", result);
    await expect(settle("beto", { replay: "other" })).rejects.toEqual(byCode("already-acted"));
    const odd = { nested: { empty: [], none: {}, big: 123_456_789_012_345, text: ',"result":"x/y"' } };
    expect(await settle(undefined, odd)).toMatchObject({ version: version + 1, result: odd, counts: { accept: 1 } });
    await act("caro", seq, "accept");
    expect(await markOf(seq, "dino")).toMatchObject({ result: odd, closed: false });
    const other = await post("beto", { card: "roll-call", title: "Guerra" });
    await expect(cards.settle(channel, "beto", other, { close: false, result })).rejects.toEqual(
      byCode("not-permitted"),
    );
  });
});

test("[CA12] who has done what is read in whole, also beyond what the state names", async () => {
  const people = Array.from({ length: 45 }, (_, index) => `p${index}`);
  const { postBySystem, act, cards } = await scene(people);
  const seq = await postBySystem({});
  for (const player of people) await act(player, seq, "take");
  const { state, done, entry } = await cards.read(channel, seq);
  expect([state.counts.take, state.who.take?.length]).toEqual([45, 40]);
  expect(done).toEqual(people.map((player, index) => ({ number: index + 1, player, actions: ["take"] })));
  expect(entry.body.data).toEqual({ item: 7 });
  await expect(cards.read(channel, 1)).rejects.toEqual(byCode("card-not-found"));
});
