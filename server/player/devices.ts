import { createHash } from "node:crypto";
import { z } from "zod";
import { type Device, deviceSchema } from "../../shared/device.ts";
import { GremioError } from "../../shared/errors.ts";
import type { PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Ask } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import { parsedOnce } from "../redis/parsed-once.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asPairs, asText, asTexts } from "../redis/reply.ts";

/** `at`: when it was registered or renewed last, in epoch ms. */
export type RegisteredDevice = Device & { id: string; at: number };

export type Devices = {
  devices(player: PlayerId): Promise<RegisteredDevice[]>;
  /**
   * Registers a device, or renews it. Its target is this player's alone from then on: whoever had it, or another device of his, has it no more. Two at once: the later
   * claim has it. Throws `player-not-found`.
   */
  putDevice(player: PlayerId, id: string, device: Device): Promise<void>;
  /** A player's device becomes another's, under the same id. The first has it until the second does, so that it can be done again. */
  moveDevice(device: RegisteredDevice, to: PlayerId): Promise<void>;
  /** Throws `device-not-found`. */
  removeDevice(player: PlayerId, id: string): Promise<void>;
  /** Removes a device only if it still has this target: it may have got a new one meanwhile. */
  forgetTarget(player: PlayerId, id: string, target: string): Promise<void>;
};

const rowSchema = deviceSchema.extend({ at: z.int() });
const KNOWN_ROWS = 4_096;
const deviceIn = parsedOnce((row) => rowSchema.safeParse(parsedJson(row)).data, KNOWN_ROWS);

/** A player's devices as they are stored, by id. What another version stored otherwise is passed over. */
export const devicesIn = (rows: ReadonlyMap<string, string>): RegisteredDevice[] =>
  [...rows]
    .flatMap(([id, row]) => {
      const device = deviceIn(row);
      return device === undefined ? [] : [{ id, ...device }];
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));

export const makeDevices = (redis: Redis, keys: Keys, ask: Ask): Devices => {
  const owner = (player: PlayerId): string => `player:${player}`;

  const claim = async (player: PlayerId, id: string, { kind, target, platform }: Device) => {
    const hash = createHash("sha256").update(`${kind}:${target}`).digest("base64url").slice(0, 22);
    const [number, ...others] = await ask("target_claim", `target:${hash}`, [player]);
    const claimed = asText(number);
    return {
      write: () =>
        ask("player_device", owner(player), [id, kind, target, platform, String(LIMITS.devices), claimed, hash]),
      fence: () =>
        Promise.all(asTexts(others).map((other) => ask("device_fence", owner(other), [kind, target, hash, claimed]))),
      settle: async () => {
        if (others.length > 0) await ask("target_settled", `target:${hash}`, [claimed]);
      },
    };
  };

  return {
    devices: async (player) => {
      const key = keys.of(owner(player), "devices");
      return devicesIn(asPairs(await redis.run(key, ["HGETALL", key])));
    },

    putDevice: async (player, id, device) => {
      const profile = keys.of(owner(player), "profile");
      if (asNumber(await redis.run(profile, ["HEXISTS", profile, "d"])) === 0)
        throw new GremioError("player-not-found");
      const { write, fence, settle } = await claim(player, id, device);
      await fence();
      await write();
      await settle();
    },

    moveDevice: async ({ id, kind, target, platform }, player) => {
      const { write, fence, settle } = await claim(player, id, { kind, target, platform });
      await write();
      await fence();
      await settle();
    },

    removeDevice: async (player, id) => {
      await ask("device_remove", owner(player), [id]);
    },

    forgetTarget: async (player, id, target) => {
      await ask("player_forget", owner(player), [id, target]);
    },
  };
};
