import { type Client, type MessageContext, Room } from "@colyseus/core";
import type { Schema } from "@colyseus/schema";
import { z } from "zod";
import { CLOSE_CODES, type CloseReason } from "../../shared/close-code.ts";
import type { Lineage } from "../../shared/cursor.ts";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, channelIdSchema } from "../../shared/id.ts";
import { COMMANDS, type CommandName, MESSAGES } from "../../shared/protocol.ts";
import type { Shard } from "../channel/shard.ts";
import { type CommandHandlers, makeCommandHandlers } from "./commands.ts";
import type { House } from "./house.ts";
import type { OpenRoom } from "./open-rooms.ts";
import { refusalFor } from "./refusal.ts";
import { type Seat, seatSchema } from "./seat.ts";
import { type SocketFrame, SocketLine } from "./socket-line.ts";
import { makeTurns } from "./turns.ts";
import type { Visitor } from "./visitor.ts";

/** Longest interval a timer takes. A room's own patch timer is not used: `OpenRooms` patches the rooms that changed. */
const NEVER_MS = 2 ** 31 - 1;
/** A client that sends more frames a second than any honest one is cut off. */
const FRAMES_PER_SECOND = 200;
/** Unsent bytes of any kind (entries are held back long before, patches and answers are not) at which a reader is cut off, to resume when his line is better. */
const HARD_UNSENT_BYTES = 1024 * 1024;

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
    // Without a handler for unknown messages Colyseus would close the connection.
    this.onMessage("*", () => undefined);
    this.house.openRooms.add(this);
  }

  override onJoin(client: Client): void {
    const seat = seatSchema.parse(client.auth);
    const visitor = this.#visitor(client, seat);
    this.visitors.set(client.sessionId, visitor);
    this.shard?.add(visitor);
    this.house.sessions.begin(visitor, this.channel);
    this.started(visitor);
  }

  override onLeave(client: Client): void {
    const visitor = this.visitors.get(client.sessionId);
    if (visitor === undefined) return;
    this.visitors.delete(client.sessionId);
    this.shard?.remove(visitor);
    visitor.end();
    this.house.sessions.end(visitor, this.channel);
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
    this.clock.tick();
    for (const visitor of this.visitors.values()) if (isFull(visitor)) visitor.cutOff();
    this.shard?.look();
    if (!this.dirty) return;
    this.dirty = false;
    this.broadcastPatch();
  }

  closeExpired(nowMs: number): void {
    for (const visitor of this.visitors.values())
      if (nowMs > visitor.tokenExpiresAtMs + this.house.tokenGraceMs) this.dismiss(visitor, "token-expired");
  }

  /** Closes a connection for a reason the client understands. */
  protected dismiss(visitor: Visitor, reason: CloseReason): void {
    visitor.client.leave(CLOSE_CODES[reason], reason);
  }

  #visitor(client: Client, seat: Seat): Visitor {
    const line = new SocketLine(client);
    const stopListening = this.house.personal.listen(seat.player, (message) => client.send(MESSAGES.personal, message));
    const visitor: Visitor = {
      client,
      session: client.sessionId,
      since: Date.now(),
      player: seat.player,
      number: seat.number,
      tokenExpiresAtMs: seat.tokenExpiresAtMs,
      tokenPacks: seat.packs,
      looksAt: this.channel,
      inTurn: makeTurns(),
      followed: new Map(),
      get unsentBytes() {
        return line.unsentBytes;
      },
      get takenBytes() {
        return line.takenBytes;
      },
      sendFrame: (frame) => line.send(frame),
      sendEpoch: (lineage: Lineage) => client.send(MESSAGES.epoch, lineage),
      dismiss: () => this.dismiss(visitor, "not-member"),
      cutOff: () => {
        this.house.logger.warn({ event: "too-slow", channel: this.channel, player: visitor.player });
        this.dismiss(visitor, "too-slow");
      },
      end: () => {
        stopListening();
        for (const following of visitor.followed.values()) following.stop();
        visitor.followed.clear();
        visitor.ended = true;
      },
      ended: false,
    };
    return visitor;
  }

  async #command(client: Client, name: CommandName, payload: unknown, context: MessageContext): Promise<unknown> {
    const visitor = this.visitors.get(client.sessionId);
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
    try {
      return await visitor.inTurn(async () => {
        if (!isFull(visitor)) return handle(payload, place);
        visitor.cutOff();
        throw new GremioError("unavailable");
      });
    } catch (error) {
      return context.reject(refusalFor(error, this.house.logger, { command: name, channel, player: visitor.player }));
    }
  }
}

const commandNames = Object.keys(COMMANDS).filter((name): name is CommandName => Object.hasOwn(COMMANDS, name));

/** Whether so much waits for his line that he is cut off. */
const isFull = ({ unsentBytes }: Visitor): boolean => unsentBytes > HARD_UNSENT_BYTES;
