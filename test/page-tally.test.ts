import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { Entry } from "../shared/entry.ts";
import { Tally } from "../web/tally.ts";

const PLAYERS = ["ana", "beto", "caro"] as const;
type Player = (typeof PLAYERS)[number];
const NUMBERS: Readonly<Record<Player, number>> = { ana: 1, beto: 2, caro: 3 };
const LATER_MS = 20_000;

const text = (seq: number, from = 9, body = `line ${seq}`): Entry => ({
  epoch: 1,
  seq,
  at: seq,
  from,
  kind: "text",
  body,
});

/** Three players who are there from seq 1 on, and a clock. */
const aTally = () => {
  const tally = new Tally();
  let now = 0;
  for (const player of PLAYERS) {
    tally.isNumber(player, NUMBERS[player]);
    tally.begins(player, 1, now);
    tally.live(player, true, now);
  }
  return {
    tally,
    pass: (ms: number) => {
      now += ms;
    },
    see: (players: readonly Player[], ...entries: Entry[]) => {
      for (const entry of entries) for (const player of players) tally.saw(player, entry, now);
    },
    send: (player: Player, seq: number, body: string) => {
      const nonce = randomUUID();
      tally.sent(player, nonce, body);
      tally.acknowledged(player, nonce, seq, now);
    },
    /** Sends; gives what tells the answer. */
    begin: (player: Player, body: string) => {
      const nonce = randomUUID();
      tally.sent(player, nonce, body);
      return (seq: number) => tally.acknowledged(player, nonce, seq, now);
    },
    away: (player: Player, isAway: boolean) => tally.away(player, isAway, now),
    live: (player: Player, isLive: boolean) => tally.live(player, isLive, now),
    found: () => {
      const { lost, doubled, disordered } = tally.counts(now);
      return { lost, doubled, disordered };
    },
    waiting: () => tally.counts(now).waiting,
  };
};
const NOTHING = { lost: 0, doubled: 0, disordered: 0 };

test("[PG13] what all see once and in order is in order, and counted", () => {
  const { see, send, found, tally, pass } = aTally();
  see(PLAYERS, text(1), text(2));
  send("ana", 3, "hola");
  see(PLAYERS, text(3, 1, "hola"), text(4));
  pass(LATER_MS);
  expect(found()).toEqual(NOTHING);
  expect(tally.counts(LATER_MS)).toMatchObject({ acknowledged: 1, seen: 12, waiting: 0 });
});

test("[PG13] an acknowledged message that one does not see is lost: at once when later ones came, else after 15 s", () => {
  const { see, send, found, waiting, pass } = aTally();
  send("ana", 1, "hola");
  see(["ana", "beto"], text(1, 1, "hola"));
  expect(found()).toEqual(NOTHING);
  expect(waiting()).toBe(1);
  see(["caro"], text(2));
  expect(found()).toEqual({ ...NOTHING, lost: 1 });
  send("beto", 3, "oi");
  pass(LATER_MS);
  expect(found()).toEqual({ ...NOTHING, lost: 1 + 3 + 2 });
});

test("[PG13] what one has seen the others are owed, though none of them wrote it", () => {
  const { see, found } = aTally();
  see(["ana"], text(1), text(2), text(3));
  see(["beto"], text(1), text(3));
  expect(found()).toEqual({ ...NOTHING, lost: 1 });
});

test("[PG13] who is away loses nothing as long as she is away, and what she does not get when she is back", () => {
  const { see, send, found, waiting, live, pass } = aTally();
  live("caro", false);
  send("ana", 1, "hola");
  see(["ana", "beto"], text(1, 1, "hola"), text(2));
  pass(LATER_MS);
  expect(found()).toEqual(NOTHING);
  expect(waiting()).toBe(2);
  live("caro", true);
  see(["caro"], text(2));
  expect(found()).toEqual({ ...NOTHING, lost: 1 });
});

test("[PG13] what the server says cannot be had any more is not owed", () => {
  const { tally, see, found } = aTally();
  see(["ana", "beto"], text(1), text(2), text(3));
  tally.begins("caro", 3, 0);
  see(["caro"], text(3));
  expect(found()).toEqual(NOTHING);
});

test("[PG13] an entry shown twice is doubled", () => {
  const { see, found } = aTally();
  see(PLAYERS, text(1));
  see(["beto"], text(1));
  expect(found()).toEqual({ ...NOTHING, doubled: 1 });
});

test("[PG13] a message sent once that stands twice in the log is doubled, once", () => {
  const { see, send, found } = aTally();
  send("ana", 2, "hola");
  see(PLAYERS, text(1, 1, "hola"), text(2, 1, "hola"), text(3, 2, "hola"));
  expect(found()).toEqual({ ...NOTHING, doubled: 1 });
});

test("[PG13] the same text sent twice may stand twice", () => {
  const { see, send, found } = aTally();
  send("ana", 1, "hola");
  send("ana", 2, "hola");
  see(PLAYERS, text(1, 1, "hola"), text(2, 1, "hola"));
  expect(found()).toEqual(NOTHING);
});

test("[PG16] words said before the page was opened are not doubled when they are said again and read in the history", () => {
  const { tally, see, send, found, live, away } = aTally();
  const before = [text(1, 1, "hola"), text(2)];
  see(PLAYERS, ...before);
  send("ana", 3, "hola");
  see(PLAYERS, text(3, 1, "hola"));
  away("caro", true);
  see(["ana", "beto"], text(4));
  away("caro", false);
  live("caro", true);
  // Her new client has no cursor, and reads what was written before the page was opened too.
  tally.begins("caro", 1, 0);
  see(["caro"], ...before, text(3, 1, "hola"), text(4));
  expect(found()).toEqual(NOTHING);
});

