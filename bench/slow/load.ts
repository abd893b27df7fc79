/** Sockets of members as their own process: they speak, and the checker is told what each is shown. To stall them the process is stopped (SIGSTOP). */
import { setTimeout as delay } from "node:timers/promises";
import type { z } from "zod";
import { LIMITS } from "../../shared/limits.ts";
import type { Finding } from "../checker/finding.ts";
import { RoundWatch, type Say } from "../checker/round-watch.ts";
import { openSeatedSocket, type SeatedSocket } from "../fanout/seated-socket.ts";
import { percentile } from "../percentile.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { makeHearing } from "./hearing.ts";
import { type SlowOrder, slowOrderSchema, type streamedSchema, type toldSchema } from "./orders.ts";

const AT_ONCE = 16;
const DEADLINE_MS = 60_000;
/** The longest text there is: 500 characters of four bytes. */
const LONG = "😀".repeat(LIMITS.textLength - 12);

const seats: SeatedSocket[] = [];
const speakers: Say[] = [];
const watch = new RoundWatch();
const reached: number[] = [];
const saidAt = new Map<string, number>();
const hearing = makeHearing();
const timed: number[] = [];
let closed = 0;
let said = 0;
let missing = 0;
let allHave = (): void => {};

const sit = async (port: number, tokens: readonly string[]): Promise<void> => {
  await inParallel(tokens, AT_ONCE, async (token) => {
    const place = reached.push(0) - 1;
    const take = watch.seat(`seat ${place}`);
    const onEntries = (bytes: Buffer, at: number, length: number): void => {
      const now = performance.now();
      const { entries, texts } = hearing.read(bytes.subarray(at, at + length));
      take(entries);
      reached[place] = entries.at(-1)?.seq ?? 0;
      for (const text of texts) {
        const since = saidAt.get(text);
        if (since !== undefined) timed.push(now - since);
      }
      missing -= texts.length;
      if (missing === 0) allHave();
    };
    const seat = await openSeatedSocket(port, token, onEntries, () => {
      closed += 1;
    });
    seats.push(seat);
    speakers.push(await watch.speaker(seat));
  });
  await watch.begin(reader());
};

const reader = (): SeatedSocket => {
  const [first] = seats;
  if (first === undefined) throw new Error("nobody sits here");
  return first;
};

const say = (text: string, rest: string): void => {
  void speakers[said++ % speakers.length]?.(`${text} ${rest}`).then((seq) => {
    if (seq === undefined) throw new Error("a message was refused");
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
    hearing.forget();
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
  hearing.forget();
  return outcome;
};

const judge = (): Promise<Finding> => {
  hearing.forget();
  return watch.judge(reader());
};

const clog = (pages: number): void => {
  for (const seat of seats) for (let page = 0; page < pages; page++) seat.ask("history", { limit: LIMITS.pageEntries });
};

const obey = async (order: z.infer<typeof slowOrderSchema>): Promise<unknown> => {
  switch (order.do) {
    case "sit":
      return (await sit(order.port, order.tokens)) ?? {};
    case "fill":
      return fill(order.bursts, order.atOnce);
    case "clog":
      return clog(order.pages) ?? {};
    case "stream":
      return stream(order.ms, order.perSecond);
    case "judge":
      return judge();
    default:
      return { reached: Math.min(...reached), closed } satisfies z.infer<typeof toldSchema>;
  }
};

if (import.meta.main) {
  process.on("message", (message: SlowOrder) => {
    void obey(slowOrderSchema.parse(message)).then((answer) => process.send?.(answer));
  });
  process.once("disconnect", () => process.exit());
  console.log(JSON.stringify({ ready: "slow-load" }));
}
