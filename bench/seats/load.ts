/** The load of one side, as its own process: sits in many rooms, talks in them at a steady rate, and now and then somebody leaves and comes back. */
import { setTimeout as delay } from "node:timers/promises";
import type { z } from "zod";
import { inParallel } from "../studio/in-parallel.ts";
import { openSeat, type Seat, type SeatOrder } from "./seat.ts";
import { orderSchema, type Talk, type Talked } from "./talk.ts";
import { makeTexts } from "./texts.ts";

type Room = {
  readonly orders: readonly SeatOrder[];
  readonly seats: Seat[];
  said: number;
  due: number;
  got: number;
  away: boolean;
};

const AT_ONCE = 24;
const TICK_MS = 2;
/** Long enough that the server has seen him go. */
const AWAY_MS = 300;
const LAST_DEADLINE_MS = 10_000;

const rooms: Room[] = [];
const nextText = makeTexts(1);
let port = 0;
const count = { refused: 0, closed: 0 };

const sit = (room: Room, order: SeatOrder): Promise<Seat> =>
  openSeat(port, order, {
    onMessages: (messages) => {
      room.got += messages;
    },
    onRefused: () => {
      count.refused += 1;
    },
    onClose: () => {
      count.closed += 1;
    },
  });

const isQuiet = ({ due, got, away }: Room): boolean => due === got && !away;

/** The next room in turn that fits; undefined when none does. */
const takeTurns = (step: number): ((fits: (room: Room) => boolean) => Room | undefined) => {
  let at = 0;
  return (fits) => {
    for (let tries = 0; tries < rooms.length; tries++) {
      at = (at + step) % rooms.length;
      const room = rooms[at];
      if (room !== undefined && fits(room)) return room;
    }
    return undefined;
  };
};
const nextToTalk = takeTurns(1);
/** Others than those that talk next. */
const nextToLeave = takeTurns(101);

const leaveAndReturn = async (room: Room, index: number): Promise<void> => {
  const [order] = room.orders.slice(index, index + 1);
  if (order === undefined) return;
  room.away = true;
  room.seats[index]?.close();
  await delay(AWAY_MS);
  room.seats[index] = await sit(room, order);
  room.away = false;
};

const talk = async ({ ms, perSecond, leavesPerSecond }: Talk): Promise<Talked> => {
  const before = { ...count, due: total("due"), got: total("got") };
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const returns: Promise<void>[] = [];
  let said = 0;
  for (let now = 0; now < ms; now = performance.now() - began) {
    while (said < (now * perSecond) / 1000) {
      const room = nextToTalk(({ away }) => !away);
      if (room === undefined) break;
      room.due += room.seats.length;
      room.seats[room.said++ % room.seats.length]?.say(nextText());
      said += 1;
    }
    if (returns.length < (now * leavesPerSecond) / 1000) {
      const room = nextToLeave(isQuiet);
      if (room !== undefined) returns.push(leaveAndReturn(room, returns.length % room.seats.length));
    }
    await delay(TICK_MS);
  }
  const tookMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpuBefore);
  await Promise.all(returns);
  const deadline = performance.now() + LAST_DEADLINE_MS;
  while (!rooms.every(isQuiet) && performance.now() < deadline) await delay(TICK_MS);
  return {
    ...{ said, due: total("due") - before.due, got: total("got") - before.got },
    ...{ refused: count.refused - before.refused, closed: count.closed - before.closed, rejoined: returns.length },
    ...{ cpuMs: (user + system) / 1000, tookMs },
  };
};

const total = (name: "due" | "got"): number => rooms.reduce((sum, room) => sum + room[name], 0);

const obey = async (order: z.infer<typeof orderSchema>): Promise<unknown> => {
  if (order.do === "talk") return talk(order);
  port = order.port;
  for (const orders of order.rooms) rooms.push({ orders, seats: [], said: 0, due: 0, got: 0, away: false });
  await inParallel(rooms, AT_ONCE, async (room) => {
    for (const one of room.orders) room.seats.push(await sit(room, one));
  });
  return {};
};

if (import.meta.main) {
  process.on("message", (message) => {
    void obey(orderSchema.parse(message)).then((answer) => process.send?.(answer));
  });
  process.once("disconnect", () => process.exit());
  console.log(JSON.stringify({ ready: "load" }));
}
