import { randomInt } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeLog } from "../server/channel/log.ts";
import { makeRosters } from "../server/channel/rosters.ts";
import { makeSanctions } from "../server/moderation/sanctions.ts";
import { makePresence } from "../server/presence/presence.ts";
import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asNumber } from "../server/redis/reply.ts";
import { JOIN_BURST } from "../server/rooms/join-budget.ts";
import { CLOSE_CODES } from "../shared/close-code.ts";
import { LIMITS } from "../shared/limits.ts";
import { PROTOCOL, ROOM_END, ROOM_WIRE } from "../shared/protocol.ts";
import { textsOf } from "./a-client.ts";
import { aRedis } from "./a-redis.ts";
import { refusal } from "./a-room.ts";
import { aStudioProcess, listening, type StudioProcess } from "./a-studio-room.ts";
import { aCuttingProxy } from "./cutting-proxy.ts";
import { waitFor } from "./wait-for.ts";

const WORDS = "tower river garden winter silver castle morning window forest bridge market summer".split(" ");
/** Words that are like no others said before, and that no filter minds. */
const aLine = (): string => Array.from({ length: 8 }, () => WORDS[randomInt(WORDS.length)]).join(" ");

let redis: Redis;
let keys: Keys;
let studio: StudioProcess;

beforeAll(async () => {
  ({ redis, keys } = await aRedis());
  studio = await aStudioProcess(keys);
});
afterAll(async () => {
  await studio.close();
  await redis.close();
});

test("[CP1] players of a room talk in its team: in one order for all, acknowledged when written, complete for who comes later", async () => {
  const kind = studio.define();
  const ana = await studio.join(kind, "ana");
  const beto = await studio.join(kind, "beto");
  const chats = [await listening(ana), await listening(beto)] as const;
  const sent = chats.flatMap((chat, who) => [0, 1, 2, 3].map((n) => chat.channel.send(`${who} says ${n}`).settled));
  const settled = await Promise.all(sent);
  expect(settled.every(({ ok }) => ok)).toBe(true);
  const channel = `team:${ana.roomId}`;
  const { entries } = await makeLog(redis, keys, { historyLength: 100 }).before(channel, undefined, undefined, 100);
  expect(textsOf(entries)).toHaveLength(8);
  const caro = await listening(await studio.join(kind, "caro", { roomId: ana.roomId }));
  for (const { shown, channel: seen } of [...chats, caro]) {
    await waitFor(() => textsOf(shown).length === 8, "all messages");
    expect(textsOf(shown)).toEqual(textsOf(entries));
    expect(seen.id).toBe(channel);
  }
  const [said] = entries.filter(({ kind: what }) => what === "text");
  await waitFor(() => caro.channel.person(said?.from ?? 0)?.name === "ana", "the name of who wrote");
});

/** By name; none, once the team has ended. */
const members = async (team: string): Promise<string[]> =>
  makeRosters(redis, keys)
    .snapshot(`team:${team}`)
    .then(
      (snapshot) => snapshot.members.map(({ player }) => player).toSorted(),
      () => [],
    );

test("[CP2] who joins the room is a member of its team, who leaves or is not let in is none; all leave when the room ends", async () => {
  const kind = studio.define();
  const ana = await studio.join(kind, "ana");
  const { roomId } = ana;
  const beto = await studio.join(kind, "beto", { roomId });
  const again = await studio.join(kind, "beto", { roomId });
  await expect(studio.join(kind, "caro", { roomId, wanted: false })).rejects.toThrow();
  await waitFor(async () => (await members(roomId)).length === 2, "both");
  await again.leave();
  const chat = await listening(beto);
  expect((await chat.channel.send("still here").settled).ok).toBe(true);
  await beto.leave();
  await waitFor(async () => (await members(roomId)).join() === "ana", "beto to be taken out");
  expect(chat.phase).toEqual({ phase: "closed", reason: "left" });
  await ana.leave();
  await waitFor(async () => (await members(roomId)).length === 0, "the end of the team");
});

