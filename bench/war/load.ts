/** The load, as its own process: members who watch a war, and the game's backend that tells its battles. */
import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { z } from "zod";
import { percentile } from "../percentile.ts";
import { type Call, type calmedSchema, type Order, orderSchema, type stormedSchema } from "./orders.ts";
import { Watchers } from "./watchers.ts";

const watchers = new Watchers();
const agent = new Agent({ keepAlive: true });
/** Battles that have been told, in all rounds. */
let told = 0;

type To = { port: number; apiKey: string };

/** Settles when the call is answered; throws when it is refused. */
const tell = ({ port, apiKey }: To, { method, path, body }: Pick<Call, "method" | "path" | "body">): Promise<void> =>
  new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const headers = {
      "x-api-key": apiKey,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    };
    const asked = request({ host: "127.0.0.1", port, method, path, agent, headers }, (response) => {
      let answer = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        answer += piece;
      });
      response.on("end", () => {
        if (response.statusCode !== undefined && response.statusCode < 300) resolve();
        else reject(new Error(`${path} was answered ${response.statusCode}: ${answer}`));
      });
    });
    asked.once("error", (error) => {
      // A line the server had just given up: what is told has its own id, so it may be told again.
      if (asked.reusedSocket) tell({ port, apiKey }, { method, path, body }).then(resolve, reject);
      else reject(error);
    });
    asked.end(text);
  });

type OrderTo<D extends Order["do"]> = Extract<z.infer<typeof orderSchema>, { do: D }>;

const storm = async ({ calls, underWay, watched, ...to }: OrderTo<"storm">): Promise<z.infer<typeof stormedSchema>> => {
  const answers: number[] = [];
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let call = calls[next++]; call !== undefined; call = calls[next++]) {
      const from = performance.now();
      await tell(to, call);
      answers.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: underWay }, worker));
  const answered = performance.now();
  const { user, system } = process.cpuUsage(cpuBefore);
  if (watched) {
    told += calls.reduce((sum, { battles }) => sum + battles, 0);
    await watchers.haveAll(told);
    watchers.forget();
  }
  return {
    tookMs: answered - began,
    cpuMs: (user + system) / 1000,
    answersMs: { p50: percentile(answers, 0.5), p99: percentile(answers, 0.99) },
    settledMs: watched ? performance.now() - answered : 0,
  };
};

const calm = async ({ calls, perSecond, ...to }: OrderTo<"calm">): Promise<z.infer<typeof calmedSchema>> => {
  /** When each battle was told, by its place in the war. */
  const toldAt = new Map<number, number>();
  const fresh: number[] = [];
  watchers.onShown = (_watcher, from, upTo) => {
    const now = performance.now();
    for (let battle = from + 1; battle <= upTo; battle++) {
      const at = toldAt.get(battle);
      if (at !== undefined) fresh.push(now - at);
    }
  };
  const began = performance.now();
  for (const [index, call] of calls.entries()) {
    await delay(Math.max(0, began + (index * 1000) / perSecond - performance.now()));
    toldAt.set(++told, performance.now());
    await tell(to, call);
  }
  await watchers.haveAll(told);
  watchers.forget();
  watchers.onShown = () => {};
  if (fresh.length !== calls.length * watchers.count) throw new Error(`${fresh.length} showings were timed`);
  const most = fresh.reduce((a, b) => Math.max(a, b), 0);
  return {
    freshMs: { p50: percentile(fresh, 0.5), p99: percentile(fresh, 0.99), most },
    tookMs: performance.now() - began,
  };
};

const obey = async (message: unknown): Promise<unknown> => {
  const order = orderSchema.parse(message);
  if (order.do === "storm") return storm(order);
  if (order.do === "calm") return calm(order);
  if (order.do === "watch") await watchers.sit(order.port, order.tokens);
  else await watchers.haveAll(told);
  return {};
};

process.on("message", (message) => {
  void obey(message).then((answer) => process.send?.(answer));
});
process.once("disconnect", () => process.exit());
console.log(JSON.stringify({ ready: "load" }));
