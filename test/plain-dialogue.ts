import { z } from "zod";
import { decodeFrame } from "../shared/frame.ts";
import { MESSAGES } from "../shared/protocol.ts";
import type { Heard } from "./dialogue.ts";
import type { Performed } from "./perform-dialogue.ts";

/** Epoch milliseconds of this century. */
const TIMES_FROM = 1e12;
/** What is another each time a service is started. */
const OF_THE_MOMENT = new Set(["sessionId", "roomId", "processId", "publicAddress", "origin"]);

const framesSchema = z.array(z.array(z.unknown()));
const followedSchema = z.object({
  answer: z.object({ channels: z.array(z.object({ channel: z.string(), ref: z.int() }).or(z.unknown())) }),
});
const followedPageSchema = z.object({ former: z.array(z.unknown()) });
const refSchema = z.object({ channel: z.string(), ref: z.int() });

/**
 * A dialogue without what depends on the hour and the moment: times, addresses of seats, numbers of later epochs and of followed channels, and how entries were put
 * into frames. Of fleeting things, of which the newest wins, the newest.
 */
export const plain = ({ steps, heard }: Performed): unknown => {
  const channels = new Map<unknown, string>();
  for (const { gives } of steps) {
    const followed = followedSchema.safeParse(gives);
    for (const one of followed.data?.answer.channels ?? []) {
      const known = refSchema.safeParse(one);
      if (known.success) channels.set(known.data.ref, known.data.channel);
    }
  }
  const bare = (value: unknown, key = ""): unknown => {
    if (key === "frames") return framesSchema.parse(value).flatMap((frame) => bare(decodeFrame(frame, 0)));
    if (OF_THE_MOMENT.has(key)) return "of the moment";
    // Where there is a roster its own pace decides who is told of with a page, and who by it.
    if (key === "former") return "who is not in the roster";
    if (key === "page") return [bare(value), bare(followedPageSchema.parse(value).former)];
    if (key === "ref") return channels.get(value);
    if (key === "at") return "a time";
    if (key === "status" && typeof value === "number" && value < 300) return "done";
    // An answer that says nothing.
    if (key === "body" && value === null) return {};
    if (key === "epoch" && typeof value === "number" && value > 1) return "a later epoch";
    if (typeof value === "number" && value >= TIMES_FROM) return "a time";
    if (Array.isArray(value)) return value.map((each) => bare(each));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, bare(each, name)]));
  };
  return {
    steps: steps.map(({ gives, ...step }) => ({
      ...step,
      gives: bare("together" in step && Array.isArray(gives) ? gives.toSorted(bySeq) : gives),
    })),
    heard: Object.fromEntries(Object.entries(heard).map(([who, rows]) => [who, together(rows, channels, bare)])),
  };
};

const writtenSchema = z.object({ body: z.object({ seq: z.int() }) });
const seqOf = (answer: unknown): number => writtenSchema.safeParse(answer).data?.body.seq ?? 0;
const bySeq = (a: unknown, b: unknown): number => seqOf(a) - seqOf(b);

/** What was heard of each kind and channel: entries in their order, of what is fleeting the newest. */
const together = (
  rows: readonly Heard[],
  channels: ReadonlyMap<unknown, string>,
  bare: (value: unknown) => unknown,
): Record<string, unknown> => {
  const all: Record<string, unknown[]> = {};
  const newest: Record<string, unknown> = {};
  for (const [type, ...said] of rows) {
    const last = said.at(-1);
    const isFollowed = type === String(MESSAGES.followedFrame) || type.startsWith("g");
    const where = `${type}${isFollowed ? ` ${channels.get(said[0])}` : ""}${said.length === 3 ? ` ${String(said[1])}` : ""}`;
    if (type === MESSAGES.me) newest[where] = { ...z.record(z.string(), z.unknown()).parse(last), version: "" };
    else if (type === String(MESSAGES.frame) || type === String(MESSAGES.followedFrame))
      all[where] = [...(all[where] ?? []), ...z.array(z.unknown()).parse(bare(last))];
    else if (isNewest(last)) newest[`${where} ${last.seq}`] = bare(last);
    else all[where] = [...(all[where] ?? []), isFollowed && said.length === 1 ? "" : bare(last)];
  }
  return { ...all, ...newest };
};

const isNewest = (said: unknown): said is { seq: number } =>
  typeof said === "object" && said !== null && "seq" in said && typeof said.seq === "number";
