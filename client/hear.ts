import * as z from "zod";
import { cardMessageSchema, lineageSchema, MESSAGES, reactionsMessageSchema } from "../shared/protocol.ts";
import { signalMessageSchema } from "../shared/signal.ts";
import type { ChannelListener } from "./channel-line.ts";

/** Hands a message to whoever listens to its channel. */
export type Deliver = (listener: ChannelListener) => void;

type Read<T> = (payload: unknown) => T | undefined;

const reactions: Read<Deliver> = (payload) => {
  const { data } = reactionsMessageSchema.safeParse(payload);
  return data && ((listener) => listener.onReactions(data));
};
const card: Read<Deliver> = (payload) => {
  const { data } = cardMessageSchema.safeParse(payload);
  return data && ((listener) => listener.onCard(data));
};
const signal: Read<Deliver> = (payload) => {
  const { data } = signalMessageSchema.safeParse(payload);
  return data && ((listener) => listener.onSignal(data));
};
const epoch: Read<Deliver> = (payload) => {
  const { data } = lineageSchema.safeParse(payload);
  return data && ((listener) => listener.onLineage(data));
};
const frame: Read<Deliver> = (payload) => (listener) => listener.onFrame(payload);

/** What is said about the seat's own channel, by Colyseus message type. What is not understood is ignored. */
export const ownReaders: readonly { type: string | number; read: Read<Deliver> }[] = [
  { type: MESSAGES.frame, read: frame },
  { type: MESSAGES.epoch, read: epoch },
  { type: MESSAGES.reactions, read: reactions },
  { type: MESSAGES.card, read: card },
  { type: MESSAGES.signal, read: signal },
];

const aboutSchema = z.tuple([z.int(), z.unknown()]);
const fleetingSchema = z.tuple([z.int(), z.string(), z.unknown()]);
const endSchema = z.tuple([z.int()]);

type Followed = { ref: number; deliver: Deliver };

const about =
  (read: Read<Deliver>): Read<Followed> =>
  (payload) => {
    const { data } = aboutSchema.safeParse(payload);
    const deliver = data && read(data[1]);
    return deliver && { ref: data[0], deliver };
  };

const fleeting: Read<Followed> = (payload) => {
  const { data } = fleetingSchema.safeParse(payload);
  if (data === undefined) return undefined;
  const [ref, type, said] = data;
  const read = ownReaders.find((one) => one.type === type)?.read;
  const deliver = read?.(said);
  return deliver && { ref, deliver };
};

/** The same of channels that are followed, each of which a number stands for. */
export const followedReaders: readonly { type: string | number; read: Read<Followed> }[] = [
  { type: MESSAGES.followedFrame, read: about(frame) },
  { type: MESSAGES.followedEpoch, read: about(epoch) },
  { type: MESSAGES.followedFleeting, read: fleeting },
];

/** The channel whose following has ended. */
export const readEnd: Read<number> = (payload) => endSchema.safeParse(payload).data?.[0];
