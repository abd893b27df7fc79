import type { Logger } from "pino";
import type { PlayerId } from "../../../shared/id.ts";
import type { Decision, SentResult } from "../../decisions/decision.ts";
import type { Decisions } from "../../decisions/decisions.ts";
import { pushId } from "../../decisions/push-id.ts";
import type { RegisteredDevice } from "../../player/devices.ts";
import type { Players } from "../../player/players.ts";
import type { Call } from "../../redis/ask.ts";
import { inParallel } from "../in-parallel.ts";
import type { Push } from "./compose.ts";
import type { DeviceRate } from "./device-rate.ts";
import { makeGroupedWrites } from "./grouped-writes.ts";
import { messageFor } from "./message-for.ts";
import type { Outage } from "./outage.ts";
import type { PushSender, SendOutcome } from "./push-sender.ts";
import type { Priority, SendRate } from "./send-rate.ts";
import type { SendingState } from "./sending-state.ts";

/** Why a push cannot be settled now: `owed`, others come between; `overtaken`, another job owes one that tells of it, too. */
export type Unsettled = "owed" | "overtaken";

/** One push to one player. */
export type Parcel = {
  player: PlayerId;
  /** His, as far as they are of use. */
  devices: readonly RegisteredDevice[];
  push: Push;
  /** Devices that got it already. */
  got: ReadonlySet<string>;
  /**
   * Called right before sending, after those before it in the batch: decides once more and writes the intent down. What is to be sent may be something else by then; undefined: nothing is, and it
   * has been seen to.
   */
  begin?: () => Promise<Parcel | Unsettled | undefined>;
  /** FCM was not asked: what `begin` wrote down is taken back. */
  undo?: () => Promise<void>;
  /** What notes of the player that these devices got it; none: it is over without any. `isOver`: none is owed it any more. */
  tell(devices: readonly string[], isOver: boolean): readonly Call[];
  /** The decisions it comes from, with what became of it. */
  record(sent: NonNullable<Decision["sent"]>): { player: PlayerId; decision: Decision }[];
  /** Called when at least one device got it and none is owed it any more. */
  onTold?: () => Promise<void>;
  /** Called when FCM could not take it in time for any device. */
  onGaveUp?: () => Promise<void>;
};

/**
 * `again`: players to whom a device's push is still owed. `afterMs`: not before, because FCM failed. `heldMs`: when only limits, a pause or a stop kept them from being
 * sent to; that is no attempt. `pauseMs`: nobody is sent to for so long.
 */
export type BatchResult = { again: PlayerId[]; afterMs: number; heldMs?: number; pauseMs?: number };

export type SendBatchDeps = {
  players: Pick<Players, "devices" | "forgetTarget">;
  decisions: Decisions;
  sender: PushSender;
  rate: SendRate;
  deviceRate: DeviceRate;
  outage: Outage;
  state: SendingState;
  log: Logger;
  now: () => number;
};

/** How long a push waits for one that tells of it, too. */
const OVERTAKEN_MS = 5_000;
/** Recipients of one batch served at once. */
const AT_ONCE = 16;

/** What became of a push to one device: `owed`, FCM failed; `held`, it was not sent. */
type Result = SentResult | "owed" | "held";

/**
 * Sends parcels to all devices of their recipients, and records what became of each recipient. `last`: there will be no further attempt, so what FCM cannot take now is
 * given up. What is held is never given up here: it is decided about again.
 */