test("[CP14] a team that all have left has ended, and nothing of it stays; whoever comes into the room then has another, as all who come after him", async () => {
  const kind = studio.define();
  const ana = await studio.join(kind, "ana");
  const { roomId } = ana;
  studio.roomOf(roomId).autoDispose = false;
  const first = await listening(ana);
  await first.channel.send("before").settled;
  await waitFor(async () => {
    const { sessions } = await makeRosters(redis, keys).snapshot(`team:${roomId}`);
    return sessions.length === 1;
  }, "ana to be seen in her team");
  await ana.leave();
  const info = keys.of(`team:${roomId}`, "info");
  await waitFor(async () => (await redis.run(info, ["EXISTS", info])) === 0, "the end of the team");
  const log = keys.of(`team:${roomId}`, "log");
  expect(asNumber(await redis.run(log, ["PTTL", log]))).toBeGreaterThan(0);
  const [b, c] = [
    await listening(await studio.join(kind, "beto", { roomId })),
    await listening(await studio.join(kind, "caro", { roomId })),
  ];
  await b.channel.send("after").settled;
  await waitFor(() => textsOf(c.shown).length === 1, "the message");
  expect([b.channel.id, c.channel.id]).toEqual([`team:${roomId}-2`, `team:${roomId}-2`]);
  expect(textsOf(c.shown)).toEqual(["after"]);
  studio.roomOf(roomId).autoDispose = true;
});

test("[CP3] a lost line is no leave: not while the room waits for him, nor, where it does not wait, before the grace has ended or the studio says so", async () => {
  const waits = studio.define({ reconnectS: 0.3 });
  const proxy = await aCuttingProxy(studio.port);
  const kept = await studio.join(waits, "ana", { url: proxy.url });
  const other = await studio.join(waits, "beto", { roomId: kept.roomId });
  await waitFor(async () => (await members(kept.roomId)).length === 2, "both");
  kept.reconnection.enabled = false;
  proxy.cut();
  const room = studio.roomOf(kept.roomId);
  await waitFor(() => room.clients.length === 1, "the drop");
  expect(await members(kept.roomId)).toEqual(["ana", "beto"]);
  await waitFor(async () => (await members(kept.roomId)).join() === "beto", "the end of the wait");
  await other.leave();

  for (const [graceMs, left] of [
    [60_000, false],
    [1, true],
  ] as const) {
    const kind = studio.define({ graceMs });
    const lost = await studio.join(kind, "ana", { url: proxy.url });
    const { roomId } = lost;
    await studio.join(kind, "beto", { roomId });
    await waitFor(async () => (await members(roomId)).length === 2, "both");
    lost.reconnection.enabled = false;
    proxy.cut();
    await waitFor(() => studio.roomOf(roomId).clients.length === 1, "the drop");
    if (left) await waitFor(async () => (await members(roomId)).join() === "beto", "the end of the grace");
    else {
      expect(await members(roomId)).toEqual(["ana", "beto"]);
      studio.chatOf(roomId).release("ana");
      await waitFor(async () => (await members(roomId)).join() === "beto", "what the studio said");
    }
  }
});

