import type { Policy } from "../policy.ts";
import { isQuiet, quietEnds } from "../quiet.ts";

/** One push stands for all that is unread: what follows within this time waits for the next. */
const APART_MS = 15 * 60_000;

/** Knows what is important to a player and when he will read by himself: tells at once what he would read too late, unless he sleeps, and never anything else. */
export const oracle: Policy = {
  name: "oracle",
  source: "no system's: it knows what nobody can, and is the lower bound",
  settings: "one push in 15 min, quiet hours respected",
  start: (desk) => {
    const player = desk.truth;
    const waiting = new Set<number>();
    let toldAt = Number.NEGATIVE_INFINITY;
    const isThrough = (index: number): boolean => player.through.includes(player.incoming[index]?.kind ?? "chatter");
    const isOpen = (index: number): boolean => {
      const { overAt = 0, expiresAt = 0 } = player.incoming[index] ?? {};
      return index >= desk.trulyRead() && Math.min(overAt, expiresAt) > desk.now();
    };
    const tell = (): void => {
      const now = desk.now();
      for (const index of waiting) if (!isOpen(index)) waiting.delete(index);
      const sleeps = isQuiet(player, now);
      const audible = [...waiting].filter((index) => !sleeps || isThrough(index));
      if (audible.length < waiting.size) desk.wake(quietEnds(player, now), "quiet hours have ended");
      if (audible.length === 0) return;
      if (now < toldAt + APART_MS) {
        desk.wake(toldAt + APART_MS, "far enough apart");
        return;
      }
      toldAt = now;
      for (const index of audible) waiting.delete(index);
      desk.push("alert", audible);
    };
    return {
      arrived: (index) => {
        const one = player.incoming[index];
        if (one === undefined || !one.important || one.readAt <= one.toldBy) return;
        waiting.add(index);
        tell();
      },
      due: tell,
    };
  },
};
