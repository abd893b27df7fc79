import { z } from "zod";
import { type Phone, phoneSchema } from "../../shared/api/dev-page.ts";
import type { CastMember } from "./cast.ts";

const viewSchema = z.object({
  platform: phoneSchema.shape.platform,
  receivedCount: phoneSchema.shape.received,
  screen: z.array(
    phoneSchema.shape.screen.element
      .omit({ push: true })
      .extend({ data: z.object({ push: z.string().optional() }) })
      .transform(({ data, ...shown }) => ({ ...shown, ...data })),
  ),
});

export type Phones = {
  /** Makes the phones known to the sandbox; those it knows stay as they are. */
  register(): Promise<void>;
  /** One notification, or all. */
  dismiss(player: string, id?: number): Promise<void>;
  /** Tells how every phone is now, then each that changes, until `signal` aborts; settles then, or when the sandbox is gone. */
  watch(tell: (phone: Phone) => Promise<void>, signal: AbortSignal): Promise<void>;
};

/** The phones of the page's players, as the sandbox on this machine shows them. It takes no question that came with another page's Origin or Host: ours carry none. */
export const makePhones = (controlPort: number, players: readonly CastMember[]): Phones => {
  const base = `http://127.0.0.1:${controlPort}`;
  const devices = new Map(players.flatMap(({ player, phone }) => (phone === undefined ? [] : [[player, phone]])));
  const pathOf = (player: string) => `${base}/devices/${encodeURIComponent(devices.get(player)?.target ?? "")}`;
  const watchers = new Set<() => void>();

  const look = async (player: string): Promise<Phone> => {
    const { platform, receivedCount, screen } = viewSchema.parse(await (await fetch(pathOf(player))).json());
    return { player, platform, received: receivedCount, screen };
  };

  return {
    register: async () => {
      for (const [player, { kind, platform }] of devices) {
        const body = JSON.stringify({ kind, platform });
        await fetch(pathOf(player), { method: "PUT", body });
      }
    },

    dismiss: async (player, id) => {
      await fetch(`${pathOf(player)}/screen${id === undefined ? "" : `/${id}`}`, { method: "DELETE" });
      for (const wake of watchers) wake();
    },

    watch: async (tell, signal) => {
      const told = new Map<string, string>();
      const tellChanges = async (): Promise<void> => {
        for (const player of devices.keys()) {
          const phone = await look(player);
          const text = JSON.stringify(phone);
          if (told.get(player) !== text) await tell(phone);
          told.set(player, text);
        }
      };
      // One after the other, or an older view could be told after a newer one.
      let turn = Promise.resolve();
      const wake = (): void => {
        turn = turn.then(tellChanges).catch(() => {});
      };
      try {
        const events = await fetch(`${base}/events`, { signal });
        watchers.add(wake);
        // The sandbox begins with a line of its own: from then on no delivery is missed. What it says is looked up, not read.
        for await (const _ of events.body ?? []) wake();
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        watchers.delete(wake);
        await turn;
      }
    },
  };
};
