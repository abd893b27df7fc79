import { describe, expect, test } from "vitest";
import { FollowBatch, type FollowListener, Follows } from "../client/follows.ts";
import { NoAnswer } from "../client/refused.ts";
import type { CommandAnswer } from "../shared/commands.ts";
import type { Cursor } from "../shared/cursor.ts";
import type { Page } from "../shared/protocol.ts";
import { FakeClock } from "./fake-clock.ts";

const START = { epoch: 0, seq: 0 };
type Answer = CommandAnswer<"follow">;

const pageOf = (channel: string): Page => ({
  ...{ channel, complete: true, more: false, frames: [], marks: [], former: [], floor: 0 },
  lineage: { past: [], epoch: 1, head: 0 },
  read: { epoch: 1, seq: 0, unread: 0, mentions: 0 },
});

/** Follows over a line whose server is the test. */
const scene = (first?: string) => {
  const asked: { channels: string[]; answer(answer: Answer): void; fail(error: Error): void }[] = [];
  const moved: { ref: number; cursor: Cursor; entries: number }[] = [];
  const forgotten: number[] = [];
  const clock = new FakeClock();
  const batch = new FollowBatch();
  const follows = new Follows({
    ask: (channels) =>
      new Promise((resolve, reject) => {
        asked.push({ channels: channels.map(({ channel }) => channel), answer: resolve, fail: reject });
      }),
    now: () => clock.now(),
    batch,
    first: () => first,
    tookIn: (ref, cursor, entries) => moved.push({ ref, cursor, entries }),
    forget: (ref) => forgotten.push(ref),
  });
  const follow = (channel: string) => {
    const heard: unknown[] = [];
    const listener: FollowListener = {
      onFrame: (frame) => heard.push(frame),
      onLineage: () => heard.push("lineage"),
      onReactions: () => {},
      onCard: () => {},
      onSignal: () => {},
      onEnd: () => heard.push("end"),
    };
    const page = follows.resume(channel, START, listener).catch((error: unknown) => error);
    return { heard, page };
  };
  const frame = (ref: number, said: unknown): void => follows.take(ref, (listener) => listener.onFrame(said));
  return { asked, moved, forgotten, clock, batch, follows, follow, frame };
};
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const found = (channel: string, ref: number): Answer["channels"][number] => ({ channel, ref, page: pageOf(channel) });

describe("the channels followed over a line", () => {
  test("[CL40] what comes before the answer that names its number is kept for its channel", async () => {
    const { asked, follow, follows, frame } = scene();
    const [one, two] = [follow("circle:c1"), follow("circle:c2")];
    await turn();
    expect(asked.map(({ channels }) => channels)).toEqual([["circle:c1", "circle:c2"]]);
    frame(7, "a");
    frame(8, "b");
    frame(7, "c");
    frame(9, "nobody's");
    follows.end(8);
    asked[0]?.answer({ channels: [found("circle:c2", 8), found("circle:c1", 7)] });
    expect(await one.page).toMatchObject({ channel: "circle:c1", more: false });
    expect(await two.page).toMatchObject({ channel: "circle:c2" });
    frame(7, "d");
    expect(one.heard).toEqual(["a", "c", "d"]);
    expect(two.heard).toEqual(["b", "end"]);
    // With no request under way a number nobody knows is that of a channel that was left.
    frame(10, "late");
    const three = follow("circle:c3");
    await turn();
    asked[1]?.answer({ channels: [found("circle:c3", 10)] });
    await three.page;
    expect(three.heard).toEqual([]);
  });

  test("[CL40] no more is kept than a bound, and then everything is asked for once more", async () => {
    const { asked, follow, frame } = scene();
    const one = follow("circle:c1");
    await turn();
    for (let n = 0; n < 10_000; n++) frame(1, n);
    asked[0]?.answer({ channels: [found("circle:c1", 1)] });
    expect(await one.page).toMatchObject({ more: true });
    expect(one.heard).toEqual(Array.from({ length: 2_000 }, (_, n) => n));
  });

  test("[CL40] a channel that is dropped meanwhile hears nothing, and its number may become another's", async () => {
    const { asked, follow, follows, frame } = scene();
    const one = follow("circle:c1");
    await turn();
    follows.drop("circle:c1");
    const again = follow("circle:c1");
    asked[0]?.answer({ channels: [found("circle:c1", 5)] });
    expect(await one.page).toBeInstanceOf(NoAnswer);
    await turn();
    expect(asked).toHaveLength(2);
    frame(5, "x");
    asked[1]?.answer({ channels: [found("circle:c1", 6)] });
    await again.page;
    frame(5, "y");
    frame(6, "z");
    expect([one.heard, again.heard]).toEqual([[], ["z"]]);
  });

  test("[CL30] what is asked for while a request is under way leaves together as the next, the first first", async () => {
    const { asked, follow, follows } = scene("circle:c3");
    follow("circle:c1");
    await turn();
    for (const channel of ["circle:c2", "circle:c3", "circle:c4"]) void follow(channel);
    await turn();
    expect(asked).toHaveLength(1);
    asked[0]?.answer({ channels: [found("circle:c1", 1)] });
    await turn();
    expect(asked[1]?.channels).toEqual(["circle:c3", "circle:c2", "circle:c4"]);
    const closed = follow("circle:c5");
    follows.close();
    expect(await closed.page).toBeInstanceOf(NoAnswer);
    expect(await follow("circle:c6").page).toBeInstanceOf(NoAnswer);
  });

  test("[CL41] what is too much for a line in one piece is asked for in smaller ones until all of it is there", async () => {
    const { asked, follow, follows, clock, batch } = scene();
    const names = Array.from({ length: 40 }, (_, n) => `circle:c${n}`);
    const pages = names.map((name) => follow(name).page);
    await turn();
    clock.advance(10_000);
    asked[0]?.fail(new NoAnswer("late"));
    for (const page of pages) expect(await page).toBeInstanceOf(NoAnswer);
    for (const name of names) void follow(name);
    await turn();
    expect(asked[1]?.channels).toEqual(names.slice(0, 10));
    asked[1]?.answer({ channels: names.slice(0, 10).map(found) });
    await turn();
    expect(asked[2]?.channels).toEqual(names.slice(10, 20));
    asked[2]?.fail(new NoAnswer("the line broke off at once"));
    await turn();
    expect(asked[3]?.channels).toEqual(names.slice(20, 30));
    follows.close(true);
    expect(batch.most).toBe(2);
    for (let line = 0; line < 10; line++) batch.wentWell();
    expect(batch.most).toBe(51);
  });
});
