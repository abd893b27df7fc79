import { type Client, ClientState, type MessageContext, Room } from "@colyseus/core";
import type { Schema } from "@colyseus/schema";
import { z } from "zod";
import { CLOSE_CODES, type CloseReason } from "../../shared/close-code.ts";
import { COMMANDS, type CommandName } from "../../shared/commands.ts";
import { CURSOR_REPORT } from "../../shared/cursor-report.ts";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, channelIdSchema } from "../../shared/id.ts";
import { OPERATION_NAMES, type OperationName } from "../../shared/operations.ts";
import { MESSAGES } from "../../shared/protocol.ts";
import type { Shard } from "../channel/shard.ts";
import { type CommandHandlers, makeCommandHandlers } from "./commands.ts";
import { takeReport } from "./cursor-reports.ts";
import { followCost } from "./follow-commands.ts";
import type { House } from "./house.ts";
import type { OpenRoom } from "./open-rooms.ts";
import { refusalFor } from "./refusal.ts";
import { seatSchema } from "./seat.ts";
import { SeatedVisitor } from "./seated-visitor.ts";
import type { SocketFrame } from "./socket-line.ts";
import type { Visitor } from "./visitor.ts";

/** Longest interval a timer takes. A room's own patch timer is not used: `OpenRooms` patches the rooms that changed. */
const NEVER_MS = 2 ** 31 - 1;
/** A client that sends more frames a second than any honest one is cut off. */
const FRAMES_PER_SECOND = 200;
/** Unsent bytes of any kind (entries are held back long before, patches and answers are not) at which a reader is cut off, to resume when his line is better. */
const HARD_UNSENT_BYTES = 1024 * 1024;

/** Tokens are looked at again after this at the latest: one may have been renewed by another that ends sooner. */
const RENEWED_MS = 15_000;

/** Whoever has a seat and does not answer the room's greeting in this time is put out: what is for him would pile up here. */
const GREETING_MS = 15_000;

/** Colyseus counts a client's frames here. A report that is news answers entries that were sent to him: the faster his line, the more of them in a second. */
const FRAMES = "_numMessagesLastSecond";
const uncount = (client: Client): void => {
  const frames: unknown = Reflect.get(client, FRAMES);
  if (typeof frames === "number" && frames > 0) Reflect.set(client, FRAMES, frames - 1);
};

const NOBODY: ReadonlySet<number> = new Set();
const otherChannelSchema = z.object({ channel: channelIdSchema.optional() }).catch({});

/**
 * What every room does: it seats players, runs their commands one at a time, shows them other channels they follow, and closes connections with codes that tell
 * what to do next. A room owns nothing.
 */
