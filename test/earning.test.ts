import { afterAll, beforeAll, expect, test } from "vitest";
import { firstWar, friendStayed, helpGiven } from "../server/points/earning/own-events.ts";
import { type Redis, RedisUnavailable } from "../server/redis/redis.ts";
import { earningEventSchema } from "../shared/earning.ts";
import { aRedis } from "./a-redis.ts";
import { anEarningWorld, NOON } from "./an-earning-world.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const byCode = (code: string) => expect.objectContaining({ name: "GremioError", code });
const world = (rules: unknown, guilds?: Record<string, string[]>) => anEarningWorld(redis, rules, guilds);
/** One rule, of `won`. */
const rule = (part: Record<string, unknown>) => ({ rules: [{ event: "won", player: { points: 10 }, ...part }] });

/** A Redis on which the process dies before it has called this function. */
const dyingBefore = (name: string): Redis => ({
  ...redis,
  run: (...args) => redis.run(...args),
  fcall: (asked, ...rest) =>
    asked === name ? Promise.reject(new RedisUnavailable("the process is gone")) : redis.fcall(asked, ...rest),
});

test("[EA1] an event pays the player's own book, and his guild's as his contribution, by each rule of its name", async () => {
  const { earning, event, own, book, brought } = await world({
    rules: [
      { event: "won", player: { points: 10, perValue: 0.5, most: 40 }, guild: { points: 5 } },
      { event: "won", id: "won-high", player: { points: 7 }, when: { value: 100 } },
      { event: "lost", player: { points: 1 } },
    ],
  });
  expect(await earning.take(event({ value: 20 }))).toEqual({
    ...{ player: 20, guild: 5, repeated: false },
    rules: [
      { rule: "won", player: 20, guild: 5, notes: [] },
      { rule: "won-high", player: 0, guild: 0, notes: ["value"] },
    ],
  });
  expect(await earning.take(event({ value: 1_000 }))).toMatchObject({ player: 47, guild: 5 });
  expect(await earning.take(event({ event: "unheard-of" }))).toMatchObject({ player: 0, guild: 0, rules: [] });
  expect([await own("ana"), await book("g1"), await brought("g1")]).toEqual([67, 10, { ana: 10, beto: 0, caro: 0 }]);
});

test("[EA1] what is paid by value is whole, rounded down, and at most what the rule allows", async () => {
  const { earning, event } = await world(rule({ player: { points: 1, perValue: 0.29, most: 40 } }));
  const paid = async (value: number) => (await earning.take(event({ value }))).player;
  expect([await paid(100), await paid(3), await paid(3.5), await paid(1e12)]).toEqual([30, 1, 2, 40]);
});

test("[EA1] a rule may have the name of what every object has", async () => {
  const { earning, event, own, brought } = await world({
    rules: [{ event: "constructor", player: { points: 10 }, guild: { points: 1 }, pair: { mates: false } }],
  });
  expect(await earning.take(event({ event: "constructor", partner: "beto" }))).toMatchObject({ player: 10, guild: 1 });
  expect([await own("ana"), await brought("g1")]).toEqual([10, expect.objectContaining({ ana: 1 })]);
});

test("[EA1] who has no guild earns for himself; whom nobody knows earns nothing", async () => {
  const { earning, event, own, players } = await world(rule({ guild: { points: 5 } }));
  await players.putProfile("solo", { name: "solo" });
  expect(await earning.take(event({ player: "solo" }))).toMatchObject({
    ...{ player: 10, guild: 0, rules: [{ notes: ["no-guild"] }] },
  });
  expect(await own("solo")).toBe(10);
  await expect(earning.take(event({ player: "nadie" }))).rejects.toEqual(byCode("player-not-found"));
});

test("[EA2] an event pays once, however often and at how many places it is told, and gets the first answer", async () => {
  const { earning, another, event, own, book, setRules } = await world(rule({ guild: { points: 5 } }));
  const once = event();
  const two = another();
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? earning : two).take(once)),
  );
  expect(answers.filter(({ repeated }) => !repeated).length).toBeLessThanOrEqual(1);
  setRules(rule({ player: { points: 99 } }));
  expect(await earning.take(once)).toEqual({ ...answers[0], repeated: true });
  expect([await own("ana"), await book("g1")]).toEqual([10, 5]);
});

