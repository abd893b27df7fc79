/** Returners as their own process: they sit in rooms, are cut off, miss what is said, and come back together. */
import type { z } from "zod";
import type { SeatOrder } from "../seats/seat.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { until } from "../studio/until.ts";
import { makeMember } from "./member.ts";
import { type Checked, orderSchema, type returnedSchema } from "./orders.ts";
import { makePlainPlayer } from "./plain-player.ts";
import type { Returner } from "./returner.ts";

type Room = { readonly keeper: Returner; readonly returners: readonly Returner[]; said: string[] };

const AT_ONCE = 24;
/** A server has seen that so many lines are cut long before. */
const GONE_MS = 1_500;
const HEARD_DEADLINE_MS = 10_000;

const rooms: Room[] = [];
let round = 0;

const everybody = (): Returner[] => rooms.flatMap(({ returners }) => returners);

const sit = async (port: number, orders: readonly (readonly SeatOrder[])[]): Promise<void> => {
  const returnerOf = (order: SeatOrder): Returner =>
    "token" in order ? makeMember(port, order.token) : makePlainPlayer(port, order);
  for (const seats of orders)
    for (const first of seats.slice(0, 1))
      rooms.push({ keeper: returnerOf(first), returners: seats.map(returnerOf), said: [] });
  await inParallel(rooms, AT_ONCE, async ({ keeper, returners }) => {
    await keeper.comeBack();
    for (const one of returners) await one.comeBack();
  });
  for (const one of everybody()) one.takeHeard();
};

const sayMore = (messages: number): Promise<void> =>
  inParallel(rooms, rooms.length, async ({ keeper, said }) => {
    for (let count = 0; count < messages; count++) {
      const text = `${round} ${said.length} words that somebody says meanwhile`;
      await keeper.say(text);
      said.push(text);
    }
  });

const cut = async (messages: number): Promise<void> => {
  round += 1;
  for (const room of rooms) room.said = [];
  for (const one of everybody()) {
    one.cut();
    one.takeHeard();
  }
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

/** Everybody must have heard, once and in order, all that was said since he was cut off. */
const check = async (): Promise<Checked> => {
  const last = new Map<Returner, string[]>(everybody().map((one) => [one, []]));
  await sayMore(1);
  const isIn = (): boolean => {
    for (const [one, heard] of last) heard.push(...one.takeHeard());
    return rooms.every(({ returners, said }) => returners.every((one) => last.get(one)?.at(-1) === said.at(-1)));
  };
  await until(isIn, HEARD_DEADLINE_MS);
  const checked = { due: 0, lost: 0, duplicated: 0, disordered: 0 };
  for (const { returners, said } of rooms)
    for (const one of returners) {
      const heard = last.get(one) ?? [];
      const once = [...new Set(heard)];
      const came = said.filter((text) => once.includes(text));
      checked.due += said.length;
      checked.lost += said.length - came.length;
      checked.duplicated += heard.length - once.length;
      checked.disordered += one.disordered + (once.join("\n") === came.join("\n") ? 0 : 1);
    }
  return checked;
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
