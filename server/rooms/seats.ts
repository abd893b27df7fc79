import { type Client, ClientState, type MessageContext } from "@colyseus/core";
import { z } from "zod";
import type { CloseReason } from "../../shared/close-code.ts";
import { COMMANDS, type CommandName } from "../../shared/commands.ts";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, channelIdSchema } from "../../shared/id.ts";
import { OPERATION_NAMES, OPERATIONS, type OperationName } from "../../shared/operations.ts";
import { MESSAGES } from "../../shared/protocol.ts";
import type { Shard } from "../channel/shard.ts";
import { type CommandHandlers, makeCommandHandlers } from "./commands.ts";
import { takeReport } from "./cursor-reports.ts";
import { followCost } from "./follow-commands.ts";
import type { SeatHouse } from "./house.ts";
import { refusalFor } from "./refusal.ts";
import type { Seat } from "./seat.ts";
import { SeatedVisitor } from "./seated-visitor.ts";
import type { SocketFrame } from "./socket-line.ts";
import type { Visitor } from "./visitor.ts";

/** Unsent bytes of any kind (entries are held back long before, patches and answers are not) at which a reader is cut off, to resume when his line is better. */
const HARD_UNSENT_BYTES = 1024 * 1024;

/** Tokens are looked at again after this at the latest: one may have been renewed by another that ends sooner. */
const RENEWED_MS = 15_000;

/** Colyseus counts a client's frames here. A report that is news answers entries that were sent to him: the faster his line, the more of them in a second. */
const FRAMES = "_numMessagesLastSecond";
const uncount = (client: Client): void => {
  const frames: unknown = Reflect.get(client, FRAMES);
  if (typeof frames === "number" && frames > 0) Reflect.set(client, FRAMES, frames - 1);
};

/** What only a human asks for; the rest a client also asks by itself. `presence` says itself whether somebody is there. */
const BY_HAND: ReadonlySet<CommandName> = new Set([
  ...(["send", "announce", "sticker", "phrase", "edit", "delete", "pin", "react"] as const),
  ...(["card", "act", "close", "signal", "seenBy", "slowMode"] as const),
]);

export const NOBODY: ReadonlySet<number> = new Set();
const otherChannelSchema = z.object({ channel: channelIdSchema.optional() }).catch({});

/** The room the seats are in. */
export type SeatedRoom = {
  /** The channel this room is for, if any. */
  readonly channel: ChannelId | undefined;
  readonly shard: Shard<SocketFrame> | undefined;
  /** Numbers of the members whose names are in the state. */
  readonly numbers: ReadonlySet<number>;
  started(visitor: Visitor): void;
  ended(visitor: Visitor): void;
  /** Tells his client that his seat has ended, and why. */
  close(visitor: Visitor, reason: CloseReason): void;
};

/** Everything a client can ask in a room by its name. */
export const REQUEST_NAMES: readonly (CommandName | OperationName)[] = [
  ...Object.keys(COMMANDS).filter((name): name is CommandName => Object.hasOwn(COMMANDS, name)),
  ...OPERATION_NAMES,
];

export const isRequestName = (name: string): name is CommandName | OperationName =>
  Object.hasOwn(COMMANDS, name) || Object.hasOwn(OPERATIONS, name);

/**
 * Who sits in a room, of our own or a studio's: what he asks is done one at a time and refused by code, he is told what is for him, shown the channels he follows, and
 * his seat ends for a reason that tells what to do next. Seats own nothing.
 */
export class Seats {
  readonly house: SeatHouse;
  readonly visitors = new Map<string, Visitor>();
  /** Something may have been sent since this was last set to false. */
  stirred = true;
  readonly #room: SeatedRoom;
  readonly #handlers: CommandHandlers;
  readonly #stopListening = new Map<Visitor, () => void>();
  /** No token that was not renewed since ends before this. */
  #nextExpiryMs = 0;

  constructor(house: SeatHouse, room: SeatedRoom) {
    this.house = house;
    this.#room = room;
    this.#handlers = makeCommandHandlers(house);
  }

  get channel(): ChannelId | undefined {
    return this.#room.channel;
  }