test("[EA2] an id used for another event is refused; other players' events may have the same", async () => {
  const { earning, event, own, book } = await world(rule({ guild: { points: 5 } }));
  const first = event({ value: 3 });
  await earning.take(first);
  for (const other of [{ value: 4 }, { event: "lost" }, { with: ["beto"] }, { partner: "beto" }])
    await expect(earning.take({ ...first, ...other })).rejects.toEqual(byCode("key-reused"));
  expect(await earning.take({ ...first, player: "beto" })).toMatchObject({ player: 10, guild: 5, repeated: false });
  expect([await own("ana"), await own("beto"), await book("g1")]).toEqual([10, 10, 10]);
});

test("[EA2] what was paid is not paid again when the answer is no longer known", async () => {
  const { keys, earning, event, own, book } = await world(rule({ guild: { points: 5 } }));
  const old = event();
  await earning.take(old);
  const period = keys.of("player:ana", `earned:${Math.floor(Date.now() / (7 * 86_400_000))}`);
  expect(await redis.run(period, ["DEL", period])).toBe(1);
  expect(await earning.take(old)).toMatchObject({ player: 10, repeated: true });
  expect([await own("ana"), await book("g1")]).toEqual([10, 5]);
});

test("[EA3] no cap of a player is exceeded by a hundred events at once, on two processes", async () => {
  const { earning, another, event, own, book, brought } = await world({
    caps: { day: 300 },
    ...rule({ guild: { points: 7 }, caps: { day: 255, broughtDay: 100 } }),
  });
  const two = another();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? earning : two).take(event())),
  );
  const sum = answers.reduce((total, { player }) => total + player, 0);
  expect([sum, await own("ana"), await book("g1")]).toEqual([255, 255, 100]);
  expect(await brought("g1")).toMatchObject({ ana: 100 });
  const cut = answers.filter(({ rules }) => rules[0]?.notes.includes("cap-day"));
  expect(cut).toHaveLength(75);
});

test("[EA3] no cap of a guild is exceeded by events of all its members at once; what did not fit is said", async () => {
  const people = Array.from({ length: 10 }, (_, index) => `p${index}`);
  const { earning, event, book, own } = await world(
    { caps: { guildDay: 90 }, ...rule({ guild: { points: 7 }, caps: { guildDay: 82 } }) },
    { g1: people },
  );
  const events = Array.from({ length: 100 }, (_, index) => event({ player: people[index % 10] ?? "" }));
  const answers = await Promise.all(events.map((one) => earning.take(one)));
  expect(answers.reduce((total, { guild }) => total + guild, 0)).toBe(82);
  expect([await book("g1"), await own("p3")]).toEqual([82, 100]);
  const cut = answers.filter(({ rules }) => rules[0]?.notes.includes("guild-day"));
  expect(cut.map(({ guild }) => guild).filter((guild) => guild > 0)).toEqual([5]);
  expect(cut).toHaveLength(89);
  const partly = answers.findIndex(({ guild }) => guild === 5);
  expect(await earning.take(events[partly] ?? event())).toEqual({ ...answers[partly], repeated: true });
});

test("[EA3] caps of a week, for ever, and of how often hold over days", async () => {
  const { earning, event, own, later } = await world({
    rules: [
      { event: "won", player: { points: 10 }, caps: { week: 25 } },
      { event: "won", id: "first", player: { points: 100 }, caps: { timesEver: 1 } },
      { event: "won", id: "ever", player: { points: 1_000 }, caps: { ever: 2_500 } },
    ],
  });
  const paid: number[] = [];
  for (let day = 0; day < 6; day++) {
    paid.push((await earning.take(event())).player);
    later(24);
  }
  // Wednesday to Monday.
  expect(paid).toEqual([1_110, 1_010, 505, 0, 0, 10]);
  expect(await own("ana")).toBe(2_635);
});

