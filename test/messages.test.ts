import { describe, expect, test } from "vitest";
import { decodeFrame } from "../shared/frame.ts";
import { aClient } from "./a-client.ts";
import { aRoom, nonce, refusal } from "./a-room.ts";
import { waitFor } from "./wait-for.ts";

const scene = async () => {
  const world = await aRoom(["ana", "beto", "caro"]);
  const client = aClient(`http://127.0.0.1:${world.chat.port}`, "caro");
  await client.live();
  const [ana, beto] = [await world.seat("ana"), await world.seat("beto")];
  const shownAs = (seq: number) => client.channel.entries.find((entry) => entry.seq === seq);
  return { ...world, ana, beto, caro: client, shownAs };
};

describe("messages", () => {
  test("[ME1] [ME3] who is connected sees edits and deletions as who reads the history does", async () => {
    const { ana, beto, caro, chat, shownAs } = await scene();
    const edited = await beto.ask("send", { nonce: nonce(1), text: "vams", reply: 1, mentions: { players: [3] } });
    const deleted = await beto.ask("send", { nonce: nonce(2), text: "ups" });
    await waitFor(() => shownAs(deleted.seq), "both messages");
    expect([caro.channel.unread, caro.channel.mentions]).toEqual([2, 1]);
    await beto.ask("edit", { nonce: nonce(3), seq: edited.seq, text: "vamos" });
    const told = await ana.ask("delete", { nonce: nonce(4), seq: deleted.seq });
    await waitFor(() => shownAs(told.seq), "the deletion");
    const body = { text: "vamos", reply: 1, mentions: { players: [3] }, edited: expect.any(Number) };
    expect(shownAs(edited.seq)).toMatchObject({ kind: "text", body });
    expect(shownAs(deleted.seq)).toMatchObject({ kind: "removed", from: 2, body: { by: 1 } });
    expect([caro.channel.unread, caro.channel.mentions]).toEqual([1, 1]);
    const newcomer = aClient(`http://127.0.0.1:${chat.port}`, "caro");
    await newcomer.live();
    expect(newcomer.channel.entries).toEqual(caro.channel.entries);
    expect([newcomer.channel.unread, newcomer.channel.mentions]).toEqual([1, 1]);
  });

  test("[ME9] everybody may call members and officers, only by right all and who is online", async () => {
    const { ana, beto, caro, shownAs } = await scene();
    const call = (who: typeof ana, n: number, groups: ("all" | "officers" | "online")[]) =>
      who.ask("send", { nonce: nonce(n), text: "¡vengan!", mentions: { groups } });
    expect(await refusal(call(beto, 1, ["all"]))).toMatchObject({ code: "not-permitted" });
    expect(await refusal(call(beto, 2, ["officers", "online"]))).toMatchObject({ code: "not-permitted" });
    await call(beto, 3, ["officers"]);
    const last = await call(ana, 4, ["all"]);
    await waitFor(() => shownAs(last.seq), "the calls");
    expect(caro.channel.mentions).toBe(1);
    const many = { players: Array.from({ length: 11 }, (_, n) => n + 1) };
    expect(await refusal(beto.ask("send", { nonce: nonce(5), text: "spam", mentions: many }))).toMatchObject({
      code: "bad-request",
    });
  });

  test("[ME6] [ME10] pins and how many have read are told to every member", async () => {
    const { ana, beto, caro, shownAs } = await scene();
    const { seq } = await ana.ask("announce", { nonce: nonce(1), text: "Hoy hay guerra" });
    await ana.ask("pin", { nonce: nonce(2), seq, on: true });
    const { frames } = await beto.ask("pins", {});
    expect(frames.flatMap((frame) => decodeFrame(frame, beto.join.origin) ?? [])).toMatchObject([
      { seq, kind: "announcement" },
    ]);
    await waitFor(() => shownAs(seq), "the announcement");
    expect(await caro.channel.pins()).toMatchObject([{ seq, body: "Hoy hay guerra" }]);
    expect(await ana.ask("seenBy", { seq })).toEqual({ seen: 0, of: 2 });
    await beto.ask("read", { cursor: { epoch: 1, seq } });
    expect(await caro.channel.seenBy(seq)).toEqual({ seen: 1, of: 2 });
  });

  test("[ME7] a reaction is one emoji, whatever its skin tone; anything else is refused", async () => {
    const { ana, beto } = await scene();
    const { seq } = await beto.ask("send", { nonce: nonce(1), text: "¡gol!" });
    await ana.ask("react", { seq, emoji: "👍🏽", on: true });
    expect(await beto.ask("react", { seq, emoji: "👍", on: true })).toEqual({
      version: 2,
      counts: { "👍": 2 },
      own: ["👍"],
    });
    for (const emoji of ["", "a", "👍👍", "👍 ", "1", "<b>", "\u202e👍"])
      expect(await refusal(ana.ask("react", { seq, emoji, on: true }))).toMatchObject({ code: "bad-request" });
    const page = await beto.ask("history", {});
    expect(page.marks).toEqual([{ seq, reactions: { version: 2, counts: { "👍": 2 }, own: ["👍"] } }]);
  });
});
