/** A guild's people, as their own process: honest members who talk, and a scammer who does not wait for answers. Whatever goes wrong ends it. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { openSeatedSocket, type SeatedSocket } from "../fanout/seated-socket.ts";
import { percentile } from "../percentile.ts";
import { makeRandom } from "../random.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { type Order, type Outcome, orderSchema } from "./orders.ts";
import { smallTalk, variedOffer } from "./what-is-said.ts";

const AT_ONCE = 16;
const random = makeRandom(5);
let honest: SeatedSocket[] = [];
const scammers: SeatedSocket[][] = [];
let stopping = false;

const lost = (): void => {
  if (!stopping) throw new Error("a connection was lost");
};

const sit = async ({ port, tokens, sessions, scammers: kept }: Extract<Order, { do: "sit" }>): Promise<void> => {
  const seats = tokens.flatMap((token, member) => Array.from({ length: sessions }, () => ({ token, member })));
  const members: SeatedSocket[][] = tokens.map(() => []);
  await inParallel(seats, AT_ONCE, async ({ token, member }) => {
    members[member]?.push(await openSeatedSocket(port, token, () => {}, lost));
  });
  scammers.push(...members.splice(0, kept));
  honest = members.flatMap(([first]) => first ?? []);
};

const send = (socket: SeatedSocket, text: string): Promise<boolean> =>
  new Promise((resolve) => socket.ask("send", { nonce: randomUUID(), text }, (ok) => resolve(ok)));

/** Calls `work` `count` times, evenly over `lastsMs`, whatever became of the earlier ones. */
const spread = async (count: number, lastsMs: number, work: (index: number) => Promise<void>): Promise<void> => {
  const began = performance.now();
  const under: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    const wait = (index * lastsMs) / count - (performance.now() - began);
    if (wait > 0) await delay(wait);
    under.push(work(index));
  }
  await Promise.all(under);
};

const talk = async ({ lastsMs, each, scam: offers }: Extract<Order, { do: "talk" }>): Promise<Outcome> => {
  const answers: number[] = [];
  const count = { honest: { said: 0, refused: 0 }, scam: { said: 0, refused: 0 } };
  const say = async (side: "honest" | "scam", socket: SeatedSocket | undefined, text: string): Promise<void> => {
    if (socket === undefined) throw new Error("nobody is left to speak");
    count[side].said += 1;
    const began = performance.now();
    if (!(await send(socket, text))) count[side].refused += 1;
    if (side === "honest") answers.push(performance.now() - began);
  };
  const scammer = offers > 0 ? scammers.shift() : [];
  const began = performance.now();
  await Promise.all([
    spread(honest.length * each, lastsMs, (index) => say("honest", honest[index % honest.length], smallTalk(random))),
    spread(offers, lastsMs, (index) => say("scam", scammer?.[index % scammer.length], variedOffer(random, index))),
  ]);
  const answersMs = { p50: percentile(answers, 0.5), p99: percentile(answers, 0.99) };
  return { tookMs: performance.now() - began, ...count, answersMs };
};

process.on("message", (message) => {
  const order = orderSchema.parse(message);
  void (order.do === "sit" ? sit(order).then(() => ({})) : talk(order)).then((answer) => process.send?.(answer));
});
process.once("disconnect", () => {
  stopping = true;
  process.exit();
});
console.log(JSON.stringify({ ready: "load" }));
