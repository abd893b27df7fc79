import type { Logger } from "pino";
import type { PlayerId } from "../../shared/id.ts";
import type { SentResult } from "../decisions/decision.ts";
import type { Decisions } from "../decisions/decisions.ts";
import type { Players, RegisteredDevice } from "../player/players.ts";
import { messageFor, type Push } from "./compose.ts";
import { inParallel } from "./in-parallel.ts";
import type { PushSender, SendOutcome } from "./push-sender.ts";
import type { SentMarks } from "./sent-marks.ts";
import { type About, asDecision, type Judged } from "./verdict.ts";

/** What is to be sent to one recipient. */
export type Parcel = {
  judged: Judged;
  about: About;
  push: Push;
  /** Names what is told, so that a device gets it once. */
  mark: string;
  /** Devices that got it already. */
  got: ReadonlySet<string>;
  /** Judged once more right before sending, after those before it in the batch: what has come to be dropped meanwhile is not sent. */
  recheck?: () => Promise<Judged>;
  /** Called when at least one device got it and none is owed it any more. */
  onTold?: () => Promise<void>;
};

/** `again`: players to whom a device's push is still owed, not before `afterMs`. `pauseMs`: FCM wants less from all of us. */
export type BatchResult = { again: PlayerId[]; afterMs: number; pauseMs?: number };

export type SendBatchDeps = {
  players: Pick<Players, "devices" | "forgetTarget">;
  marks: SentMarks;
  decisions: Decisions;
  sender: PushSender;
  log: Logger;
  now: () => number;
};

/** Recipients of one batch served at once. */
const AT_ONCE = 16;
/** So many devices refused for rate in one batch: it is not one device that is too busy, it is us. */
const BUSY_DEVICES = 2;

/**
 * Sends parcels to all devices of their recipients, and records what became of each recipient. `last`: there will be no further attempt, so what cannot be sent now is
 * given up.
 */
export const makeSendBatch = ({ players, marks, decisions, sender, log, now }: SendBatchDeps) => {
  const sendTo = async (player: PlayerId, device: RegisteredDevice, push: Push): Promise<SendOutcome> => {
    const outcome = await sender.send(messageFor(push, device, now()));
    if (outcome.type === "sent") return outcome;
    if (outcome.type === "gone") {
      await players.forgetTarget(player, device.id, device.target);
      const renewed = (await players.devices(player)).find(({ id }) => id === device.id);
      return renewed === undefined ? outcome : sendTo(player, renewed, push);
    }
    const line = { event: `push-${outcome.type}`, player, device: device.id, why: outcome.why };
    if (outcome.type === "rejected" || outcome.type === "credentials") log.error(line);
    else log.warn(line);
    return outcome;
  };

  return async (parcels: readonly Parcel[], last: boolean): Promise<BatchResult> => {
    const again: PlayerId[] = [];
    const busy = { devices: 0, afterMs: 0 };
    let afterMs = 0;

    const send = async ({ push, judged, got }: Parcel, device: RegisteredDevice): Promise<SentResult | "owed"> => {
      if (got.has(device.id)) return "sent";
      if (busy.devices >= BUSY_DEVICES && !last) return "owed";
      const outcome = await sendTo(judged.recipient.player, device, push);
      if (outcome.type !== "busy" && outcome.type !== "unavailable") return outcome.type;
      afterMs = Math.max(afterMs, outcome.retryAfterMs ?? 0);
      if (outcome.type === "busy") {
        busy.devices += 1;
        busy.afterMs = Math.max(busy.afterMs, outcome.retryAfterMs ?? 0);
      }
      return last ? "gave-up" : "owed";
    };

    await inParallel(AT_ONCE, parcels, async (parcel) => {
      const { judged, about, mark, onTold } = parcel;
      const { player, devices } = judged.recipient;
      const anew = await parcel.recheck?.();
      if (anew?.verdict.outcome === "drop") return decisions.record([asDecision(about, anew)]);
      const results = await Promise.all(
        devices.map(async (device) => ({ id: device.id, result: await send(parcel, device) })),
      );
      const told = results.filter(({ result }) => result === "sent").map(({ id }) => id);
      // Marks and record leave in one piece: a process that dies has written both, or neither and sends again.
      const writes = told.map((id) => marks.set(player, mark, id));
      const final: Record<string, SentResult> = {};
      let owed = false;
      for (const { id, result } of results)
        if (result === "owed") owed = true;
        else final[id] = result;
      if (owed) again.push(player);
      else {
        writes.push(decisions.record([asDecision(about, judged, final)]));
        if (told.length > 0 && onTold) writes.push(onTold());
      }
      await Promise.all(writes);
    });

    const pause = busy.devices >= BUSY_DEVICES && !last ? { pauseMs: busy.afterMs } : {};
    return { again, afterMs, ...pause };
  };
};
