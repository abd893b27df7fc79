import { expect, test } from "vitest";
import { makeGroups } from "../server/channel/groups.ts";
import { aRoom, nonce, refusal } from "./a-room.ts";
import type { SeatHeld } from "./a-seat.ts";
import { waitFor } from "./wait-for.ts";

const outcomesOf = ({ entries }: SeatHeld) => entries.filter(({ kind }) => kind === "outcome");

test("[CA1] [CA2] 200 taps at once, of 100 players on two devices each: exactly 5 of 5, and everybody sees that", async () => {
  const players = Array.from({ length: 100 }, (_, index) => `p${index}`);
  const { chat, seat, studio } = await aRoom(players, { GREMIO_ROOM_SEATS: "150" });
  const other = await studio.chat();
  const phones = await Promise.all(players.map((player) => seat(player)));
  const tablets = await Promise.all(players.map((player) => seat(player, other.port)));
  const seats = [...phones, ...tablets];
  await Promise.all(seats.map((held) => held.resume()));
  const { seq } = (await phones[0]?.ask("card", { nonce: nonce(1), card: "team-call", title: "Torre", size: 5 })) ?? {
    seq: 0,
  };
  await phones[0]?.ask("act", { seq, action: "join", on: false });
  const taps = await Promise.all(
    seats.map((held) =>
      held.ask("act", { seq, action: "join" }).catch((error: unknown) => refusal(Promise.reject(error))),
    ),
  );
  const done = new Set<unknown>(taps.filter((tap) => typeof tap === "object" && tap !== null && "own" in tap));
  for (const tap of taps) if (!done.has(tap)) expect(tap).toMatchObject({ code: "card-full" });
  const page = await phones[99]?.ask("history", { limit: 10 });
  const state = page?.marks.find((mark) => mark.seq === seq)?.card;
  expect(state).toMatchObject({ counts: { join: 5 }, closed: false });
  const who = new Set(state?.who.join);
  expect(who.size).toBe(5);
  // Of a player who is in, both devices were told so; of another neither.
  for (const [index] of players.entries())
    expect([taps[index], taps[index + 100]].map((tap) => done.has(tap))).toEqual([
      who.has(index + 1),
      who.has(index + 1),
    ]);
  expect(chat.log.join()).not.toContain("room-exception");
});

test("[CA16] taps are told to all who are there, few of them one by one; the end comes in the log", async () => {
  const players = Array.from({ length: 40 }, (_, index) => `p${index}`);
  const { seat } = await aRoom(players);
  const seats = await Promise.all(players.map((player) => seat(player)));
  await Promise.all(seats.map((held) => held.resume()));
  const [author, witness] = seats;
  if (author === undefined || witness === undefined) throw new Error("no seats");
  const heard = witness.cards;
  const { seq } = await author.ask("card", {
    nonce: nonce(1),
    card: "poll",
    question: "¿Cuándo?",
    options: ["Hoy", "Mañana"],
  });
  const votes = await Promise.all(
    seats.map((held, index) => held.ask("act", { seq, action: `option-${(index % 2) + 1}` })),
  );
  expect(votes.every(({ accepted }) => accepted)).toBe(true);
  await waitFor(() => heard.at(-1)?.state.version === 41, "the last state");
  expect(heard.at(-1)).toMatchObject({ seq, state: { counts: { "option-1": 20, "option-2": 20 } } });
  expect(heard.map(({ state }) => state.version)).toEqual(
    heard.map(({ state }) => state.version).toSorted((a, b) => a - b),
  );
  expect(heard.length).toBeLessThan(20);

  await witness.ask("act", { seq, action: "option-1" });
  expect(await witness.ask("act", { seq, action: "option-1", on: false })).toMatchObject({ own: [] });
  expect(await refusal(witness.ask("close", { seq }))).toMatchObject({ code: "not-permitted" });
  expect(await author.ask("close", { seq })).toMatchObject({
    closed: true,
    counts: { "option-1": 20, "option-2": 19 },
  });
  await waitFor(() => seats.every((held) => outcomesOf(held).length === 1), "the end on every seat");
  expect(outcomesOf(witness)).toMatchObject([{ body: { seq, state: { closed: true, counts: { "option-2": 19 } } } }]);
  expect(await refusal(witness.ask("act", { seq, action: "option-1" }))).toMatchObject({ code: "card-closed" });
});

test("[CA16] taps in a channel that is followed are told over the one connection", async () => {
  const { seat, studio } = await aRoom();
  const groups = makeGroups(studio.redis, studio.keys, studio.players, { historyLength: 1_000 });
  await groups.found("team:t1", { name: "Los dos", capacity: 5 });
  for (const player of ["ana", "beto"]) await groups.admit("team:t1", player, "member");
  const [ana, beto] = [await seat("ana"), await seat("beto")];
  const channel = "team:t1";
  const { channels } = await ana.ask("follow", { channels: [{ channel, cursor: { epoch: 0, seq: 0 } }] });
  const { seq } = await beto.ask("card", { nonce: nonce(1), card: "roll-call", title: "Torre", channel });
  await beto.ask("act", { seq, action: "yes", channel });
  await waitFor(() => ana.followedFleeting.length > 0, "the tap");
  const state = { version: 2, counts: { yes: 1 }, who: { yes: [2] }, closed: false };
  expect(channels).toMatchObject([{ ref: expect.any(Number) }]);
  expect(ana.followedFleeting).toEqual([[expect.any(Number), "k", [seq, state]]]);
});

