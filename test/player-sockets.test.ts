import { pino } from "pino";
import { expect, test } from "vitest";
import { makePresence } from "../server/presence/presence.ts";
import { makePlayerSockets } from "../server/rooms/player-sockets.ts";
import { CLOSE_CODES } from "../shared/close-code.ts";
import { aClient, textsOf } from "./a-client.ts";
import { aRoom, nonce } from "./a-room.ts";
import { aCuttingProxy } from "./cutting-proxy.ts";
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

test("[RM32] [CL46] a phone that comes back again and again on a line that dies unseen is never locked out, and takes no other device's place", async () => {
  const { chat, seat } = await aRoom(["ana", "beto"], { GREMIO_PLAYER_SOCKETS: "3" });
  const direct = `http://127.0.0.1:${chat.port}`;
  const tablet = aClient(direct, "ana");
  await tablet.live();
  const proxy = await aCuttingProxy(chat.port);
  const dead = await Promise.all(
    [1, 2].map(async () => {
      const client = aClient(proxy.url, "ana");
      await client.live();
      return client;
    }),
  );
  proxy.freeze();
  const phone = aClient(direct, "ana");
  await phone.live();
  expect(tablet.phases.at(-1)).toBe("live");
  await waitFor(() => chat.log.some((line) => line.includes("player-sockets")), "the dead ones to be cut off", 15_000);
  expect(chat.log.find((line) => line.includes("player-sockets"))).toMatch(/"silent":2,"replaced":0/);
  const beto = await seat("beto");
  await beto.ask("send", { nonce: nonce(1), text: "¿están?" });
  await waitFor(() => [tablet, phone].every(({ shown }) => textsOf(shown).length === 1), "the message on both");
  expect(tablet.phases).toEqual(["live"]);
  for (const client of dead) client.close();

  const others = [aClient(direct, "ana"), aClient(direct, "ana")];
  for (const other of others) await other.live();
  await waitFor(() => tablet.channel.status.phase === "closed", "the oldest to give way");
  expect(tablet.channel.status).toMatchObject({ phase: "closed", reason: "replaced" });
  expect([phone, ...others].map(({ channel }) => channel.status.phase)).toEqual(["live", "live", "live"]);
}, 40_000);

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