test("[PG16] the same words of the same player in another tab are not doubled, before, after or while they are said here", () => {
  const { tally, see, send, begin, found, pass } = aTally();
  see(PLAYERS, text(1, 1, "hola"));
  send("ana", 2, "hola");
  see(PLAYERS, text(2, 1, "hola"), text(3, 1, "hola"));
  pass(LATER_MS);
  see(PLAYERS, text(4, 1, "hola"));
  expect(found()).toEqual(NOTHING);
  const answer = begin("ana", "hola");
  see(PLAYERS, text(5, 1, "hola"), text(6, 1, "hola"));
  tally.acknowledgedElsewhere(5);
  answer(6);
  expect(found()).toEqual(NOTHING);
});

test("[PG16] another tab that tells late where its words stand takes the suspicion back", () => {
  const { tally, see, begin, found } = aTally();
  const answer = begin("ana", "hola");
  see(PLAYERS, text(1, 1, "hola"), text(2, 1, "hola"));
  answer(2);
  expect(found()).toEqual({ ...NOTHING, doubled: 1 });
  tally.acknowledgedElsewhere(1);
  expect(found()).toEqual(NOTHING);
});

test("[PG13] a message whose line went is doubled when both tries are written, in whatever order", () => {
  const { see, begin, found, live } = aTally();
  const first = begin("ana", "hola");
  live("ana", false);
  live("ana", true);
  see(PLAYERS, text(1, 1, "hola"));
  first(1);
  // The first try was stuck in a server that has stalled.
  see(PLAYERS, text(2, 1, "hola"));
  expect(found()).toEqual({ ...NOTHING, doubled: 1 });
  const second = begin("beto", "oi");
  see(PLAYERS, text(3, 2, "oi"));
  live("beto", false);
  live("beto", true);
  see(PLAYERS, text(4, 2, "oi"));
  second(4);
  expect(found()).toEqual({ ...NOTHING, doubled: 2 });
});

test("[PG17] what waits for who has closed the game is not on its way; what a lost line holds up is", () => {
  const { see, send, found, waiting, live, away } = aTally();
  away("caro", true);
  live("beto", false);
  send("ana", 1, "hola");
  see(["ana"], text(1, 1, "hola"));
  expect(waiting()).toBe(1);
  live("beto", true);
  see(["beto"], text(1, 1, "hola"));
  expect(waiting()).toBe(0);
  away("caro", false);
  expect(waiting()).toBe(1);
  live("caro", true);
  see(["caro"], text(1, 1, "hola"));
  expect(waiting()).toBe(0);
  expect(found()).toEqual(NOTHING);
});

test("[PG13] an entry shown after a later one is disordered, not lost", () => {
  const { see, found } = aTally();
  see(PLAYERS, text(1), text(2), text(3));
  see(["ana", "caro"], text(4), text(5));
  see(["beto"], text(5), text(4));
  expect(found()).toEqual({ ...NOTHING, disordered: 1 });
});

test("[PG13] a player's messages written in another order than he sent them are disordered", () => {
  const { see, send, found } = aTally();
  send("ana", 2, "first");
  send("ana", 1, "second");
  see(PLAYERS, text(1, 1, "second"), text(2, 1, "first"));
  expect(found()).toEqual({ ...NOTHING, disordered: 1 });
});

test("[PG13] two messages acknowledged at one place: one is lost", () => {
  const { see, send, found } = aTally();
  send("ana", 1, "hola");
  send("beto", 1, "oi");
  see(PLAYERS, text(1, 1, "hola"));
  expect(found()).toEqual({ ...NOTHING, lost: 1 });
});

test("[PG13] what Redis lost is lost when it had been acknowledged", () => {
  const { see, send, found, tally } = aTally();
  send("ana", 1, "hola");
  const entries = [text(1, 1, "hola"), text(2)];
  see(PLAYERS, ...entries);
  for (const _ of PLAYERS) tally.gone(entries);
  expect(found()).toEqual({ ...NOTHING, lost: 1 });
});

test("[PG13] a member is owed what was written from his joining to his leaving", () => {
  const { see, found, pass } = aTally();
  const left: Entry = { epoch: 1, seq: 2, at: 2, from: 0, kind: "left", body: { who: 2 } };
  const joined: Entry = { epoch: 1, seq: 5, at: 5, from: 0, kind: "joined", body: { who: 2 } };
  see(PLAYERS, text(1), left);
  see(["ana", "caro"], text(3), text(4), joined);
  pass(LATER_MS);
  expect(found()).toEqual(NOTHING);
  see(["beto"], joined);
  see(["ana", "caro"], text(6));
  see(PLAYERS, text(7));
  expect(found()).toEqual({ ...NOTHING, lost: 1 });
});

test("[PG13] what was lost stays lost when the timeline begins anew", () => {
  const { tally, see, found } = aTally();
  see(["ana", "beto"], text(1), text(2));
  see(["caro"], text(2));
  tally.begins("caro", 3, 0);
  see(PLAYERS, text(3));
  expect(found()).toEqual({ ...NOTHING, lost: 1 });
});

test("[PG13] over a long time it forgets what is settled, and keeps the verdict", () => {
  const { see, found } = aTally();
  see(["ana", "caro"], text(1));
  for (let seq = 2; seq < 12_000; seq++) see(PLAYERS, text(seq));
  expect(found()).toEqual({ ...NOTHING, lost: 1 });
});
