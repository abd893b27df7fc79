import { expect, test } from "vitest";
import type { Log, Resumed } from "../server/channel/log.ts";
import { Tail } from "../server/channel/tail.ts";
import type { Entry } from "../shared/entry.ts";

const entry = (seq: number): Entry => ({ epoch: 1, seq, at: seq, from: 1, kind: "text", body: `m${seq}` });

const piece = (entries: Entry[], head: number): Resumed => ({
  ...{ lineage: { past: [], epoch: 1, head }, count: head, entries, marks: [], floor: 1 },
  ...{ read: { epoch: 1, seq: 0, unread: 0, mentions: 0 }, complete: true, more: false },
});

// A head seen between a repair's last look and its end was forgotten until the next comparison of heads: up to 6 s instead of 3.
test("[TL3] a head seen in the very moment in which a repair ends is repaired all the same", async () => {
  const first = Promise.withResolvers<Resumed>();
  let rounds = 0;
  const resume: Log["resume"] = () => (rounds++ === 0 ? first.promise : Promise.resolve(piece([entry(2)], 2)));
  const log: Log = { resume, append: never, before: never };
  const tail = new Tail("guild:g1", log, { past: [], epoch: 1, head: 0 }, () => {});
  const heard: Entry[] = [];
  tail.listen({ onEntries: (entries) => heard.push(...entries), onEpoch: never, onReset: never, onState: () => {} });
  tail.repair();
  const seen = first.promise.then(() => tail.check({ epoch: 1, seq: 2 }));
  first.resolve(piece([entry(1)], 1));
  await seen;
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard.map(({ seq }) => seq)).toEqual([1, 2]);
});

const never = (): never => {
  throw new Error("not asked for here");
};
