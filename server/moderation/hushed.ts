import type { PlayerId } from "../../shared/id.ts";
import type { Cards } from "../card/cards.ts";
import type { Changes } from "../channel/changes.ts";
import type { Log } from "../channel/log.ts";
import type { SendSignal } from "../channel/signals.ts";
import type { Standings } from "./standing.ts";

type Speech = { log: Log; changes: Changes; cards: Cards; sendSignal: SendSignal };

/**
 * The same ways to write for a process in which players muted in the whole game write nothing: they are refused with `muted`. A message that was written before he was
 * muted is still acknowledged under its nonce.
 */
export const hushLog = (log: Log, { mute }: Pick<Standings, "mute">): Log => ({
  ...log,
  append: async (entry) => {
    const muted = entry.author === undefined ? undefined : await mute(entry.author);
    return log.append(muted === undefined ? entry : { ...entry, refused: muted });
  },
});

export const hushChanges = (
  { changes, cards, sendSignal }: Omit<Speech, "log">,
  { mute }: Pick<Standings, "mute">,
): Omit<Speech, "log"> => {
  const mayWrite = async (player: PlayerId): Promise<void> => {
    const muted = await mute(player);
    if (muted !== undefined) throw muted;
  };
  return {
    changes: {
      ...changes,
      edit: async (change) => {
        await mayWrite(change.author);
        return changes.edit(change);
      },
      pin: async (change) => {
        if (change.player !== undefined) await mayWrite(change.player);
        return changes.pin(change);
      },
      react: async (channel, player, ...rest) => {
        await mayWrite(player);
        return changes.react(channel, player, ...rest);
      },
    },
    cards: {
      ...cards,
      act: async (tap) => {
        await mayWrite(tap.player);
        return cards.act(tap);
      },
      settle: async (channel, player, ...rest) => {
        if (player !== undefined) await mayWrite(player);
        return cards.settle(channel, player, ...rest);
      },
    },
    sendSignal: async (channel, player, signal) => {
      await mayWrite(player);
      return sendSignal(channel, player, signal);
    },
  };
};
