import {
  MOST_WAR_MODES,
  type PutWarMode,
  putWarModeSchema,
  type WarMode,
  type WarModeId,
} from "../../shared/api/war-mode.ts";
import { GremioError } from "../../shared/errors.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asPairs, asTextOrNull } from "../redis/reply.ts";
import { BUILT_IN_MODES } from "./built-in-modes.ts";

/** Owner of the studio's modes. */
export const WAR_MODES = "warmodes";

/** `builtIn`: as Gremio has it. */
export type ListedMode = WarMode & { builtIn: boolean };

/** The modes of wars: the studio's own, and Gremio's where the studio has put none under their ids. */
export type Modes = {
  /** The same again changes nothing; wars that were launched keep the mode they were launched with. Throws `war-modes-full`. */
  put(id: WarModeId, mode: PutWarMode): Promise<void>;
  /** A built-in one is again what it was. Throws `war-mode-not-found`: the studio has put none with that id. */
  remove(id: WarModeId): Promise<void>;
  /** All, by their ids. */
  list(): Promise<ListedMode[]>;
  /** Also one that is not enabled. Throws `war-mode-not-found`. */
  read(id: WarModeId): Promise<WarMode>;
};

export const makeModes = (redis: Redis, keys: Keys): Modes => {
  const ask = makeAsk(redis, keys);
  const rows = keys.of(WAR_MODES, "modes");
  return {
    put: async (id, mode) => {
      await ask("war_mode_put", WAR_MODES, [id, JSON.stringify(mode), String(MOST_WAR_MODES)]);
    },
    remove: async (id) => {
      await ask("war_mode_remove", WAR_MODES, [id]);
    },
    list: async () => {
      const own = [...asPairs(await redis.run(rows, ["HGETALL", rows]))].map(([id, json]) => parsed(id, json));
      const ids = new Set(own.map(({ mode }) => mode));
      const builtIn = BUILT_IN_MODES.filter(({ mode }) => !ids.has(mode));
      return [
        ...own.map((mode) => ({ ...mode, builtIn: false })),
        ...builtIn.map((mode) => ({ ...mode, builtIn: true })),
      ].toSorted((one, other) => (one.mode < other.mode ? -1 : 1));
    },
    read: async (id) => {
      const json = asTextOrNull(await redis.run(rows, ["HGET", rows, id]));
      const mode = json === null ? BUILT_IN_MODES.find((one) => one.mode === id) : parsed(id, json);
      if (mode === undefined) throw new GremioError("war-mode-not-found");
      return mode;
    },
  };
};

const readModeSchema = putWarModeSchema.strip();
const parsed = (mode: WarModeId, json: string): WarMode => ({ ...readModeSchema.parse(parsedJson(json)), mode });
