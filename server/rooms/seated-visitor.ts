import type { Client } from "@colyseus/core";
import type { CloseReason } from "../../shared/close-code.ts";
import type { Lineage } from "../../shared/cursor.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import { MESSAGES } from "../../shared/protocol.ts";
import type { Following } from "./followings.ts";
import type { Seat } from "./seat.ts";
import { type SocketFrame, SocketLine } from "./socket-line.ts";
import { makeTurns } from "./turns.ts";
import type { Visitor } from "./visitor.ts";
import type { Wire } from "./wire.ts";

/** What a visitor asks of his room. */
export type VisitedRoom = {
  /** The room's own channel. */
  readonly channel: ChannelId | undefined;
  readonly house: { wire: Wire };
  /** Ends his seat for a reason the client understands. */
  dismiss(visitor: Visitor, reason: CloseReason): void;
};

/** A visitor with his connection. There are as many as players online, so what each holds is counted: methods are shared, not made for each. */
export class SeatedVisitor implements Visitor {
  readonly client: Client;
  readonly session: string;
  readonly since = Date.now();
  readonly player: PlayerId;
  readonly number: number;
  tokenExpiresAtMs: number;
  tokenPacks: Visitor["tokenPacks"];
  looksAt: ChannelId | undefined;
  activeAt = this.since;
  toldActiveAt = this.since;
  idle = false;
  matchUntil = 0;
  toldMatchUntil = 0;
  ended = false;
  reports = 0;
  readonly inTurn = makeTurns();
  readonly #line: SocketLine;
  readonly #room: VisitedRoom;
  #followed: Map<ChannelId, Following> | undefined;

  constructor(room: VisitedRoom, client: Client, seat: Seat) {
    this.#room = room;
    this.#line = new SocketLine(client);
    this.client = client;
    this.session = client.sessionId;
    this.player = seat.player;
    this.number = seat.number;
    this.tokenExpiresAtMs = seat.tokenExpiresAtMs;
    this.tokenPacks = seat.packs;
    this.looksAt = room.channel;
  }

  get followed(): Map<ChannelId, Following> {
    this.#followed ??= new Map();
    return this.#followed;
  }

  get unsentBytes(): number {
    return this.#line.unsentBytes;
  }

  get takenBytes(): number {
    return this.#line.takenBytes;
  }

  sendFrame(frame: SocketFrame): void {
    this.#line.send(frame);
  }

  tell(type: string | number, payload: unknown): void {
    this.client.enqueueRaw(this.#room.house.wire(type, payload));
  }

  sendEpoch(lineage: Lineage): void {
    this.tell(MESSAGES.epoch, lineage);
  }

  dismiss(): void {
    this.#room.dismiss(this, "not-member");
  }

  cutOff(): void {
    this.#room.dismiss(this, "too-slow");
  }

  giveWay(): void {
    this.#room.dismiss(this, "replaced");
  }

  answers(withinMs: number): Promise<boolean> {
    return this.#line.answers(withinMs);
  }

  end(): void {
    this.ended = true;
    for (const following of this.#followed?.values() ?? []) following.stop();
    this.#followed = undefined;
  }
}