  /** `at`: the channel he is seen in as online. */
  begin(client: Client, seat: Seat, at: ChannelId | undefined = this.channel): Visitor {
    const visitor = new SeatedVisitor(this, client, seat);
    this.visitors.set(client.sessionId, visitor);
    const { personal, standings, sessions, playerSockets } = this.house;
    const stopHearing = personal.listen(seat.player, (message) => {
      if (message.type === "match") {
        visitor.toldMatchUntil = message.until;
        void sessions.renew(visitor);
      }
      visitor.tell(MESSAGES.personal, message);
    });
    const letGo = standings.hold(seat.player, (why) => this.dismiss(visitor, why === "linked" ? "token-expired" : why));
    this.#stopListening.set(visitor, () => {
      stopHearing();
      letGo();
      sessions.end(visitor, at);
    });
    this.#nextExpiryMs = Math.min(this.#nextExpiryMs, visitor.tokenExpiresAtMs);
    this.#room.shard?.add(visitor);
    sessions.begin(visitor, at);
    playerSockets.begin(visitor);
    this.#room.started(visitor);
    return visitor;
  }

  /** He has left. Once is enough. */
  end(visitor: Visitor): void {
    if (this.visitors.get(visitor.session) !== visitor) return;
    this.visitors.delete(visitor.session);
    this.#room.shard?.remove(visitor);
    visitor.end();
    this.#stopListening.get(visitor)?.();
    this.#stopListening.delete(visitor);
    this.house.playerSockets.end(visitor);
    this.#room.ended(visitor);
  }

  /** Ends a seat for a reason the client understands. His session ends now, also if he does not let go of the line. */
  dismiss(visitor: Visitor, reason: CloseReason): void {
    if (reason === "too-slow")
      this.house.logger.warn({ event: "too-slow", channel: this.channel, player: visitor.player });
    this.end(visitor);
    this.#room.close(visitor, reason);
  }

  /** Cuts off whoever does not take what is sent to him. */
  cutOffFull(): void {
    for (const visitor of this.visitors.values()) if (isFull(visitor)) visitor.cutOff();
  }

  closeExpired(nowMs: number, graceMs: number): void {
    if (nowMs <= this.#nextExpiryMs + graceMs) return;
    this.#nextExpiryMs = nowMs + RENEWED_MS - graceMs;
    for (const visitor of this.visitors.values())
      if (nowMs > visitor.tokenExpiresAtMs + graceMs) this.dismiss(visitor, "token-expired");
      else this.#nextExpiryMs = Math.min(this.#nextExpiryMs, visitor.tokenExpiresAtMs);
  }

  /** What a client says he has; never throws. */
  report(client: Client, payload: unknown): void {
    const visitor = this.visitors.get(client.sessionId);
    if (visitor !== undefined && takeReport(payload, visitor, this.#room.shard)) uncount(client);
  }

  /** Does what a client asks; the answer is what his request resolves to, unless it is rejected. */
  async ask(
    client: Client,
    name: CommandName | OperationName,
    payload: unknown,
    context: MessageContext,
  ): Promise<unknown> {
    this.stirred = true;
    const visitor = this.visitors.get(client.sessionId);
    if (visitor === undefined) return undefined;
    return isCommand(name)
      ? this.#command(visitor, name, payload, context)
      : this.#operate(visitor, name, payload, context);
  }

  async #operate(visitor: Visitor, name: OperationName, payload: unknown, context: MessageContext): Promise<unknown> {
    const work = () => {
      if (OPERATIONS[name].effect === "command" && name !== "readMail") this.house.sessions.touch(visitor);
      return this.house.operations.run(name, payload, visitor.player);
    };
    return this.#answer(visitor, context, { command: name, channel: this.channel }, work);
  }

  async #command(visitor: Visitor, name: CommandName, payload: unknown, context: MessageContext): Promise<unknown> {
    const handle = this.#handlers[name];
    const other = otherChannelSchema.parse(payload).channel;
    const isOwn = other === undefined || other === this.channel;
    const channel = isOwn ? this.channel : other;
    const place = {
      visitor,
      channel,
      own: this.channel,
      shard: isOwn ? this.#room.shard : undefined,
      roster: isOwn ? this.#room.numbers : NOBODY,
    };
    const work = () => {
      if (BY_HAND.has(name)) this.house.sessions.touch(visitor);
      return handle(payload, place);
    };
    const cost = name === "follow" ? followCost(channelsIn(payload)) : 1;
    return this.#answer(visitor, context, { command: name, channel }, work, cost);
  }

  /** What the request resolves to, or is refused with. */
  async #answer(
    visitor: Visitor,
    context: MessageContext,
    about: { command: string; channel: ChannelId | undefined },
    work: () => Promise<unknown>,
    cost = 1,
  ): Promise<unknown> {
    try {
      if (visitor.client.state === ClientState.JOINING)
        throw new GremioError("bad-request", { details: ["the room's greeting is to be answered first"] });
      return await visitor.inTurn(async () => {
        await this.house.standings.admit(visitor.player);
        if (!isFull(visitor)) return work();
        visitor.cutOff();
        throw new GremioError("unavailable");
      }, cost);
    } catch (error) {
      return context.reject(refusalFor(error, this.house.logger, { ...about, player: visitor.player }));
    }
  }
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);

const followedSchema = z.object({ channels: z.array(z.unknown()) });
const channelsIn = (payload: unknown): number => followedSchema.safeParse(payload).data?.channels.length ?? 1;

/** Whether so much waits for his line that he is cut off. */
const isFull = ({ unsentBytes }: Visitor): boolean => unsentBytes > HARD_UNSENT_BYTES;
