import type * as z from "zod";
import type { ErrorCode } from "../errors.ts";

/** Who may ask: the game's backend by its key, or a player, by his token or over his connection. */
export type CallerKind = "backend" | "player";

/**
 * What players and the game's backend may ask of guilds, moderation and points, described once for all ways in: HTTP, and a request of the same name in any room.
 * `path` names fields of the request as `{guild}`; the others are the query of a GET or DELETE, else the body. A player may name himself `me` where a field is called
 * `player`. What a player may is checked where it is done, when it is done.
 */
export type Operation = {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  readonly path: `/v1/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly callers: readonly CallerKind[];
  /** `command` changes something, so that after an outage its outcome is unknown; `query` can simply be asked again. */
  readonly effect: "command" | "query";
  /** Besides those that every operation may give. */
  readonly errors: readonly ErrorCode[];
  readonly request: z.ZodObject;
  readonly answer: z.ZodObject;
  /** What the answer is, in a few words. */
  readonly gives: string;
  /** Fields by which a player says something to others. Who is muted in the whole game is refused with `muted` when he fills one. */
  readonly says?: readonly string[];
};

export const EVERYBODY = ["backend", "player"] as const satisfies readonly CallerKind[];
