import { describe, expect, test } from "vitest";
import { z } from "zod";
import { makeLog } from "../server/channel/log.ts";
import { LIMITS } from "../shared/limits.ts";
import { nonce, refusal } from "./a-room.ts";
import { follow, START, severalChannels, taken, words } from "./several-channels.ts";
import { waitFor } from "./wait-for.ts";
import { within } from "./within.ts";

const teamStateOf = (state: object) =>
  z
    .object({ members: z.record(z.string(), z.object({ online: z.boolean() })) })
    .transform(({ members }) => Object.entries(members))
    .catch([])
    .parse(JSON.parse(JSON.stringify(state)));

describe("home", () => {
  test("[HM1] who has no guild gets a seat of no channel when he asks for home, and is refused otherwise", async () => {
    const { seat } = await severalChannels();
    const solo = await seat("solo", undefined, { home: true });
    expect(solo.join.channel).toBeUndefined();
    const { channels } = await solo.ask("channels", {});
    expect(channels.map(({ channel }) => channel).sort()).toEqual(["circle:c1", "team:t1"]);
    await expect(seat("solo")).rejects.toThrow("no-guild");
    const ana = await seat("ana", undefined, { home: true });
    expect(ana.join.channel).toBe("guild:g1");
    for (const asked of [
      solo.ask("history", {}),
      solo.ask("resume", { cursor: START }),
      solo.ask("send", { nonce: nonce(1), text: "x" }),
    ])
      expect(await refusal(asked)).toMatchObject({ code: "bad-request" });
  });

  test("[HM2] one connection follows several channels: each complete, in order, joined to what comes live", async () => {
    const { seat } = await severalChannels();
    const [ana, caro, solo] = [await seat("ana"), await seat("caro"), await seat("solo", undefined, { home: true })];
    await caro.ask("send", { nonce: nonce("before"), text: "antes", channel: "circle:c1" });
    const [circle, team] = [await follow(solo, "circle:c1"), await follow(solo, "team:t1")];
    expect(words(circle.entries)).toEqual(["antes"]);
    expect(circle.page.former.map(({ profile }) => profile.name).sort()).toEqual(["ana", "caro", "solo"]);
    const said = Array.from({ length: 12 }, (_, n) => n);
    await Promise.all(
      said.flatMap((n) => [
        ana.ask("send", { nonce: nonce(`c${n}`), text: `c${n}`, channel: "circle:c1" }),
        caro.ask("send", { nonce: nonce(`t${n}`), text: `t${n}`, channel: "team:t1" }),
        ana.ask("send", { nonce: nonce(`g${n}`), text: `g${n}` }),
      ]),
    );
    await waitFor(
      () => words(solo.followed.get(circle.ref)).length === 12 && words(solo.followed.get(team.ref)).length === 12,
      "all",
    );
    expect(words(solo.followed.get(circle.ref))).toEqual(said.map((n) => `c${n}`));
    expect(words(solo.followed.get(team.ref))).toEqual(said.map((n) => `t${n}`));
    expect(solo.entries).toEqual([]);
    const seqs = [...circle.entries, ...(solo.followed.get(circle.ref) ?? [])].map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  test("[HM3] one request resumes all; a channel that is refused says why and keeps none of the others", async () => {
    const { seat, groups } = await severalChannels();
    const ana = await seat("ana");
    const sent = await ana.ask("send", { nonce: nonce(1), text: "uno", channel: "circle:c1" });
    await ana.ask("send", { nonce: nonce(2), text: "dos", channel: "circle:c1" });
    await groups.release("team:t1", "solo", "kicked");
    const solo = await seat("solo", undefined, { home: true });
    const { channels } = await solo.ask("follow", {
      channels: [
        { channel: "guild:g1", cursor: START },
        { channel: "team:t1", cursor: START },
        { channel: "circle:c1", cursor: { epoch: sent.epoch, seq: sent.seq } },
      ],
    });
    expect(channels.slice(0, 2)).toMatchObject([
      { channel: "guild:g1", refusal: { code: "not-member" } },
      { channel: "team:t1", refusal: { code: "not-member" } },
    ]);
    const circle = taken(solo, channels[2]);
    expect(circle.page).toMatchObject({ complete: true, more: false });
    expect(words(circle.entries)).toEqual(["dos"]);
    expect(await refusal(ana.ask("follow", { channels: [{ channel: "guild:g1", cursor: START }] }))).toMatchObject({
      code: "bad-request",
    });
  });

  test("[HM3] one that breaks on the server's side keeps the others neither from being served nor from coming once", async () => {
    const { studio, seat } = await severalChannels();
    const key = studio.keys.of("team:t1", "members");
    await studio.redis.run(key, ["RENAME", key, studio.keys.of("team:t1", "aside")]);
    await studio.redis.run(key, ["SET", key, "rubbish"]);
    const [ana, solo] = [await seat("ana"), await seat("solo", undefined, { home: true })];
    const both = { channels: ["team:t1", "circle:c1"].map((channel) => ({ channel, cursor: START })) };
    const asked = await Promise.all([solo.ask("follow", both), solo.ask("follow", both)]);
    for (const { channels } of asked)
      expect(channels).toMatchObject([{ refusal: { code: "internal" } }, { channel: "circle:c1" }]);
    const { ref } = taken(solo, asked[1].channels[1]);
    for (const text of ["uno", "dos"]) await ana.ask("send", { channel: "circle:c1", nonce: nonce(text), text });
    await waitFor(() => words(solo.followed.get(ref)).includes("dos"), "what was said");
    expect(words(solo.followed.get(ref))).toEqual(["uno", "dos"]);
  });

  test("[HM4] who has not taken in all he missed and is removed is told nothing more, fleeting things included", async () => {
    const { studio, groups, seat } = await severalChannels();
    const log = makeLog(studio.redis, studio.keys, { historyLength: 1_000 });
    for (let n = 0; n < LIMITS.pageEntries + 50; n++)
      await log.append({ channel: "team:t1", nonce: `system-says-${n}`, kind: "news", body: `${n}` });
    const [ana, solo] = [await seat("ana"), await seat("solo", undefined, { home: true })];
    const { page } = await follow(solo, "team:t1", { epoch: 1, seq: 1 });
    expect(page.more).toBe(true);
    const emoji = { channel: "team:t1", seq: 5, emoji: "🎉" };
    await ana.ask("react", { ...emoji, on: true });
    await waitFor(() => solo.followedFleeting.length === 1, "a reaction");
    await groups.release("team:t1", "solo", "kicked");
    await ana.ask("react", { ...emoji, on: false });
    await ana.ask("signal", { channel: "team:t1", signal: { signal: "typing" } });
    await groups.admit("team:t1", "solo", "member");
    await follow(solo, "team:t1");
    await ana.ask("react", { ...emoji, on: true });
    await waitFor(() => solo.followedFleeting.length >= 2, "a reaction after he is back");
    expect(solo.followedFleeting).toMatchObject([
      [expect.any(Number), "r", [5, 1, { "🎉": 1 }]],
      [expect.any(Number), "r", [5, 3, { "🎉": 1 }]],
    ]);
  });

  test("[HM4] the entry that ends a membership is the last that comes of its channel, and the connection goes on", async () => {
    const { seat, groups } = await severalChannels();
    const [ana, solo] = [await seat("ana"), await seat("solo", undefined, { home: true })];
    const [circle, team] = [await follow(solo, "circle:c1"), await follow(solo, "team:t1")];
    await groups.release("circle:c1", "solo", "kicked");
    await ana.ask("send", { nonce: nonce(1), text: "sin solo", channel: "circle:c1" });
    await ana.ask("send", { nonce: nonce(2), text: "en el equipo", channel: "team:t1" });
    await waitFor(() => words(solo.followed.get(team.ref)).length === 1, "what is said in the team");
    expect(solo.followed.get(circle.ref)?.map(({ kind }) => kind)).toEqual(["kicked"]);
    expect(solo.ended).toEqual([circle.ref]);
    const write = solo.ask("send", { nonce: nonce(3), text: "x", channel: "circle:c1" });
    expect(await refusal(write)).toMatchObject({ code: "not-member" });
  });

  test("[HM5] what is no longer followed does not come, and can be followed again without a hole", async () => {
    const { seat } = await severalChannels();
    const [ana, solo] = [await seat("ana"), await seat("solo", undefined, { home: true })];
    const circle = await follow(solo, "circle:c1");
    await solo.ask("unfollow", { channels: ["circle:c1"] });
    for (const n of [1, 2, 3]) await ana.ask("send", { nonce: nonce(n), text: `m${n}`, channel: "circle:c1" });
    const last = circle.entries.at(-1);
    const again = await follow(solo, "circle:c1", { epoch: last?.epoch ?? 0, seq: last?.seq ?? 0 });
    expect(words(again.entries)).toEqual(["m1", "m2", "m3"]);
    expect(solo.followed.size).toBe(0);
  });

  test("[HM6] on every other channel commands check membership when they act", async () => {
    const { seat } = await severalChannels();
    const beto = await seat("beto");
    const channel = "circle:c1";
    const elsewhere = { channel };
    const tried = [
      beto.ask("send", { nonce: nonce(1), text: "x", channel }),
      beto.ask("history", elsewhere),
      beto.ask("read", { cursor: { epoch: 1, seq: 1 }, channel }),
      beto.ask("react", { seq: 1, emoji: "🔥", on: true, channel }),
      beto.ask("pins", elsewhere),
      beto.ask("people", { numbers: [1], channel }),
      beto.ask("seenBy", { seq: 1, channel }),
      beto.ask("delete", { nonce: nonce(2), seq: 1, channel }),
      beto.ask("slowMode", { slowModeMs: 1_000, channel }),
      beto.ask("announce", { nonce: nonce(3), text: "x", channel }),
      beto.ask("sticker", { nonce: nonce(4), pack: "gremio", sticker: "wave", channel }),
      beto.ask("phrase", { nonce: nonce(5), phrase: "hello", channel }),
      beto.ask("edit", { nonce: nonce(6), seq: 1, text: "x", channel }),
      beto.ask("pin", { nonce: nonce(7), seq: 1, on: true, channel }),
      beto.ask("card", { nonce: nonce(8), card: "roll-call", title: "x", channel }),
      beto.ask("act", { seq: 1, action: "yes", channel }),
      beto.ask("close", { seq: 1, channel }),
      beto.ask("signal", { signal: { signal: "typing" }, channel }),
    ];
    for (const one of tried) expect(await refusal(one)).toMatchObject({ code: "not-member" });
    expect((await beto.ask("channels", {})).channels.map((own) => own.channel)).toEqual(["guild:g1"]);
  });

  test("[HM7, NO71] what is read on one device, or by writing there, is read on the others within a second", async () => {
    const { seat } = await severalChannels();
    const [ana, phone, tablet] = [await seat("ana"), await seat("caro"), await seat("caro", undefined, { home: true })];
    const { seq, epoch } = await ana.ask("send", { nonce: nonce(1), text: "hola" });
    await waitFor(async () => (await phone.ask("channels", {})).channels[0]?.read.unread === 1, "one unread");
    await phone.ask("read", { cursor: { epoch, seq } });
    const told = { type: "read", channel: "guild:g1", read: { epoch, seq, unread: 0, mentions: 0 } };
    await waitFor(() => tablet.personal.length > 0, "the other device to be told", within(1_000));
    expect(tablet.personal).toEqual([told]);
    expect(ana.personal).toEqual([]);
    await ana.ask("send", { nonce: nonce(2), text: "¿listos?" });
    const wrote = await phone.ask("send", { nonce: nonce(3), text: "listos" });
    await waitFor(() => tablet.personal.length > 1, "the other device to be told", within(1_000));
    expect(tablet.personal.slice(1)).toEqual([{ ...told, read: { ...told.read, seq: wrote.seq } }]);
  });

  test("[HM8] a team is joined by a second connection, with its members in the state", async () => {
    const { seat } = await severalChannels();
    const solo = await seat("solo", undefined, { channel: "team:t1" });
    expect([solo.join.channel, solo.join.seat.name]).toEqual(["team:t1", "team"]);
    await solo.resume();
    const members = () => new Map(teamStateOf(solo.room.state));
    await waitFor(() => members().get("solo")?.online, "the roster");
    expect(members().size).toBe(3);
    await expect(seat("beto", undefined, { channel: "team:t1" })).rejects.toThrow("not-member");
    await solo.ask("send", { nonce: nonce(1), text: "listos" });
    await waitFor(() => words(solo.entries).includes("listos"), "his own words");
  });

  test("[HM9] an answer for many channels is bounded and leads on, and asking for many costs as many commands", async () => {
    const { seat, groups, studio } = await severalChannels();
    const circles = Array.from({ length: 50 }, (_, n) => `circle:many-${n}`);
    for (const circle of circles) {
      await groups.found(circle, { name: circle, capacity: 10 });
      await groups.admit(circle, "beto", "member");
    }
    const log = makeLog(studio.redis, studio.keys, { historyLength: 1_000 });
    for (let n = 0; n < 60; n++)
      await log.append({ channel: circles[0] ?? "", nonce: `many-number-${n}`, kind: "news", body: `m${n}` });
    const beto = await seat("beto");
    const all = { channels: circles.map((channel) => ({ channel, cursor: { epoch: 1, seq: 1 } })) };
    const { channels } = await beto.ask("follow", all);
    const first = taken(beto, channels[0]);
    expect([first.entries.length, first.page.more]).toEqual([20, true]);
    const alone = await follow(beto, circles[0] ?? "", { epoch: 1, seq: first.entries.at(-1)?.seq ?? 0 });
    expect([alone.entries.length, alone.page.more]).toEqual([40, false]);
    let asked = 1;
    while ((await refusal(beto.ask("follow", all))) === undefined && asked < 30) asked += 1;
    expect(asked).toBeLessThan(15);
  });
});