test("[CP4] across lost lines of the room's connection nothing is lost and nothing twice, and what was said meanwhile is written once", async () => {
  const kind = studio.define({ reconnectS: 30 });
  const proxy = await aCuttingProxy(studio.port);
  const ana = await studio.join(kind, "ana", { url: proxy.url });
  const beto = await studio.join(kind, "beto", { roomId: ana.roomId });
  const [a, b] = [await listening(ana), await listening(beto)];
  const wanted: string[] = [];
  for (let cut = 0; cut < 4; cut++) {
    const say = (who: typeof a, text: string) => {
      wanted.push(text);
      return who.channel.send(text).settled;
    };
    const before = [say(a, `a before ${cut}`), say(b, `b before ${cut}`)];
    if (cut % 2 === 0) await Promise.all(before);
    proxy.cut();
    const after = [say(a, `a after ${cut}`), say(b, `b after ${cut}`)];
    const settled = await Promise.all([...before, ...after]);
    expect(settled.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    await waitFor(() => a.phase.phase === "live", "the chat to be back");
  }
  for (const { shown, lost } of [a, b]) {
    await waitFor(() => textsOf(shown).length >= wanted.length, "all messages");
    expect(lost).toEqual([]);
    expect(textsOf(shown).toSorted()).toEqual(wanted.toSorted());
  }
  expect(textsOf(a.shown)).toEqual(textsOf(b.shown));
  expect(await members(ana.roomId)).toEqual(["ana", "beto"]);
});

test("[CP5] everything goes under one message type: the room's own messages, requests, state and plugins are as without it, and rubbish under ours is refused and kicks nobody", async () => {
  const kind = studio.define();
  const ana = await studio.join(kind, "ana");
  const beto = await studio.join(kind, "beto", { roomId: ana.roomId });
  const moved: unknown[] = [];
  const types = new Set<unknown>();
  ana.onMessage("moved", (to: unknown) => moved.push(to));
  ana.onMessage("*", (type: unknown) => types.add(type));
  const [a, b] = [await listening(ana), await listening(beto)];
  beto.send("move", { x: 1 });
  expect(await ana.request("sum", [1, 2])).toBe(3);
  expect(await ana.request("roll")).toEqual({ rolled: 4 });
  await b.channel.send("go").settled;
  await waitFor(() => textsOf(a.shown).length === 1 && moved.length === 1, "both kinds of messages");
  expect(moved).toEqual([["beto", { x: 1 }]]);
  expect([...types]).toEqual([]);
  const state = studio.stateOf(ana.roomId);
  expect(state.round).toBe(0);
  state.round = 7;
  await waitFor(() => beto.state.round === 7, "the state");
  const rubbish: readonly unknown[] = [
    ...[
      undefined,
      null,
      7,
      "x",
      [],
      ["nothing", {}],
      ["send"],
      ["send", 3],
      ["attach", "x"],
      ["attach", { protocol: -1 }],
    ],
    ...[
      ["send", { nonce: "n-12345678", text: "no channel" }],
      ["renew", { token: "x" }],
      ["createGuild", {}],
      ["__proto__", {}],
    ],
  ];
  for (const payload of rubbish) {
    expect(await refusal(beto.request(ROOM_WIRE, payload))).toMatchObject({ code: expect.any(String) });
    beto.send(ROOM_WIRE, payload);
  }
  for (const report of [
    ["c", "x"],
    ["c", [1]],
    ["c", [1, 2, 99]],
  ])
    beto.send(ROOM_WIRE, report);
  expect(await refusal(beto.request(ROOM_WIRE, ["attach", { protocol: 0 }]))).toMatchObject({
    code: "upgrade-required",
  });
  expect((await b.channel.send("fine").settled).ok).toBe(true);
  expect(await beto.request("sum", [2, 2])).toBe(4);
  expect(PROTOCOL).toBe(1);
});

test("[CP6] refusals are those of every room: words, pace, mutes and bans by the same codes, and nobody loses the room by them", async () => {
  const kind = studio.define();
  const ana = await studio.join(kind, "ana");
  const beto = await studio.join(kind, "eva", { roomId: ana.roomId });
  const [a, b] = [await listening(ana), await listening(beto)];
  const codeOf = async (text: string): Promise<unknown> => {
    const settled = await b.channel.send(text).settled;
    return settled.ok ? "ok" : settled.refusal.code;
  };
  expect(await codeOf("x".repeat(LIMITS.textLength + 1))).toBe("text-too-long");
  expect(await codeOf("eres una mierda")).toBe("ok");
  await waitFor(() => textsOf(a.shown).length === 1, "the message");
  expect(JSON.stringify(textsOf(a.shown))).not.toContain("mierda");
  const same = new Set<unknown>();
  for (let n = 0; n <= 60; n++) same.add(await codeOf("come to the tower all of you"));
  expect([...same]).toEqual(["ok", "too-similar"]);
  const sanctions = makeSanctions(redis, keys, { historyLength: 100 });
  await sanctions.sanction("eva", "muted", undefined, "spam");
  await waitFor(async () => (await codeOf("muted?")) === "muted", "the mute");
  await sanctions.sanction("eva", "banned", undefined, "worse");
  await waitFor(() => b.phase.phase === "closed", "the ban");
  expect(b.phase).toEqual({ phase: "closed", reason: "banned" });
  expect(await beto.request("sum", [1, 1])).toBe(2);
  expect((await a.channel.send("calm").settled).ok).toBe(true);
  expect(await refusal(beto.request(ROOM_WIRE, ["attach", { protocol: PROTOCOL }]))).toMatchObject({ code: "banned" });
  const mine = a.shown.find(({ kind: what }) => what === "text");
  await a.ask("blockPlayer", { player: "eva" });
  await waitFor(() => a.blocked.has("eva"), "the block");
  expect(mine).toBeDefined();
});

test("[CP7] a player has the chat of his own team only: others of the same room he can neither read nor write, and without a team he has none", async () => {
  const sides: Record<string, string | undefined> = { ana: "red", beto: "blue", caro: "red" };
  const kind = studio.define({
    team: ({ auth }, { roomId }) => (sides[auth.player] === undefined ? undefined : `${roomId}-${sides[auth.player]}`),
    player: ({ auth }) => (auth.player === "nobody" ? undefined : { player: auth.player, name: auth.player }),
  });
  const ana = await studio.join(kind, "ana");
  const { roomId } = ana;
  const join = (player: string) => studio.join(kind, player, { roomId });
  const [a, b, c] = [await listening(ana), await listening(await join("beto")), await listening(await join("caro"))];
  await Promise.all([a.channel.send("red only").settled, b.channel.send("blue only").settled]);
  await waitFor(() => textsOf(c.shown).length + textsOf(b.shown).length === 2, "both messages");
  expect([a, b, c].map(({ shown }) => textsOf(shown))).toEqual([["red only"], ["blue only"], ["red only"]]);
  const blue = a.follow(`team:${roomId}-blue`);
  await waitFor(() => blue.status.phase === "closed", "the refusal");
  expect(blue.status).toMatchObject({ reason: "not-member" });
  for (const player of ["dora", "nobody"])
    await expect(listening(await join(player))).rejects.toMatchObject({ refusal: { code: "not-member" } });
});

test("[CP8] a line that is full gets no more of the chat and keeps the room, whose state reaches it uncorrupted; then it gets everything", async () => {
  const kind = studio.define({ reconnectS: 5 });
  const proxy = await aCuttingProxy(studio.port);
  const ana = await studio.join(kind, "slow", { url: proxy.url });
  const beto = await studio.join(kind, "beto", { roomId: ana.roomId });
  const [a, b] = [await listening(ana), await listening(beto)];
  const room = studio.roomOf(ana.roomId);
  const state = studio.stateOf(ana.roomId);
  const left: number[] = [];
  ana.onLeave((code) => left.push(code));
  ana.onMessage("fill", () => undefined);
  const phases: string[] = [];
  await waitFor(() => a.phase.phase === "live", "the chat");
  a.on("phase", ({ phase }) => phases.push(phase));
  const slow = room.clients.find(({ auth }) => auth.player === "slow");
  const unsent = (): number => asNumber(slow === undefined ? 0 : Reflect.get(slow.ref, "bufferedAmount"));
  const fill = async (bytes: number): Promise<void> => {
    // The kernel takes some megabytes first.
    while (unsent() < bytes) {
      slow?.send("fill", "x".repeat(20_000));
      await nextTurn();
    }
  };
  const wanted: string[] = [];
  const presence = makePresence(redis, keys, "another");
  // More than a line is given, then more than is borne.
  for (const bytes of [200_000, 2_500_000]) {
    proxy.freeze();
    await fill(bytes);
    const before = unsent();
    for (let n = 1; n <= 20; n++) {
      state.round += 1;
      state.map = `${n}`.padEnd(1_000, "m");
      room.broadcastPatch();
      const text = `${aLine()} ${"w".repeat(400)}`;
      wanted.push(text);
      await b.channel.send(text).settled;
    }
    await waitFor(() => textsOf(b.shown).length === wanted.length, "the others to have all");
    // What patches take, and nothing of the 9 kB of chat.
    expect(unsent() - before).toBeLessThan(20 * 1_020 + 1_000);
    if (bytes > 1_048_576)
      await waitFor(async () => {
        await fill(bytes);
        return (await presence.of(["slow"])).get("slow")?.length !== 1;
      }, "the end of the seat");
    proxy.thaw();
    await waitFor(() => textsOf(a.shown).length === wanted.length, "everything to come");
    expect(textsOf(a.shown)).toEqual(wanted);
    await waitFor(() => ana.state.round === state.round, "the state");
    expect(ana.state.map).toBe("20".padEnd(1_000, "m"));
  }
  expect(phases).toEqual(["reconnecting", "live"]);
  expect(left).toEqual([]);
});

test("[CP9] the room goes on at its own pace: its patches are as many with a busy chat as without one", async () => {
  const kind = studio.define();
  const ana = await studio.join(kind, "ana");
  const beto = await studio.join(kind, "beto", { roomId: ana.roomId });
  const room = studio.roomOf(ana.roomId);
  const rounds: number[] = [];
  ana.onStateChange(({ round }) => rounds.push(round));
  const play = async (from: number): Promise<number[]> => {
    rounds.length = 0;
    for (let n = 1; n <= 10; n++) {
      studio.stateOf(ana.roomId).round = from + n;
      await waitFor(() => rounds.at(-1) === from + n, "the patch");
    }
    return [...rounds];
  };
  // The first state comes when the room has heard that she is in, and what was changed just before comes as a patch, too.
  await play(0);
  expect(await play(50)).toEqual(Array.from({ length: 10 }, (_, n) => n + 51));
  const [a, b] = [await listening(ana), await listening(beto)];
  const talk = Array.from({ length: 20 }, () => b.channel.send(aLine()).settled);
  expect(await play(100)).toEqual(Array.from({ length: 10 }, (_, n) => n + 101));
  await Promise.all(talk);
  await waitFor(() => textsOf(a.shown).length > 0, "some of the chat");
  expect(room.patchRate).toBe(20);
});

test("[CP10] the code under which the chat ends in a room says whether to attach again; from there on it is quiet and can be had anew", async () => {
  const kind = studio.define();
  const ana = await studio.join(kind, "ana");
  const a = await listening(ana);
  await a.channel.send("here").settled;
  const ends: unknown[] = [];
  ana.onMessage(ROOM_WIRE, ([type, payload]: [unknown, unknown]) => {
    if (type === ROOM_END) ends.push(payload);
  });
  await makeSanctions(redis, keys, { historyLength: 100 }).putOut("ana", "a word");
  await waitFor(() => a.phase.phase === "closed", "the kick");
  expect(ends).toEqual([[CLOSE_CODES.kicked]]);
  expect(await refusal(ana.request(ROOM_WIRE, ["channels", {}]))).toMatchObject({ code: "unavailable" });
  const again = await listening(ana);
  expect((await again.channel.send("back").settled).ok).toBe(true);
  again.close();
});

// A client whose chat was refused asked again as fast as it could, and each time Redis was asked three things. One who attached over and over left a listener on his
// connection, and a visitor it held, each time.
test("[CP5] attaching again and again is paced before anything is looked up, also where it is refused, and leaves nothing behind", async () => {
  const kind = studio.define({ capacity: 1 });
  const ana = await studio.join(kind, "hasty");
  const beto = await studio.join(kind, "late", { roomId: ana.roomId });
  const attach = (room: typeof ana) => refusal(room.request(ROOM_WIRE, ["attach", { protocol: PROTOCOL }]));
  const first = await attach(beto);
  expect(first).toMatchObject({ code: "channel-full" });
  const refusals = await Promise.all(Array.from({ length: JOIN_BURST + 5 }, () => attach(beto)));
  expect(refusals.at(-1)).toMatchObject({ code: "rate-limited", retryAtMs: expect.any(Number) });
  await listening(ana);
  const ref = studio.roomOf(ana.roomId).clients.find(({ auth }) => auth.player === "hasty")?.ref;
  const listeners = ref?.listenerCount("close");
  for (let n = 0; n < 12; n++) await ana.request(ROOM_WIRE, ["attach", { protocol: PROTOCOL }]);
  expect(ref?.listenerCount("close")).toBe(listeners);
  await Promise.all([ana.leave(), beto.leave()]);
});

// A studio's `onLeave` threw. Whoever had left the room stayed in its team, read along from outside and held his place; and when `onDispose` threw, all did, and the room's
// seats were looked after for ever.
test("[CP2] who has left is in the team no more, also when what the room itself does then throws", async () => {
  const kind = studio.define({ fails: true, graceMs: 60_000 });
  const proxy = await aCuttingProxy(studio.port);
  const ana = await studio.join(kind, "ana");
  const { roomId } = ana;
  const beto = await studio.join(kind, "beto", { roomId });
  const lost = await studio.join(kind, "caro", { roomId, url: proxy.url });
  await waitFor(async () => (await members(roomId)).length === 3, "all");
  lost.reconnection.enabled = false;
  proxy.cut();
  await waitFor(() => studio.roomOf(roomId).clients.length === 2, "the drop");
  await beto.leave();
  await waitFor(async () => (await members(roomId)).join() === "ana,caro", "beto to be taken out");
  await ana.leave();
  await waitFor(async () => (await members(roomId)).length === 0, "the end of the team");
});