test("[CA7] a challenge from asking to the replay, and how many have seen it", async () => {
  const { seat, studio } = await aRoom();
  const [ana, beto, caro] = [await seat("ana"), await seat("beto"), await seat("caro")];
  for (const held of [ana, beto, caro]) await held.resume();
  const { epoch, seq } = await beto.ask("card", { nonce: nonce(1), card: "challenge", mode: "1v1" });
  expect(await beto.ask("card", { nonce: nonce(1), card: "challenge", mode: "1v1" })).toMatchObject({ seq });
  await waitFor(() => caro.entries.some((entry) => entry.seq === seq), "the card");
  expect(await refusal(beto.ask("act", { seq, action: "accept" }))).toMatchObject({ code: "not-permitted" });
  await caro.ask("act", { seq, action: "accept" });
  expect(await refusal(ana.ask("act", { seq, action: "accept" }))).toMatchObject({ code: "card-full" });
  expect(await refusal(beto.ask("close", { seq, replay: "javascript:alert(1)" }))).toMatchObject({
    code: "bad-request",
  });
  await beto.ask("close", { seq, replay: "https://game.example/replays/7" });
  await waitFor(() => outcomesOf(ana).length === 1, "the result");
  expect(outcomesOf(ana)).toMatchObject([
    { body: { state: { result: { replay: "https://game.example/replays/7" } } } },
  ]);
  await caro.ask("read", { cursor: { epoch, seq } });
  expect(await ana.ask("seenBy", { seq })).toEqual({ seen: 1, of: 2 });
  await studio.guilds.remove("g1", "caro", "left");
  await waitFor(() => ana.entries.at(-1)?.kind === "left", "his leaving");
  const page = await waitFor(async () => {
    const asked = await ana.ask("history", { limit: 1, before: seq + 1 });
    return asked.former.length > 0 && asked;
  }, "his name among those who are gone");
  expect(page.marks).toMatchObject([{ seq, card: { who: { accept: [3] } } }]);
  expect(page.former).toMatchObject([{ number: 3, player: "caro" }]);
});

test("[CA17] a chat process killed (-9) in the middle of taps: what it acknowledged stands, and each player counts once", async () => {
  const players = Array.from({ length: 30 }, (_, index) => `p${index}`);
  const { chat, seat, studio } = await aRoom(players);
  const other = await studio.chat();
  const early = await Promise.all(players.map((player) => seat(player)));
  await Promise.all(early.map((held) => held.resume()));
  const { seq } = (await early[0]?.ask("card", { nonce: nonce(1), card: "roll-call", title: "Guerra" })) ?? { seq: 0 };
  const acknowledged = new Map<string, string>();
  const taps = early.map(async (held, index) => {
    for (let turn = 0; ; turn++) {
      const action = ["yes", "no", "later"][turn % 3] ?? "yes";
      const acted = await Promise.race([
        held.ask("act", { seq, action }).catch(() => undefined),
        held.closed.then(() => undefined),
      ]);
      if (acted === undefined) return;
      acknowledged.set(players[index] ?? "", acted.own.join());
    }
  });
  await waitFor(() => acknowledged.size === players.length, "a tap of each");
  await chat.kill();
  await Promise.all(taps);

  const late = await Promise.all(players.map((player) => seat(player, other.port)));
  const total: Record<string, number> = {};
  for (const [index, held] of late.entries()) {
    const page = await held.resume();
    const card = page.marks.find((mark) => mark.seq === seq)?.card;
    expect(card?.own).toHaveLength(1);
    const [own = ""] = card?.own ?? [];
    // What was under way when the process died may have been done as well: then it is the next answer.
    const last = acknowledged.get(players[index] ?? "") ?? "";
    expect([last, { yes: "no", no: "later", later: "yes" }[last]]).toContain(own);
    total[own] = (total[own] ?? 0) + 1;
    if (index === late.length - 1) expect(card?.counts).toEqual(total);
  }
});

test("[ME11] reactions are told to all who are there", async () => {
  const { seat } = await aRoom();
  const [ana, beto] = [await seat("ana"), await seat("beto")];
  await ana.resume();
  await beto.resume();
  const { seq } = await ana.ask("send", { nonce: nonce(1), text: "¡gol!" });
  await ana.ask("react", { seq, emoji: "🔥", on: true });
  await waitFor(() => beto.reactions.length === 1, "the reaction");
  expect(beto.reactions).toEqual([{ seq, version: 1, counts: { "🔥": 1 } }]);
});