test("[EA4] a day and a week end at midnight of the rules' zone", async () => {
  const { earning, event, at } = await world({
    zone: "America/Mexico_City",
    ...rule({ caps: { timesDay: 1, timesWeek: 2 } }),
  });
  const paid = async (time: string): Promise<number> => {
    at(time);
    return (await earning.take(event())).player;
  };
  // Saturday evening there, six hours behind UTC.
  expect(await paid("2031-03-16T04:00:00Z")).toBe(10);
  expect(await paid("2031-03-16T05:59:59.999Z")).toBe(0);
  expect(await paid("2031-03-16T06:00:00Z")).toBe(10);
  expect(await paid("2031-03-17T05:59:59Z")).toBe(0);
  expect(await paid("2031-03-17T06:00:00Z")).toBe(10);
});

test("[EA4] a clock or a zone that goes back by a day does not begin the day anew; one that was far ahead does", async () => {
  const { earning, event, at, setRules } = await world(rule({ caps: { timesDay: 1 } }));
  const paid = async (time: number): Promise<number> => {
    at(time);
    return (await earning.take(event())).player;
  };
  const DAY = 86_400_000;
  expect(await paid(NOON)).toBe(10);
  expect(await paid(NOON - DAY)).toBe(0);
  setRules({ zone: "Pacific/Pago_Pago", ...rule({ caps: { timesDay: 1 } }) });
  expect(await paid(NOON - 6 * 3_600_000)).toBe(0);
  expect(await paid(NOON + 900 * DAY)).toBe(10);
  expect(await paid(NOON + DAY)).toBe(10);
});

test("[EA5] the n-th time of a day pays its share", async () => {
  const { earning, event, later } = await world(rule({ guild: { points: 6 }, shares: [100, 50, 25] }));
  const paid = async () => {
    const { player, guild } = await earning.take(event());
    return [player, guild];
  };
  expect([await paid(), await paid(), await paid(), await paid()]).toEqual([
    [10, 6],
    [5, 3],
    [2, 1],
    [2, 1],
  ]);
  later(24);
  expect(await paid()).toEqual([10, 6]);
});

test("[EA5] guild mates who played with him add to it, up to a limit; strangers, he himself, and new members do not", async () => {
  const { earning, event, at, guilds, players } = await world(
    rule({ player: { points: 100 }, together: { percent: 20, most: 30 } }),
    { g1: ["ana", "beto", "caro"], g2: ["otro"] },
  );
  const paid = async (...others: string[]) => (await earning.take(event({ with: others }))).player;
  expect(await paid("otro", "ana", "nadie")).toBe(100);
  expect(await paid("beto", "beto")).toBe(120);
  expect(await paid("beto", "caro")).toBe(130);
  await players.putProfile("dino", { name: "dino" });
  await guilds.admit("g1", "dino", "recruit");
  at(Date.now() + 23 * 3_600_000);
  expect(await paid("dino")).toBe(100);
  at(Date.now() + 25 * 3_600_000);
  expect(await paid("dino")).toBe(120);
  await guilds.remove("g1", "dino", "left");
  expect(await paid("dino")).toBe(100);
});

test("[EA6] a rule holds only for those of the level, rank, and time in the guild it asks for", async () => {
  const { earning, event, at, players } = await world({
    rules: [
      { event: "won", id: "level", player: { points: 1 }, when: { level: 10 } },
      { event: "won", id: "rank", player: { points: 10 }, when: { ranks: ["leader", "officer"] } },
      { event: "won", id: "member", player: { points: 100 }, when: { memberHours: 48 } },
    ],
  });
  const paid = async (player: string) => (await earning.take(event({ player }))).player;
  await players.putProfile("solo", { name: "solo" });
  await players.putProfile("beto", { level: 10 });
  expect([await paid("ana"), await paid("beto"), await paid("solo")]).toEqual([110, 101, 0]);
  at(Date.now() + 47 * 3_600_000);
  expect(await paid("ana")).toBe(10);
});

const helpRule = { event: "help-given", player: { points: 5 }, guild: { points: 3 }, pair: { week: 2, partners: 3 } };

