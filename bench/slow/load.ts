/** Sockets of members as their own process: they speak, and see to it that each has every entry once and in order. To stall them the process is stopped (SIGSTOP). */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { unpack } from "msgpackr";
import type { z } from "zod";
import { decodeFrame } from "../../shared/frame.ts";
import { LIMITS } from "../../shared/limits.ts";
import { openSeatedSocket, type SeatedSocket } from "../fanout/seated-socket.ts";
import { percentile } from "../percentile.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { type SlowOrder, slowOrderSchema, type streamedSchema, type toldSchema } from "./orders.ts";

const AT_ONCE = 16;
const DEADLINE_MS = 60_000;
/** The longest text there is: 500 characters of four bytes. */
const LONG = "😀".repeat(LIMITS.textLength - 12);

type Heard = { first: number; texts: readonly string[] };

const seats: SeatedSocket[] = [];
const reached: number[] = [];
const saidAt = new Map<string, number>();
const known = new Map<number, Heard>();
const timed: number[] = [];
let faults = 0;
let closed = 0;
let said = 0;
let missing = 0;
let allHave = (): void => {};

/** Before a frame's own bytes: Colyseus' code and the message type. */
const FRAME_HEAD = 2;

const read = (payload: Buffer): Heard => {
  const sum = crc32(payload);
  const before = known.get(sum);
  if (before !== undefined) return before;
  const entries = decodeFrame(unpack(payload.subarray(FRAME_HEAD)), 0) ?? [];
  const texts = entries.map(({ body }) => (typeof body === "string" ? (body.split(" ", 1)[0] ?? "") : ""));
  const heard = { first: entries[0]?.seq ?? 0, texts };
  known.set(sum, heard);
  return heard;
};

const sit = (port: number, tokens: readonly string[]): Promise<unknown> =>
  inParallel(tokens, AT_ONCE, async (token) => {
    let next: number | undefined;
    const place = reached.push(0) - 1;
    const onEntries = (bytes: Buffer, at: number, length: number): void => {
      const now = performance.now();
      const { first, texts } = read(bytes.subarray(at, at + length));
      if (next !== undefined && next !== first) faults += 1;
      next = first + texts.length;
      reached[place] = next - 1;
      for (const text of texts) {
        const since = saidAt.get(text);
        if (since !== undefined) timed.push(now - since);
      }
      missing -= texts.length;
      if (missing === 0) allHave();
    };
    seats.push(
      await openSeatedSocket(port, token, onEntries, () => {
        closed += 1;
      }),
    );
  });

const say = (text: string, rest: string): void => {
  seats[said++ % seats.length]?.ask("send", { nonce: randomUUID(), text: `${text} ${rest}` }, (ok) => {
    if (!ok) throw new Error("a message was refused");
  });
};

const everyoneHas = async (messages: number): Promise<void> => {
  const delivered = Promise.withResolvers<void>();
  allHave = delivered.resolve;
  missing += messages * seats.length;
  const late = setTimeout(() => delivered.reject(new Error(`${missing} deliveries are missing`)), DEADLINE_MS);
  await delivered.promise.finally(() => clearTimeout(late));
};

const fill = async (bursts: number, atOnce: number): Promise<unknown> => {
  for (let burst = 0; burst < bursts; burst++) {
    const delivered = everyoneHas(atOnce);
    for (let n = 0; n < atOnce; n++) say("fill", LONG);
    await delivered;
    known.clear();
  }
  return {};
};

const stream = async (ms: number, perSecond: number): Promise<z.infer<typeof streamedSchema>> => {
  timed.length = 0;
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const messages = Math.round((ms * perSecond) / 1_000);
  const delivered = everyoneHas(messages);
  for (let n = 0; n < messages; n++) {
    const dueMs = began + (n * 1_000) / perSecond - performance.now();
    if (dueMs > 0) await delay(dueMs);
    saidAt.set(`t${n}`, performance.now());
    say(`t${n}`, "una línea de charla de largo común");
  }
  await delivered;
  const { user, system } = process.cpuUsage(cpuBefore);
  const outcome = {
    p50Ms: percentile(timed, 0.5),
    p99Ms: percentile(timed, 0.99),
    timed: timed.length,
    cpuMs: (user + system) / 1_000,
    tookMs: performance.now() - began,
  };
  saidAt.clear();
  known.clear();
  return outcome;
};

const obey = (order: z.infer<typeof slowOrderSchema>): Promise<unknown> | z.infer<typeof toldSchema> => {
  switch (order.do) {
    case "sit":
      return sit(order.port, order.tokens).then(() => ({}));
    case "fill":
      return fill(order.bursts, order.atOnce);
    case "clog":
      for (const seat of seats)
        for (let page = 0; page < order.pages; page++) seat.ask("history", { limit: LIMITS.pageEntries });
      return Promise.resolve({});
    case "stream":
      return stream(order.ms, order.perSecond);
    default:
      known.clear();
      return { reached: Math.min(...reached), faults, closed };
  }
};

if (import.meta.main) {
  process.on("message", (message: SlowOrder) => {
    void Promise.resolve(obey(slowOrderSchema.parse(message))).then((answer) => process.send?.(answer));
  });
  process.once("disconnect", () => process.exit());
  console.log(JSON.stringify({ ready: "slow-load" }));
}
