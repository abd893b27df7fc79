import { pino } from "pino";
import { expect, test } from "vitest";
import { makePresence } from "../server/presence/presence.ts";
import { makePlayerSockets } from "../server/rooms/player-sockets.ts";
import { CLOSE_CODES } from "../shared/close-code.ts";
import { aRoom, nonce } from "./a-room.ts";
import { waitFor } from "./wait-for.ts";

const TWO = { GREMIO_PLAYER_SOCKETS: "2" };

test("[RM32] whoever comes is admitted, the oldest gives way and is told so; other players, and connections that were closed, do not count", async () => {
  const { studio, seat } = await aRoom(["ana", "beto"], TWO);
  const [beto, gone] = [await seat("beto"), await seat("ana")];
  gone.cut();
  await gone.closed;
  const presence = makePresence(studio.redis, studio.keys, "somebody-who-reads");
  const sessions = async () => (await presence.of(["ana"])).get("ana")?.length;
  await waitFor(async () => (await sessions()) === 0, "the closed connection to be known");
  const seats = [await seat("ana"), await seat("ana")];
  const ended: number[] = [];
  for (const [index, { closed }] of seats.entries()) void closed.then(() => ended.push(index));
  seats.push(await seat("ana"));
  expect(await seats[0]?.closed).toBe(CLOSE_CODES.replaced);
  seats.push(await seat("ana"));
  expect(await seats[1]?.closed).toBe(CLOSE_CODES.replaced);
  for (const held of seats.slice(2)) await held.resume();
  await seats[2]?.ask("send", { nonce: nonce(1), text: "hola" });
  await seats[3]?.ask("send", { nonce: nonce(2), text: "hola de nuevo" });
  await beto.ask("send", { nonce: nonce(3), text: "hola, ana" });
  expect(ended).toEqual([0, 1]);
  await waitFor(async () => (await sessions()) === 2, "the sessions that are left");
});

test("[RM32] connections that come while the others are asked for a sign of life take nobody's place before they were asked themselves", async () => {
  const sockets = makePlayerSockets(2, pino({ level: "silent" }));
  const ends: string[] = [];
  let asks = 0;
  /** Whoever is dead is given up in the turn of the event loop after next. */
  const come = (name: string, alive: boolean) => {
    const end = (how: string) => () => {
      ends.push(`${name}: ${how}`);
      visitor.ended = true;
      sockets.end(visitor);
    };
    const answers = async () => {
      asks += 1;
      if (!alive) await new Promise((turn) => setImmediate(() => setImmediate(turn)));
      return alive;
    };
    const visitor = { player: "ana", ended: false, answers, cutOff: end("cut off"), giveWay: end("gave way") };
    sockets.begin(visitor);
  };
  come("tablet", true);
  come("dead 1", false);
  come("phone", true);
  for (const name of ["dead 2", "dead 3", "dead 4"]) come(name, false);
  await waitFor(() => ends.length === 4, "the dead to be cut off");
  expect(ends).toEqual(["dead 1: cut off", "dead 2: cut off", "dead 3: cut off", "dead 4: cut off"]);
  come("watch", true);
  come("console", true);
  await waitFor(() => ends.length === 6, "the oldest to give way");
  expect(ends.slice(4)).toEqual(["tablet: gave way", "phone: gave way"]);
  const before = asks;
  for (let turns = 0; turns < 5; turns++) await new Promise((turn) => setImmediate(turn));
  expect(asks).toBe(before);
});