test("[EA7] two pay each other so many times a week, both ways together, however many events come at once", async () => {
  const { earning, another, event, own, later } = await world({ rules: [helpRule] });
  const two = another();
  const help = (player: string, partner: string) => event({ event: "help-given", player, partner });
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0 ? earning.take(help("ana", "beto")) : two.take(help("beto", "ana")),
    ),
  );
  expect((await own("ana")) + (await own("beto"))).toBe(10);
  expect(await earning.take(help("ana", "beto"))).toMatchObject({ player: 0, rules: [{ notes: ["pair-week"] }] });
  expect(await earning.take(help("ana", "caro"))).toMatchObject({ player: 5, guild: 3 });
  later(5 * 24);
  expect(await earning.take(help("ana", "beto"))).toMatchObject({ player: 5 });
});

test("[EA7] of a ring or a crowd of helpers, only so many different ones count for a player a week", async () => {
  const crowd = Array.from({ length: 8 }, (_, index) => `h${index}`);
  const { earning, event, own } = await world({ rules: [helpRule] }, { g1: ["ana", ...crowd] });
  await Promise.all(crowd.map((player) => earning.take(event({ event: "help-given", player, partner: "ana" }))));
  const earned = await Promise.all(crowd.map(own));
  expect(earned.filter((points) => points > 0)).toHaveLength(3);

  const ring = await world({ rules: [helpRule] });
  const people = ["ana", "beto", "caro"];
  for (let round = 0; round < 10; round++)
    for (const [index, player] of people.entries())
      await ring.earning.take(ring.event({ event: "help-given", player, partner: people[(index + 1) % 3] ?? "" }));
  expect(await Promise.all(people.map(ring.own))).toEqual([10, 10, 10]);
});

test("[EA7] an event takes one place of a pair, however often it is tried; a partner who counts goes on counting", async () => {
  const { another, earning, event } = await world({ rules: [{ ...helpRule, pair: { week: 2, partners: 1 } }] });
  const dying = another(dyingBefore("earning_decide"));
  const help = (partner: string) => event({ event: "help-given", partner });
  const tried = help("beto");
  for (let round = 0; round < 5; round++) await expect(dying.take(tried)).rejects.toThrow(RedisUnavailable);
  expect(await earning.take(tried)).toMatchObject({ player: 5, repeated: false });
  expect(await earning.take(help("beto"))).toMatchObject({ player: 5 });
  expect(await earning.take(help("beto"))).toMatchObject({ rules: [{ notes: ["pair-week"] }] });
  expect(await earning.take(help("caro"))).toMatchObject({ rules: [{ notes: ["partners-week"] }] });
});

test("[EA7] an event between two needs two of one guild, neither of them new, unless the rule says otherwise", async () => {
  const { earning, event, at, guilds, players } = await world(
    { rules: [helpRule, { event: "friend-stayed", player: { points: 9 }, pair: { mates: false } }] },
    { g1: ["ana", "beto"], g2: ["otro"] },
  );
  const notes = async (player: string, partner?: string) =>
    (await earning.take(event({ event: "help-given", player, ...(partner !== undefined && { partner }) }))).rules[0]
      ?.notes;
  expect(await notes("ana")).toEqual(["no-partner"]);
  expect(await notes("ana", "otro")).toEqual(["partner-elsewhere"]);
  expect(await earning.take(event({ event: "friend-stayed", partner: "otro" }))).toMatchObject({ player: 9 });
  await players.putProfile("dino", { name: "dino" });
  await guilds.admit("g1", "dino", "recruit");
  at(Date.now() + 23 * 3_600_000);
  expect([await notes("ana", "dino"), await notes("dino", "ana")]).toEqual([["partner-new"], ["partner-new"]]);
  at(Date.now() + 25 * 3_600_000);
  expect(await notes("dino", "ana")).toEqual([]);
});

