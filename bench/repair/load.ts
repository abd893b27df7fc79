/** The members of one guild as their own process: all sit at one chat process, and one of them speaks through another. */
import { crc32 } from "node:zlib";
import { unpack } from "msgpackr";
import type { z } from "zod";
import type { Entry } from "../../shared/entry.ts";
import { decodeFrame } from "../../shared/frame.ts";
import type { Finding } from "../checker/finding.ts";
import { RoundWatch, type Say } from "../checker/round-watch.ts";
import { openSeatedSocket, type SeatedSocket } from "../fanout/seated-socket.ts";
import { makeTexts } from "../seats/texts.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { type Delivered, type Order, orderSchema, type Said } from "./orders.ts";

const AT_ONCE = 16;
const DEADLINE_MS = 30_000;
/** Before a frame's own bytes: Colyseus' code and the message type. */
const FRAME_HEAD = 2;

/** By seat: the seq of the entry it got last; undefined before the first. */
const reached: (number | undefined)[] = [];
const closed: string[] = [];
const watch = new RoundWatch();
const known = new Map<number, readonly Entry[]>();
const nextText = makeTexts(3);
let speaker: { socket: SeatedSocket; say: Say } | undefined;
let said: number | undefined;
let onProgress = (): void => {};

const nowMs = (): number => performance.timeOrigin + performance.now();

/** Seats get the same frames; each is decoded once. */
const read = (frame: Buffer): readonly Entry[] => {
  const sum = crc32(frame);
  const before = known.get(sum);
  if (before !== undefined) return before;
  const entries = decodeFrame(unpack(frame), 0);
  if (entries === undefined) throw new Error("a frame could not be read");
  known.set(sum, entries);
  return entries;
};

const sit = async (port: number, token: string, seat: number): Promise<void> => {
  reached[seat] = undefined;
  const take = watch.seat(`seat ${seat}`);
  await openSeatedSocket(
    port,
    token,
    (bytes, at, length) => {
      const entries = read(bytes.subarray(at + FRAME_HEAD, at + length));
      take(entries);
      reached[seat] = entries.at(-1)?.seq;
      onProgress();
    },
    () => closed.push(`the connection of seat ${seat} was closed`),
  );
};

const say = async (messages: number): Promise<Said> => {
  const saidAtMs = nowMs();
  for (let count = 0; count < messages; count++) said = await speaker?.say(nextText());
  if (said === undefined) throw new Error("a message was refused");
  return { saidAtMs };
};

/** Waits until every seat has what was said last. */
const delivered = async (): Promise<Delivered> => {
  const due = said ?? 0;
  const allHave = (): boolean => reached.every((seq) => (seq ?? 0) >= due);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => onProgress(), DEADLINE_MS);
    const deadline = nowMs() + DEADLINE_MS;
    onProgress = () => {
      if (!allHave() && nowMs() < deadline) return;
      clearTimeout(timer);
      onProgress = () => {};
      resolve();
    };
    onProgress();
  });
  const atMs = nowMs();
  const missing = reached.filter((seq) => (seq ?? 0) < due).length;
  return { atMs, faults: [...closed.splice(0), ...(missing > 0 ? [`${missing} seats did not get ${due}`] : [])] };
};

const sitDown = async ({ tokens, port, speakerPort }: Extract<Order, { do: "sit" }>): Promise<void> => {
  await inParallel(tokens, AT_ONCE, (token, seat) => sit(port, token, seat));
  const [token = ""] = tokens;
  const socket = await openSeatedSocket(
    speakerPort,
    token,
    () => {},
    () => closed.push("the speaker's connection was closed"),
  );
  speaker = { socket, say: await watch.speaker(socket) };
  await watch.begin(socket);
};

const judge = async (): Promise<Finding> => {
  if (speaker === undefined) throw new Error("nobody sits here");
  const finding = await watch.judge(speaker.socket);
  known.clear();
  return finding;
};

const obey = async (order: z.infer<typeof orderSchema>): Promise<unknown> => {
  switch (order.do) {
    case "sit":
      await sitDown(order);
      return {};
    case "say":
      return say(order.messages);
    case "delivered":
      return delivered();
    default:
      return judge();
  }
};

if (import.meta.main) {
  process.on("message", (message) => {
    void obey(orderSchema.parse(message)).then((answer) => process.send?.(answer));
  });
  process.once("disconnect", () => process.exit());
  console.log(JSON.stringify({ ready: "load" }));
}