export const makeSendBatch = (deps: SendBatchDeps) => {
  const { players, decisions, sender, rate, deviceRate, outage, state, log, now } = deps;

  const sendTo = async (player: PlayerId, device: RegisteredDevice, push: Push): Promise<SendOutcome> => {
    const outcome = await sender.send(messageFor(push, device, now()));
    state.count(outcome, device.platform);
    await outage.saw(outcome, device);
    if (outcome.type === "sent") return outcome;
    if (outcome.type === "gone") {
      await players.forgetTarget(player, device.id, device.target);
      const renewed = (await players.devices(player)).find(({ id }) => id === device.id);
      if (renewed === undefined) return outcome;
      // Room was asked for one request.
      rate.charge();
      return sendTo(player, renewed, push);
    }
    log.warn({ event: `push-${outcome.type}`, player, device: device.id, why: outcome.why });
    return outcome;
  };

  return async (parcels: readonly Parcel[], last: boolean, priority: Priority = "urgent"): Promise<BatchResult> => {
    const again: PlayerId[] = [];
    let afterMs = 0;
    let heldMs = Number.POSITIVE_INFINITY;
    let isOwed = false;

    const hold = (ms: number): "held" => {
      heldMs = Math.min(heldMs, ms);
      state.held(1);
      return "held";
    };

    const send = async (
      player: PlayerId,
      push: Push,
      device: RegisteredDevice,
      answers: Record<string, string>,
    ): Promise<Result> => {
      const pausedMs = Math.max(...(["all", "credentials", device.platform] as const).map(rate.pausedMs));
      if (pausedMs > 0) return hold(pausedMs);
      const outcome = await sendTo(player, device, push);
      if (outcome.answer !== undefined) answers[device.id] = outcome.answer;
      switch (outcome.type) {
        case "sent":
        case "gone":
        case "rejected":
          return outcome.type;
        case "credentials":
        case "platform":
          return hold(rate.pausedMs(outcome.type === "platform" ? device.platform : outcome.type));
        case "busy":
        case "unavailable":
          if (last) return "gave-up";
          afterMs = Math.max(afterMs, outcome.retryAfterMs ?? 0);
          isOwed = true;
          return "owed";
      }
    };

    /** Whether there is room for each of a parcel's devices, in their order: how long it has to wait. Asked for all of the batch together. */
    const room = async (player: PlayerId, wanted: readonly RegisteredDevice[]): Promise<number[]> => {
      const ids = wanted.map(({ id }) => id);
      const waits = await deviceRate(player, ids);
      return Promise.all(
        waits.map(async (waitMs) => {
          if (waitMs > 0) return waitMs;
          const leave = await rate.take(priority);
          return leave.granted ? 0 : leave.waitMs;
        }),
      );
    };
    const packed = parcels.map((parcel) => {
      const wanted = parcel.devices.filter(({ id }) => !parcel.got.has(id));
      const waits = room(parcel.player, wanted);
      // Whoever comes to it is told of the failure; nobody may.
      waits.catch(() => {});
      return { parcel, wanted, waits };
    });
    const records = makeGroupedWrites(AT_ONCE);

    await inParallel(AT_ONCE, packed, async ({ parcel: asMade, wanted, waits }) => {
      const rooms = new Map((await waits).map((waitMs, index) => [wanted[index]?.id, waitMs]));
      const delays = [...rooms.values()];
      if (delays.length > 0 && delays.every((waitMs) => waitMs > 0)) {
        for (const waitMs of delays) hold(waitMs);
        again.push(asMade.player);
        return;
      }
      const parcel = asMade.begin === undefined ? asMade : await asMade.begin();
      if (parcel === undefined) return;
      if (parcel === "owed" || parcel === "overtaken") {
        hold(parcel === "owed" ? 0 : OVERTAKEN_MS);
        again.push(asMade.player);
        return;
      }
      const { player, devices, got, push, onTold, onGaveUp } = parcel;
      const answers: Record<string, string> = {};
      const results = new Map<string, Result>(devices.filter(({ id }) => got.has(id)).map(({ id }) => [id, "sent"]));
      await Promise.all(
        devices
          .filter(({ id }) => !got.has(id))
          .map(async (device) => {
            const waitMs = rooms.get(device.id) ?? 0;
            results.set(device.id, waitMs > 0 ? hold(waitMs) : await send(player, push, device, answers));
          }),
      );
      const told = [...results].filter(([, result]) => result === "sent").map(([id]) => id);
      const final: Record<string, SentResult> = {};
      for (const [id, result] of results) if (result !== "owed" && result !== "held") final[id] = result;
      const isOver = Object.keys(final).length === results.size;
      const writes: (() => Promise<void>)[] = [];
      // What was told and its record are one function: a process that dies has written both, or neither and sends again.
      if (isOver || told.some((id) => !got.has(id))) {
        const rows = isOver ? withAnswers(parcel.record(final), push, answers) : [];
        const calls = parcel.tell(told, isOver);
        writes.push(() => decisions.record(rows, { player, calls }));
      }
      if (!isOver) again.push(player);
      else if (told.length > 0 && onTold) writes.push(onTold);
      else if (told.length === 0 && onGaveUp && Object.values(final).includes("gave-up")) writes.push(onGaveUp);
      if (parcel.undo && [...results.values()].every((result) => result === "held")) writes.push(parcel.undo);
      if (writes.length > 0) await records.add(() => Promise.all(writes.map((write) => write())));
    });
    await records.done();

    const pauseMs = Math.max(rate.pausedMs("all"), rate.pausedMs("credentials"));
    const isHeld = !isOwed && Number.isFinite(heldMs);
    return { again, afterMs, ...(isHeld && { heldMs }), ...(pauseMs > 0 && { pauseMs }) };
  };
};

/** What is kept of a push with each decision it comes from: not its words. */
const withAnswers = (
  rows: { player: PlayerId; decision: Decision }[],
  push: Push,
  answers: Record<string, string>,
): { player: PlayerId; decision: Decision }[] => {
  if (push.kind === "clear") return rows;
  const sent = { id: pushId(push), kind: push.kind, tag: push.tag };
  return rows.map(({ player, decision }) => ({ player, decision: { ...decision, answers, push: sent } }));
};
