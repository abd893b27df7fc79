/** Returners as their own process: they sit in rooms, are cut off, miss what is said, and come back together. */
import type { z } from "zod";
import { type Finding, sumOf } from "../checker/finding.ts";
import type { SeatOrder } from "../seats/seat.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { orderSchema, type returnedSchema } from "./orders.ts";
import { makeOurRoom } from "./our-room.ts";
import { makePlainRoom } from "./plain-room.ts";
import type { Returner } from "./returner.ts";
import type { Room } from "./room.ts";

const AT_ONCE = 24;
/** A server has seen that so many lines are cut long before. */
const GONE_MS = 1_500;

const rooms: Room[] = [];
let round = 0;
let said = 0;

const everybody = (): Returner[] => rooms.flatMap(({ returners }) => returners);

const roomOf = (port: number, seats: readonly SeatOrder[]): Room => {
  const tokens = seats.flatMap((seat) => ("token" in seat ? [seat.token] : []));
  const players = seats.flatMap((seat) => ("token" in seat ? [] : [seat]));
  return tokens.length > 0 ? makeOurRoom(port, tokens) : makePlainRoom(port, players);
};

const sit = async (port: number, orders: readonly (readonly SeatOrder[])[]): Promise<void> => {
  rooms.push(...orders.map((seats) => roomOf(port, seats)));
  await inParallel(rooms, AT_ONCE, async ({ keeper, returners, begin }) => {
    await keeper.comeBack();
    for (const one of returners) await one.comeBack();
    await begin();
  });
};

const sayMore = (messages: number): Promise<void> =>
  inParallel(rooms, rooms.length, async ({ say }) => {
    for (let count = 0; count < messages; count++) await say(`${round} ${said++} words that somebody says meanwhile`);
  });

const cut = async (messages: number): Promise<void> => {
  round += 1;
  for (const one of everybody()) one.cut();
  await new Promise((resolve) => setTimeout(resolve, GONE_MS));
  await sayMore(messages);
};

const comeBack = async (): Promise<z.infer<typeof returnedSchema>> => {
  const before = process.cpuUsage();
  const began = performance.now();
  // Of each room one after the other, so that a room's members do not stand together.
  const inOrder = everybody()
    .map((one, index) => ({ one, turn: index % Math.max(1, rooms[0]?.returners.length ?? 1) }))
    .sort((a, b) => a.turn - b.turn);
  const waitsMs = await Promise.all(
    inOrder.map(async ({ one }) => {
      await one.comeBack();
      return performance.now() - began;
    }),
  );
  const { user, system } = process.cpuUsage(before);
  const putOff = everybody().reduce((sum, one) => sum + one.putOff, 0);
  return { tookMs: performance.now() - began, waitsMs, putOff, cpuMs: (user + system) / 1000 };
};

/** With one message more, which everybody must have live. */
const check = async (): Promise<Finding> => {
  await sayMore(1);
  return sumOf(await Promise.all(rooms.map(({ judge }) => judge())));
};

const obey = async (order: z.infer<typeof orderSchema>): Promise<unknown> => {
  switch (order.do) {
    case "sit":
      await sit(order.port, order.rooms);
      return {};
    case "cut":
      await cut(order.messages);
      return {};
    case "return":
      return comeBack();
    default:
      return check();
  }
};

process.on("message", (message) => {
  void obey(orderSchema.parse(message)).then((answer) => process.send?.(answer));
});
process.once("disconnect", () => process.exit());
console.log(JSON.stringify({ ready: "load" }));
