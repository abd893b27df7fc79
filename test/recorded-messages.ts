import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { unpack } from "msgpackr";
import { z } from "zod";
import { MESSAGES } from "../shared/protocol.ts";
import { conversationSchema, type RecordedLine, WIRE } from "./conversation.ts";
import { type Dialogue, dialogueSchema, type Step } from "./dialogue.ts";

export type RecordedMessages = {
  /** Every message a room sent by itself: its type and its payload as they were on the wire. */
  pushes: { type: string; payload: unknown }[];
  /** Of every entry that was sent, live or in a page, what a frame says of it: who, with the kind's code, and the body. */
  entries: { author: unknown; body: unknown }[];
  asks: Extract<Step, { asks: string }>[];
  reports: number[][];
};

const folder = join(import.meta.dirname, "fixtures");
const frameSchema = z.array(z.unknown());
const followedSchema = z.tuple([z.int(), frameSchema]);

/** A type as Colyseus writes it: a short string as in msgpack, or a number below 128. */
const typeOf = (bytes: Buffer): { type: string; end: number } => {
  const head = bytes[1] ?? 0;
  if ((head & 0xe0) !== 0xa0) return { type: String(head), end: 2 };
  const end = 2 + (head & 0x1f);
  return { type: bytes.toString("utf8", 2, end), end };
};

/** What has been recorded of every version, as it was on the wire. */
export const recordedMessages = async (): Promise<RecordedMessages> => {
  const dialogues: Dialogue[] = [];
  const lines: RecordedLine[] = [];
  for await (const path of glob("*/protocol-*/*.json", { cwd: folder })) {
    const json: unknown = JSON.parse(await readFile(join(folder, path), "utf8"));
    const dialogue = dialogueSchema.safeParse(json);
    if (dialogue.success) dialogues.push(dialogue.data);
    lines.push(
      ...(dialogue.success ? Object.values(dialogue.data.lines).flat() : conversationSchema.parse(json).lines),
    );
  }
  const pushes: RecordedMessages["pushes"] = [];
  const entries: RecordedMessages["entries"] = [];
  const takeFrame = (frame: unknown[]): void => {
    for (let at = 2; at < frame.length; at += 3) entries.push({ author: frame[at + 1], body: frame[at + 2] });
  };
  const takeFrames = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [name, each] of Object.entries(value))
      if (name === "frames") for (const frame of z.array(frameSchema).parse(each)) takeFrame(frame);
      else takeFrames(each);
  };
  for (const { events } of lines)
    for (const event of events) {
      if ("answer" in event) {
        const bytes = Buffer.from(event.answer, "base64");
        if (bytes.length > 3) takeFrames(unpack(bytes.subarray(3)));
      }
      if (!("push" in event)) continue;
      const bytes = Buffer.from(event.push, "base64");
      if (bytes[0] !== WIRE.data) continue;
      const { type, end } = typeOf(bytes);
      const payload: unknown = unpack(bytes.subarray(end));
      pushes.push({ type, payload });
      if (type === String(MESSAGES.frame)) takeFrame(frameSchema.parse(payload));
      if (type === String(MESSAGES.followedFrame)) takeFrame(followedSchema.parse(payload)[1]);
    }
  const steps = dialogues.flatMap((dialogue) => dialogue.steps);
  return {
    ...{ pushes, entries },
    asks: steps.filter((step) => "asks" in step),
    reports: steps.flatMap((step) => ("reports" in step ? [step.reports] : [])),
  };
};
