/** The members of one guild as their own process: all sit at one chat process, and one of them speaks through another. */
import { randomUUID } from "node:crypto";
import { unpack } from "msgpackr";
import { z } from "zod";
import { decodeFrame } from "../../shared/frame.ts";
import { openSeatedSocket, type SeatedSocket } from "../fanout/seated-socket.ts";
import { makeTexts } from "../seats/texts.ts";
import { inParallel } from "../studio/in-parallel.ts";
import { type Delivered, orderSchema, type Said } from "./orders.ts";

const AT_ONCE = 16;
const DEADLINE_MS = 30_000;
/** Before a frame's own bytes: Colyseus' code and the message type. */
const FRAME_HEAD = 2;

/** Before an answer: Colyseus' code, the request's id and its status. */
const ANSWER_HEAD = 3;
const answerSchema = z.object({ seq: z.int() });

/** By seat: the seq of the entry it got last; undefined before the first. */
const reached: (number | undefined)[] = [];
const faults: string[] = [];
const nextText = makeTexts(3);
let speaker: SeatedSocket | undefined;
let said: number | undefined;
let onProgress = (): void => {};

const nowMs = (): number => performance.timeOrigin + performance.now();

const sit = async (port: number, token: string, seat: number): Promise<void> => {
  reached[seat] = undefined;
  await openSeatedSocket(
    port,
    token,
    (bytes, at, length) => {
      for (const { seq } of decodeFrame(unpack(bytes.subarray(at + FRAME_HEAD, at + length)), 0) ?? []) {
        const before = reached[seat];
        if (before !== undefined && seq !== before + 1) faults.push(`seat ${seat} got ${seq} after ${before}`);
        reached[seat] = seq;
      }
      onProgress();
    },
    () => faults.push(`the connection of seat ${seat} was closed`),
  );
};

const sayOne = (): Promise<number> =>
  new Promise((resolve, reject) =>
    speaker?.ask("send", { nonce: randomUUID(), text: nextText() }, (ok, bytes, at, length) => {
      const answer = answerSchema.safeParse(ok ? unpack(bytes.subarray(at + ANSWER_HEAD, at + length)) : undefined);
      if (answer.success) resolve(answer.data.seq);
      else reject(new Error(bytes.toString("latin1", at, at + length)));
    }),
  );

const say = async (messages: number): Promise<Said> => {
  const saidAtMs = nowMs();
  for (let count = 0; count < messages; count++) said = await sayOne();
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
  return { atMs, faults: [...faults.splice(0), ...(missing > 0 ? [`${missing} seats did not get ${due}`] : [])] };
};

const obey = async (order: z.infer<typeof orderSchema>): Promise<unknown> => {
  if (order.do === "say") return say(order.messages);
  if (order.do === "delivered") return delivered();
  const { tokens, port, speakerPort } = order;
  await inParallel(tokens, AT_ONCE, (token, seat) => sit(port, token, seat));
  const [token = ""] = tokens;
  speaker = await openSeatedSocket(
    speakerPort,
    token,
    () => {},
    () => faults.push("the speaker's connection was closed"),
  );
  return {};
};

if (import.meta.main) {
  process.on("message", (message) => {
    void obey(orderSchema.parse(message)).then((answer) => process.send?.(answer));
  });
  process.once("disconnect", () => process.exit());
  console.log(JSON.stringify({ ready: "load" }));
}
