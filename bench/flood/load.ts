/** A guild's people, as their own process: honest members who talk, and a scammer who does not wait for answers. Whatever goes wrong ends it. */
import { setTimeout as delay } from "node:timers/promises";
import { cleanText } from "../../shared/text.ts";
import type { Finding } from "../checker/finding.ts";
import { RoundWatch, type Say } from "../checker/round-watch.ts";
import { openSeatedSocket, type SeatedSocket } from "../fanout/seated-socket.ts";
import { percentile } from "../percentile.ts";
import { makeRandom } from "../random.ts";
import { makeHearing } from "../slow/hearing.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { type Order, type Outcome, orderSchema } from "./orders.ts";
import { smallTalk, variedOffer } from "./what-is-said.ts";

const AT_ONCE = 16;
const random = makeRandom(5);
const watch = new RoundWatch();
const hearing = makeHearing();
let honest: Say[] = [];
const scammers: Say[][] = [];
let reader: SeatedSocket | undefined;
let stopping = false;

const lost = (): void => {
  if (!stopping) throw new Error("a connection was lost");
};

const sit = async ({ port, tokens, sessions, scammers: kept }: Extract<Order, { do: "sit" }>): Promise<void> => {
  const seats = tokens.flatMap((token, member) => Array.from({ length: sessions }, () => ({ token, member })));
  const members: Say[][] = tokens.map(() => []);
  await inParallel(seats, AT_ONCE, async ({ token, member }, place) => {
    const take = watch.seat(`seat ${place} of member ${member}`);
    const onEntries = (bytes: Buffer, at: number, length: number): void =>
      take(hearing.read(bytes.subarray(at, at + length)).entries);
    reader = await openSeatedSocket(port, token, onEntries, lost);
    members[member]?.push(await watch.speaker(reader));
  });
  scammers.push(...members.splice(0, kept));
  honest = members.flatMap(([first]) => first ?? []);
  await watch.begin(readerOf());
};

const readerOf = (): SeatedSocket => {
  if (reader === undefined) throw new Error("nobody sits here");
  return reader;
};

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
  const say = async (side: "honest" | "scam", sayIt: Say | undefined, text: string): Promise<void> => {
    if (sayIt === undefined) throw new Error("nobody is left to speak");
    count[side].said += 1;
    const began = performance.now();
    if ((await sayIt(cleanText(text))) === undefined) count[side].refused += 1;
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

const judge = (): Promise<Finding> => {
  hearing.forget();
  return watch.judge(readerOf());
};

const obey = async (order: Order): Promise<unknown> => {
  switch (order.do) {
    case "sit":
      return (await sit(order)) ?? {};
    case "talk":
      return talk(order);
    default:
      return judge();
  }
};

process.on("message", (message) => {
  void obey(orderSchema.parse(message)).then((answer) => process.send?.(answer));
});
process.once("disconnect", () => {
  stopping = true;
  process.exit();
});
console.log(JSON.stringify({ ready: "load" }));
