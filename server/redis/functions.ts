import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** The Lua of every feature, in the order it is joined: the prelude first, since the others call it. Each file lies beside the feature that owns it. */
const SOURCES = [
  "./prelude.lua",
  "../channel/pace.lua",
  "../channel/channel.lua",
  "../guild/guild.lua",
  "../points/points.lua",
  "../player/player.lua",
  "../notifier/due.lua",
] as const;

const source = SOURCES.map((path) => readFileSync(new URL(path, import.meta.url), "utf8")).join("\n");

/**
 * The library's name carries a hash of its code: processes of two releases may run side by side, each calling its own, and a function never changes under a
 * caller. Functions are global to a Redis, so their names begin with the library's.
 */
export const LIBRARY = `gremio_${createHash("sha256").update(source).digest("hex").slice(0, 12)}`;
export const functionName = (name: string): string => `${LIBRARY}_${name}`;
export const libraryCode = `#!lua name=${LIBRARY}\nlocal LIBRARY = '${LIBRARY}'\n${source}`;
