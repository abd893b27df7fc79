import fc from "fast-check";
import { expect, test } from "vitest";
import type { Cursor } from "../shared/cursor.ts";
import { aReader, type TestReader } from "./a-reader.ts";
import { removeMember } from "./remove-member.ts";
import { START, someShards } from "./some-shards.ts";
import { waitFor } from "./wait-for.ts";

type Step =
  | { do: "say"; count: number }
  | { do: "stall" | "drain" | "report" | "resume"; who: number }
  | { do: "look" | "flush" | "epoch" | "wait" }
  | { do: "remove" };

const who = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("say" as const), count: fc.constantFrom(1, 2, 30, 120) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("stall" as const, "drain" as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("report" as const, "resume" as const), who }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("look" as const, "flush" as const, "wait" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("epoch" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const) }) },
);

test("[TL22] [TL25] whatever is held, drained, reported and resumed, through changes of epoch and departures: each reader gets the log, without hole or repetition, up to his own departure", {
  timeout: 120_000,
}, async () => {
  const { open, redis, keys, log } = await someShards();
  const tried = { held: 0, epochs: 0, removed: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const { beto, caro, channel, shard, say, settled, join, close, owner } = await open();
      const readers = [aReader(beto, 2), aReader(caro, 3), aReader(caro, 3)];
      for (const reader of readers) await join(reader, START);
      const refused = new Set<TestReader>();
      const cursorOf = (reader: TestReader): Cursor => {
        const last = reader.entries.at(-1);
        return last === undefined ? START : { epoch: last.epoch, seq: last.seq };
      };
      const resume = async (reader: TestReader): Promise<void> => {
        // What is on its way to him is lost with his line only; here he has it all.
        for (let more = true; more && reader.ended === undefined; ) {
          const page = await shard.resume(reader, cursorOf(reader)).catch((error: unknown) => {
            expect(error).toMatchObject({ code: "not-member" });
          });
          if (page === undefined) {
            // He asks after his removal, and is told plainly.
            refused.add(reader);
            shard.remove(reader);
            return;
          }
          expect(page.complete).toBe(true);
          reader.entries.push(...page.entries);
          more = page.more;
        }
      };
      let removed = false;
      for (const each of steps) {
        const reader = "who" in each ? readers[each.who] : undefined;
        if (each.do === "say") await say(each.count);
        else if (each.do === "look") shard.look();
        else if (each.do === "flush") shard.flush();
        else if (each.do === "wait") await settled();
        else if (each.do === "epoch") {
          tried.epochs += 1;
          await redis.run(owner, ["HSET", `${owner}head`, "boot", `run-${tried.epochs}`]);
        } else if (each.do === "remove" && !removed) {
          removed = true;
          tried.removed += 1;
          await removeMember(redis, keys, channel, beto);
        } else if (reader !== undefined && reader.ended === undefined && !refused.has(reader)) {
          if (each.do === "stall") reader.stalled = true;
          else if (each.do === "report") shard.report(reader, cursorOf(reader));
          else if (each.do === "resume") await resume(reader);
          else {
            reader.stalled = false;
            reader.drain();
          }
        }
        tried.held += shard.held;
      }
      await say(1);
      await settled();
      await waitFor(() => {
        for (const reader of readers) {
          reader.stalled = false;
          reader.drain();
          if (reader.ended === undefined) shard.report(reader, cursorOf(reader));
        }
        shard.look();
        return shard.held === 0;
      }, "everyone to be caught up");
      const whole = await log.resume(channel, undefined, START, 100_000);
      expect(whole.complete).toBe(true);
      const all = whole.entries.map(({ epoch, seq, kind }) => `${epoch}:${seq} ${kind}`);
      const end = all.findIndex((line) => line.endsWith("kicked"));
      for (const reader of readers) {
        const got = reader.entries.map(({ epoch, seq, kind }) => `${epoch}:${seq} ${kind}`);
        const due = reader.number === 2 && end >= 0 ? all.slice(0, end + 1) : all;
        expect(got).toEqual(refused.has(reader) ? due.slice(0, got.length) : due);
        expect(reader.ended).toBe(due === all || refused.has(reader) ? undefined : "dismissed");
      }
      close();
    }),
    { numRuns: 40 },
  );
  // It has been tried what it says.
  expect(Math.min(tried.held, tried.epochs, tried.removed)).toBeGreaterThan(20);
});
