import { z } from "zod";
import { until } from "../bench/studio/until.ts";
import type { ChannelListener } from "../client/channel-line.ts";
import { systemClock } from "../client/clock.ts";
import type { Line } from "../client/line.ts";
import { openLine } from "../client/open-line.ts";
import { Refused } from "../client/refused.ts";
import { COMMANDS, type CommandInput, type CommandName } from "../shared/commands.ts";
import { REPORT_AFTER } from "../shared/cursor-report.ts";
import { decodeFrame } from "../shared/frame.ts";
import { joinAnswerSchema, MESSAGES } from "../shared/protocol.ts";
import type { Heard, Step } from "./dialogue.ts";

/** Where a dialogue takes place. */
export type Stage = {
  /** The studio's request, `PUT /v1/…`. */
  studio(request: string, body: unknown): Promise<{ status: number; body: unknown }>;
  /** A player's `POST /v1/join`. */
  join(who: string, body: unknown): Promise<{ status: number; body: unknown }>;
  /** Where his seat is taken. */
  url(who: string): string;
  token(player: string): Promise<string>;
  restartRedis(): Promise<void>;
};

export type Performed = { steps: Step[]; heard: Record<string, Heard[]> };

const DEADLINE_MS = 15_000;

export const playerOf = (who: string): string => who.split("/")[0] ?? who;

/** Takes the steps one after the other, with today's client where it speaks with a room, and lets go of the lines when all is `settled`. */
export const perform = async (
  steps: readonly Step[],
  stage: Stage,
  settled: () => Promise<unknown> = async () => undefined,
): Promise<Performed> => {
  const heard: Record<string, Heard[]> = {};
  const lines = new Map<string, Line>();
  const heardBy = (who: string): Heard[] => {
    heard[who] ??= [];
    return heard[who];
  };
  const done: Step[] = [];
  try {
    for (const step of steps) done.push(await take(step));
    await settled();
    return { steps: done, heard };
  } finally {
    for (const line of lines.values()) line.close();
  }

  async function take(step: Step): Promise<Step> {
    if ("studio" in step) return { ...step, gives: await stage.studio(step.studio, step.with) };
    if ("together" in step)
      return { ...step, gives: await Promise.all(step.together.map((one) => stage.studio(one.studio, one.with))) };
    if ("redis" in step) {
      await stage.restartRedis();
      return step;
    }
    const { who } = step;
    if ("joins" in step) return { ...step, gives: await joins(who, step.joins) };
    if ("until" in step) {
      const has = (): boolean => amount(heardBy(who), step.until) >= step.count;
      if (!(await until(has, DEADLINE_MS)))
        throw new Error(`${who} waits for ${step.count} of ${step.until}: ${JSON.stringify(heardBy(who))}`);
      return step;
    }
    const line = lines.get(who);
    if (line === undefined) throw new Error(`${who} has no line`);
    if ("asks" in step) {
      const given =
        step.with.token === "$token" ? { ...step.with, token: await stage.token(playerOf(who)) } : step.with;
      return { ...step, gives: await asks(line, step.asks, given) };
    }
    if ("reports" in step) {
      const [epoch = 0, seq = 0, ref] = step.reports;
      line.tookIn({ epoch, seq }, REPORT_AFTER.entries, ref);
    } else {
      line.close();
      lines.delete(who);
    }
    return step;
  }

  async function joins(who: string, request: unknown): Promise<unknown> {
    const answer = await stage.join(who, request);
    if (answer.status !== 200) return answer;
    const { seat, origin } = joinAnswerSchema.parse(answer.body);
    const rows = heardBy(who);
    /** What is heard of the seat's channel, or with its `ref` of another. */
    const listener = (tell: (type: string | number, said: unknown) => void): ChannelListener => ({
      onFrame: (frame) => tell(MESSAGES.frame, decodeFrame(frame, origin)),
      onLineage: (lineage) => tell(MESSAGES.epoch, lineage),
      onReactions: (reactions) => tell(MESSAGES.reactions, reactions),
      onCard: (card) => tell(MESSAGES.card, card),
      onSignal: (signal) => tell(MESSAGES.signal, signal),
    });
    const line = await openLine(
      new URL(stage.url(who)),
      seat,
      {
        ...listener((type, said) => rows.push([String(type), said])),
        onMe: (me) => rows.push([MESSAGES.me, me]),
        onState: () => undefined,
        onFollowed: (ref, deliver) =>
          deliver(
            listener((type, said) => {
              if (type === MESSAGES.frame) rows.push([String(MESSAGES.followedFrame), ref, said]);
              else if (type === MESSAGES.epoch) rows.push([MESSAGES.followedEpoch, ref, said]);
              else rows.push([MESSAGES.followedFleeting, ref, String(type), said]);
            }),
          ),
        onFollowedEnd: (ref) => rows.push([MESSAGES.followedEnd, ref]),
        onPersonal: (personal) => rows.push([MESSAGES.personal, personal]),
        onEnd: (code) => rows.push(["close", code]),
      },
      systemClock,
    );
    lines.set(who, line);
    return answer;
  }
};

const isCommand = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);
/** A dialogue's requests are taken as they are: wrong ones belong to it. */
const inputSchema = z.custom<CommandInput<CommandName>>((value) => typeof value === "object");

const asks = async (line: Line, name: string, given: unknown): Promise<unknown> => {
  if (!isCommand(name)) throw new Error(`there is no command ${name}`);
  try {
    return { answer: await line.request(name, inputSchema.parse(given)) };
  } catch (error) {
    if (error instanceof Refused) return { refusal: error.refusal };
    throw error;
  }
};

/** How much of a message type was heard; of frames, entries. */
const amount = (rows: readonly Heard[], type: string): number => {
  let sum = 0;
  for (const [kind, ...said] of rows) if (kind === type) sum += isFrame(type) ? entriesIn(said.at(-1)) : 1;
  return sum;
};
const isFrame = (type: string): boolean => type === String(MESSAGES.frame) || type === String(MESSAGES.followedFrame);
const entriesIn = (said: unknown): number => (Array.isArray(said) ? said.length : 0);