export abstract class SeatRoom<State extends Schema>
  extends Room<{ state: State; client: Client }>
  implements OpenRoom
{
  override patchRate = NEVER_MS;
  override maxMessagesPerSecond = FRAMES_PER_SECOND;
  /** The channel this room is for, if any. */
  channel: ChannelId | undefined;
  dirty = false;
  protected readonly visitors = new Map<string, Visitor>();
  protected shard: Shard<SocketFrame> | undefined;
  #handlers: CommandHandlers | undefined;
  readonly #stopListening = new Map<Visitor, () => void>();
  /** Something may have been sent since the room was last looked at. */
  #stirred = true;
  /** No token that was not renewed since ends before this. */
  #nextExpiryMs = 0;

  protected abstract get house(): House;
  /** Numbers of the members whose names are in the state. */
  protected readonly numbers: ReadonlySet<number> = NOBODY;
  protected abstract started(visitor: Visitor): void;
  protected abstract ended(visitor: Visitor): void;
  abstract checkOnline(): void;

  protected open(): void {
    this.#handlers = makeCommandHandlers(this.house);
    for (const name of commandNames)
      this.onMessage(name, (client: Client, payload: unknown, context: MessageContext) =>
        this.#command(client, name, payload, context),
      );
    for (const name of OPERATION_NAMES)
      this.onMessage(name, (client: Client, payload: unknown, context: MessageContext) =>
        this.#operate(client, name, payload, context),
      );
    this.onMessage(CURSOR_REPORT, (client: Client, payload: unknown) => {
      const visitor = this.visitors.get(client.sessionId);
      if (visitor !== undefined && takeReport(payload, visitor, this.shard)) uncount(client);
    });
    // Without a handler for unknown messages Colyseus would close the connection.
    this.onMessage("*", () => undefined);
    this.house.openRooms.add(this);
  }

  override onJoin(client: Client): void {
    const seat = seatSchema.parse(client.auth);
    const visitor = new SeatedVisitor(this, client, seat);
    this.visitors.set(client.sessionId, visitor);
    const { personal, standings } = this.house;
    const stopHearing = personal.listen(seat.player, (message) => client.send(MESSAGES.personal, message));
    const letGo = standings.hold(seat.player, (why) => this.dismiss(visitor, why === "linked" ? "token-expired" : why));
    this.#stopListening.set(visitor, () => {
      stopHearing();
      letGo();
    });
    this.#nextExpiryMs = Math.min(this.#nextExpiryMs, visitor.tokenExpiresAtMs);
    this.shard?.add(visitor);
    this.house.sessions.begin(visitor, this.channel);
    this.house.playerSockets.begin(visitor);
    this.started(visitor);
    setTimeout(() => {
      if (client.state === ClientState.JOINING) this.dismiss(visitor, "too-slow");
    }, GREETING_MS).unref();
  }

  override onLeave(client: Client): void {
    const visitor = this.visitors.get(client.sessionId);
    if (visitor === undefined) return;
    this.visitors.delete(client.sessionId);
    this.shard?.remove(visitor);
    visitor.end();
    this.#stopListening.get(visitor)?.();
    this.#stopListening.delete(visitor);
    this.house.sessions.end(visitor, this.channel);
    this.house.playerSockets.end(visitor);
    this.ended(visitor);
  }

  override onDispose(): void {
    this.house.openRooms.remove(this);
  }

  override onUncaughtException(error: Error, method: string): void {
    this.house.logger.error({ event: "room-exception", channel: this.channel, method, err: error });
  }

  override onBeforeShutdown(): void {
    for (const visitor of this.visitors.values()) this.dismiss(visitor, "server-stopping");
    void this.disconnect(CLOSE_CODES["server-stopping"]);
  }

  sendPatch(): void {
    // Frames are counted a second by this clock: without it pings of hours would make a flood.
    this.clock.tick();
    // In a room in which nothing was sent nothing can have piled up.
    if (!this.dirty && !this.#stirred && this.shard?.isStirred() !== true) return;
    this.#stirred = this.dirty;
    for (const visitor of this.visitors.values()) if (isFull(visitor)) visitor.cutOff();
    this.shard?.look();
    if (!this.dirty) return;
    this.dirty = false;
    this.broadcastPatch();
  }

  closeExpired(nowMs: number): void {
    const { tokenGraceMs } = this.house;
    if (nowMs <= this.#nextExpiryMs + tokenGraceMs) return;
    this.#nextExpiryMs = nowMs + RENEWED_MS - tokenGraceMs;
    for (const visitor of this.visitors.values())
      if (nowMs > visitor.tokenExpiresAtMs + tokenGraceMs) this.dismiss(visitor, "token-expired");
      else this.#nextExpiryMs = Math.min(this.#nextExpiryMs, visitor.tokenExpiresAtMs);
  }

  /** Closes a connection for a reason the client understands. His session ends now, also if he does not let go of the line. */
  dismiss(visitor: Visitor, reason: CloseReason): void {
    if (reason === "too-slow")
      this.house.logger.warn({ event: "too-slow", channel: this.channel, player: visitor.player });
    this.onLeave(visitor.client);
    visitor.client.leave(CLOSE_CODES[reason], reason);
  }

  async #operate(client: Client, name: OperationName, payload: unknown, context: MessageContext): Promise<unknown> {
    const visitor = this.#asker(client);
    if (visitor === undefined) return undefined;
    const work = () => this.house.operations.run(name, payload, visitor.player);
    return this.#answer(visitor, context, { command: name, channel: this.channel }, work);
  }

  async #command(client: Client, name: CommandName, payload: unknown, context: MessageContext): Promise<unknown> {
    const visitor = this.#asker(client);
    const handle = this.#handlers?.[name];
    if (visitor === undefined || handle === undefined) return undefined;
    const other = otherChannelSchema.parse(payload).channel;
    const isOwn = other === undefined || other === this.channel;
    const channel = isOwn ? this.channel : other;
    const place = {
      visitor,
      channel,
      own: this.channel,
      shard: isOwn ? this.shard : undefined,
      roster: isOwn ? this.numbers : NOBODY,
    };
    const cost = name === "follow" ? followCost(channelsIn(payload)) : 1;
    return this.#answer(visitor, context, { command: name, channel }, () => handle(payload, place), cost);
  }

  #asker(client: Client): Visitor | undefined {
    this.#stirred = true;
    return this.visitors.get(client.sessionId);
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

const followedSchema = z.object({ channels: z.array(z.unknown()) });
const channelsIn = (payload: unknown): number => followedSchema.safeParse(payload).data?.channels.length ?? 1;

const commandNames = Object.keys(COMMANDS).filter((name): name is CommandName => Object.hasOwn(COMMANDS, name));

/** Whether so much waits for his line that he is cut off. */
const isFull = ({ unsentBytes }: Visitor): boolean => unsentBytes > HARD_UNSENT_BYTES;
