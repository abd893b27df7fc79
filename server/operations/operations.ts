import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, type PlayerId, teamChannel } from "../../shared/id.ts";
import type { CallerKind, Operation } from "../../shared/operations/operation.ts";
import { OPERATIONS, type OperationName } from "../../shared/operations.ts";
import { makePlayerBudget } from "../player/player-budget.ts";
import type { Caller, Handlers } from "./does.ts";

/** Operations of one player to this process, at once and per second after that: a screen that opens asks for some, a busy officer does one or two a second. */
export const OPERATION_BURST = 60;
const OPERATIONS_PER_SECOND = 5;

export type Operations = {
  /**
   * Does one and gives its answer. A player who asks what only the game's backend may is refused with `not-permitted`, and one who asks too often with `rate-limited`.
   * `before` is awaited first when nothing of that stands in the way.
   */
  run(name: OperationName, payload: unknown, caller: Caller, before?: () => Promise<unknown>): Promise<unknown>;
};

export type OperationsOptions = {
  /** Throws when a player may do nothing at all now. */
  admit?: (player: PlayerId) => Promise<void>;
  /** What is said by a player is to be refused with. */
  mute?: (player: PlayerId) => Promise<GremioError | undefined>;
  /** Whether he is still of those whose channel it is (see ../team/party-of.ts). */
  belongs?: (channel: ChannelId, player: PlayerId) => Promise<boolean>;
  now?: () => number;
};

/** By these one goes, or stays away. */
const GOES: ReadonlySet<OperationName> = new Set(["leaveTeam", "declineTeam"]);

/** Those for which there is no handler are not offered in this process: refused with `not-permitted`. */
export const makeOperations = (
  handlers: Partial<Handlers>,
  { admit, mute, belongs, now }: OperationsOptions = {},
): Operations => {
  const spend = makePlayerBudget({ burst: OPERATION_BURST, perSecond: OPERATIONS_PER_SECOND }, now);
  return {
    run: async (name, payload, caller, before) => {
      const callers: readonly CallerKind[] = OPERATIONS[name].callers;
      const handle = handlers[name];
      if (handle === undefined || !callers.includes(caller === undefined ? "backend" : "player"))
        throw new GremioError("not-permitted");
      if (caller === undefined) return handle(payload, caller);
      spend(caller);
      await admit?.(caller);
      const muted = saysSomething(OPERATIONS[name], payload) && (await mute?.(caller));
      if (muted) throw muted;
      const channel = channelOf(payload);
      if (channel !== undefined && !GOES.has(name) && !((await belongs?.(channel, caller)) ?? true))
        throw new GremioError("not-member");
      await before?.();
      return handle(withSelf(payload, caller), caller);
    },
  };
};

const saysSomething = ({ says = [] }: Operation, payload: unknown): boolean =>
  typeof payload === "object" && payload !== null && says.some((field) => Object.hasOwn(payload, field));

/** What it is about, where it names a channel or a team. */
const channelOf = (payload: unknown): ChannelId | undefined => {
  if (typeof payload !== "object" || payload === null) return undefined;
  if ("team" in payload && typeof payload.team === "string") return teamChannel(payload.team);
  return "channel" in payload && typeof payload.channel === "string" ? payload.channel : undefined;
};

/** `me` in a player's request is he. */
const withSelf = (payload: unknown, caller: PlayerId): unknown =>
  typeof payload === "object" && payload !== null && "player" in payload && payload.player === "me"
    ? { ...payload, player: caller }
    : payload;
