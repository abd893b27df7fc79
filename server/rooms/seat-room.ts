import { type Client, ClientState, type MessageContext, Room } from "@colyseus/core";
import type { Schema } from "@colyseus/schema";
import { CLOSE_CODES, type CloseReason } from "../../shared/close-code.ts";
import { CURSOR_REPORT } from "../../shared/cursor-report.ts";
import type { ChannelId } from "../../shared/id.ts";
import type { Shard } from "../channel/shard.ts";
import type { House } from "./house.ts";
import type { OpenRoom } from "./open-rooms.ts";
import { seatSchema } from "./seat.ts";
import { NOBODY, REQUEST_NAMES, Seats } from "./seats.ts";
import type { SocketFrame } from "./socket-line.ts";
import type { Visitor } from "./visitor.ts";

/** Longest interval a timer takes. A room's own patch timer is not used: `OpenRooms` patches the rooms that changed. */
const NEVER_MS = 2 ** 31 - 1;
/** A client that sends more frames a second than any honest one is cut off. */
const FRAMES_PER_SECOND = 200;

/** Whoever has a seat and does not answer the room's greeting in this time is put out: what is for him would pile up here. */
const GREETING_MS = 15_000;

/**
 * A room of our own: all its clients have seats, and a seat that ends closes its connection with a code that tells what to do next. A room owns nothing.
 */
export abstract class SeatRoom<State extends Schema>
  extends Room<{ state: State; client: Client }>
  implements OpenRoom
{
  override patchRate = NEVER_MS;
  override maxMessagesPerSecond = FRAMES_PER_SECOND;
  channel: ChannelId | undefined;
  dirty = false;
  shard: Shard<SocketFrame> | undefined;
  readonly numbers: ReadonlySet<number> = NOBODY;
  #seats: Seats | undefined;

  protected abstract get house(): House;
  abstract started(visitor: Visitor): void;
  abstract ended(visitor: Visitor): void;
  abstract checkOnline(): void;

  protected get visitors(): ReadonlyMap<string, Visitor> {
    return this.#seats?.visitors ?? new Map();
  }

  protected open(): void {
    const seats = new Seats(this.house, this);
    this.#seats = seats;
    for (const name of REQUEST_NAMES)
      this.onMessage(name, (client: Client, payload: unknown, context: MessageContext) =>
        seats.ask(client, name, payload, context),
      );
    this.onMessage(CURSOR_REPORT, (client: Client, payload: unknown) => seats.report(client, payload));
    // Without a handler for unknown messages Colyseus would close the connection.
    this.onMessage("*", () => undefined);
    this.house.openRooms.add(this);
  }

  override onJoin(client: Client): void {
    const visitor = this.#seats?.begin(client, seatSchema.parse(client.auth));
    if (visitor === undefined) return;
    setTimeout(() => {
      if (client.state === ClientState.JOINING) this.dismiss(visitor, "too-slow");
    }, GREETING_MS).unref();
  }

  override onLeave(client: Client): void {
    const visitor = this.visitors.get(client.sessionId);
    if (visitor !== undefined) this.#seats?.end(visitor);
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
    const seats = this.#seats;
    // In a room in which nothing was sent nothing can have piled up.
    if (seats === undefined || (!this.dirty && !seats.stirred && this.shard?.isStirred() !== true)) return;
    seats.stirred = this.dirty;
    seats.cutOffFull();
    this.shard?.look();
    if (!this.dirty) return;
    this.dirty = false;
    this.broadcastPatch();
  }

  closeExpired(nowMs: number): void {
    this.#seats?.closeExpired(nowMs, this.house.tokenGraceMs);
  }

  protected dismiss(visitor: Visitor, reason: CloseReason): void {
    this.#seats?.dismiss(visitor, reason);
  }

  close(visitor: Visitor, reason: CloseReason): void {
    visitor.client.leave(CLOSE_CODES[reason], reason);
  }
}