test.for(["earning_bring", "earning_brought"])(
  "[EA8] a process that dies before %s leaves an event that its repetition finishes, or the next sweep, once",
  async (name) => {
    const { another, earning, event, own, book } = await world(rule({ guild: { points: 5 }, caps: { guildDay: 12 } }));
    const dying = another(dyingBefore(name));
    const [repeated, swept, cut] = [event(), event(), event()];
    for (const one of [repeated, swept, cut]) await expect(dying.take(one)).rejects.toThrow(RedisUnavailable);
    expect(await own("ana")).toBe(30);
    expect(await earning.take(repeated)).toMatchObject({ player: 10, guild: 5, repeated: true });
    expect(await earning.finish()).toBe(0);
    expect(await earning.finish(0)).toBe(2);
    expect(await earning.finish(0)).toBe(0);
    expect([await own("ana"), await book("g1")]).toEqual([30, 12]);
    const answers = await Promise.all([swept, cut].map((one) => earning.take(one)));
    expect(answers.map(({ guild }) => guild).sort()).toEqual([2, 5]);
    expect([await own("ana"), await book("g1")]).toEqual([30, 12]);
  },
);

test("[EA8] an event that cannot be finished does not keep the others waiting", async () => {
  const { keys, another, earning, event, own, book } = await world(rule({ guild: { points: 5 } }), {
    ...{ g1: ["ana"], g2: ["beto"], g3: ["caro"] },
  });
  const dying = another(dyingBefore("earning_bring"));
  for (const player of ["ana", "beto", "caro"]) await expect(dying.take(event({ player }))).rejects.toThrow();
  const spoilt = keys.of("guild:g2", "book");
  await redis.run(spoilt, ["SET", spoilt, "spoilt"]);
  await expect(earning.finish(0)).rejects.toThrow("WRONGTYPE");
  expect([await book("g1"), await book("g3"), await own("beto")]).toEqual([5, 5, 10]);
  await redis.run(spoilt, ["DEL", spoilt]);
  expect(await earning.finish(0)).toBe(1);
  expect(await book("g2")).toBe(5);
});

test("[EA8] who has left when the guild's part comes brings nothing; his own part stays", async () => {
  const { another, earning, event, guilds, own, book } = await world(rule({ guild: { points: 5 } }));
  const dying = another(dyingBefore("earning_bring"));
  const last = event({ player: "beto" });
  await expect(dying.take(last)).rejects.toThrow(RedisUnavailable);
  await guilds.remove("g1", "beto", "left");
  expect(await earning.take(last)).toMatchObject({ player: 10, guild: 0, rules: [{ notes: ["left"] }] });
  expect([await own("beto"), await book("g1")]).toEqual([10, 0]);
});

test("[EA9] without rules that could be read, the outcome of an event is unknown, and its id stays free", async () => {
  const { earning, event, setRules } = await world(rule({}));
  const one = event();
  setRules(undefined);
  await expect(earning.take(one)).rejects.toEqual(byCode("outcome-unknown"));
  setRules(rule({}));
  expect(await earning.take(one)).toMatchObject({ player: 10, repeated: false });
});

test("[EA14] Gremio's own events pay once for what they are about, however often they are told", async () => {
  const pays = (event: string, points: number) => ({ event, player: { points } });
  const { earning, own, later } = await world({
    rules: [
      { ...pays("help-given", 5), pair: {} },
      { ...pays("friend-stayed", 200), pair: { mates: false } },
      { ...pays("first-war", 1_000), caps: { timesEver: 1 } },
    ],
  });
  const card = { channel: "guild:g1", epoch: 3, seq: 70 };
  const told = [
    helpGiven(card, "ana", "beto"),
    helpGiven(card, "caro", "beto"),
    helpGiven({ ...card, seq: 71 }, "ana", "beto"),
    friendStayed("ana", "otro"),
    friendStayed("ana", "another"),
    firstWar("ana"),
  ];
  for (let round = 0; round < 3; round++) {
    for (const event of told) await earning.take(earningEventSchema.parse(event));
    later(24);
  }
  await earning.take({ ...firstWar("ana"), id: "as-if-forgotten" });
  expect([await own("ana"), await own("caro")]).toEqual([1_410, 5]);
});
