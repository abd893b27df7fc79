import type { z } from "zod";
import { COMMANDS, type CommandAnswer, type CommandName, type CommandRequest } from "../../shared/commands.ts";
import { GremioError } from "../../shared/errors.ts";
import type { ChannelId } from "../../shared/id.ts";
import type { Shard } from "../channel/shard.ts";
import { makeCardCommands } from "./card-commands.ts";
import { makeFollowCommands } from "./follow-commands.ts";
import type { SeatHouse } from "./house.ts";
import { makeMessageCommands } from "./message-commands.ts";
import { toPage } from "./page.ts";
import { makeSignalCommand } from "./signal-commands.ts";
import type { SocketFrame } from "./socket-line.ts";
import { makeTapCommands } from "./tap-commands.ts";
import type { Visitor } from "./visitor.ts";

/** Where a command is given: which channel it is about (none in a room of no channel), and what the room knows about it. */
export type Place = {
  visitor: Visitor;
  channel: ChannelId | undefined;
  /** The room's own channel. */
  own: ChannelId | undefined;
  /** Of the room's own channel. */
  shard: Shard<SocketFrame> | undefined;
  /** Numbers whose names the state shows to the client. */
  roster: ReadonlySet<number>;
};
export type CommandContext = Place & { channel: ChannelId };

/** Does one command, once its request has been parsed. */
export type Handler<N extends CommandName> = (
  request: CommandRequest<N>,
  context: CommandContext,
) => Promise<CommandAnswer<N>>;

/** A command that is about no channel in particular. */
export type HomeHandler<N extends CommandName> = (
  request: CommandRequest<N>,
  place: Place,
) => Promise<CommandAnswer<N>>;

/** Each parses its payload (`bad-request`), checks and acts; the answer is what the client's request resolves to. */
export type CommandHandlers = Record<CommandName, (payload: unknown, place: Place) => Promise<unknown>>;

export const makeCommandHandlers = (house: SeatHouse): CommandHandlers => {
  const { log, reads, rosters, personal, admission, sessions, origin, setSlowMode, verifyToken } = house;

  const messages = makeMessageCommands(house);
  const follows = makeFollowCommands(house);
  const taps = makeTapCommands(house);
  const cards = makeCardCommands(house);

  const resume: Handler<"resume"> = async ({ cursor }, { visitor, shard, channel, roster }) => {
    if (shard === undefined)
      throw new GremioError("bad-request", { details: [`channel: ${channel} is to be followed`] });
    const resumed = await admission.admit(
      "resume",
      () => shard.resume(visitor, cursor),
      () => visitor.ended,
    );
    return toPage(channel, resumed, origin, roster, rosters);
  };

  const history: Handler<"history"> = async ({ before, limit }, { visitor, channel, roster }) =>
    toPage(channel, await log.before(channel, visitor.player, before, limit), origin, roster, rosters);

  const read: Handler<"read"> = async ({ cursor }, { visitor, channel }) => {
    const { moved, ...position } = await reads.seen(channel, visitor.player, cursor.seq);
    // His other devices learn of it now, or with their next page.
    if (moved) void personal.read(visitor.player, channel, position).catch(() => {});
    return position;
  };

  const slowMode: Handler<"slowMode"> = async ({ slowModeMs, reason }, { visitor, channel }) => {
    await setSlowMode(channel, slowModeMs, { player: visitor.player, reason });
    return {};
  };

  const setPresence: HomeHandler<"presence"> = async ({ reading, matchMs, idle }, { visitor, channel }) => {
    if (reading) visitor.looksAt = channel;
    else if (reading === false && visitor.looksAt === channel) visitor.looksAt = undefined;
    if (matchMs !== undefined) visitor.matchUntil = matchMs === 0 ? 0 : Date.now() + matchMs;
    // To look is a sign of a human, unless the client knows that there is none.
    if (idle === false || (reading === true && !(idle ?? visitor.idle))) visitor.activeAt = Date.now();
    visitor.idle = idle ?? visitor.idle;
    await sessions.renew(visitor);
    return matchMs === undefined ? {} : { matchUntil: visitor.matchUntil };
  };

  const renew: HomeHandler<"renew"> = async ({ token }, { visitor }) => {
    const identity = await verifyToken(token);
    if (identity.player !== visitor.player) throw new GremioError("token-invalid");
    visitor.tokenExpiresAtMs = identity.expiresAtMs;
    visitor.tokenPacks = identity.packs;
    // A record of presence stands for a day; a session that is renewed renews it.
    await sessions.renew(visitor);
    return { tokenExpiresAtMs: identity.expiresAtMs };
  };

  return {
    resume: inChannel(COMMANDS.resume.request, resume),
    history: inChannel(COMMANDS.history.request, history),
    send: inChannel(COMMANDS.send.request, messages.send),
    announce: inChannel(COMMANDS.announce.request, messages.announce),
    sticker: inChannel(COMMANDS.sticker.request, taps.sticker),
    phrase: inChannel(COMMANDS.phrase.request, taps.phrase),
    edit: inChannel(COMMANDS.edit.request, messages.edit),
    delete: inChannel(COMMANDS.delete.request, messages.delete),
    pin: inChannel(COMMANDS.pin.request, messages.pin),
    pins: inChannel(COMMANDS.pins.request, messages.pins),
    react: inChannel(COMMANDS.react.request, messages.react),
    card: inChannel(COMMANDS.card.request, cards.card),
    act: inChannel(COMMANDS.act.request, cards.act),
    close: inChannel(COMMANDS.close.request, cards.close),
    signal: inChannel(COMMANDS.signal.request, makeSignalCommand(house)),
    seenBy: inChannel(COMMANDS.seenBy.request, messages.seenBy),
    slowMode: inChannel(COMMANDS.slowMode.request, slowMode),
    read: inChannel(COMMANDS.read.request, read),
    presence: anywhere(COMMANDS.presence.request, setPresence),
    renew: anywhere(COMMANDS.renew.request, renew),
    channels: anywhere(COMMANDS.channels.request, follows.channels),
    follow: anywhere(COMMANDS.follow.request, follows.follow),
    unfollow: anywhere(COMMANDS.unfollow.request, follows.unfollow),
    people: inChannel(COMMANDS.people.request, follows.people),
  };
};

const anywhere =
  <Request, Answer>(schema: z.ZodType<Request>, handle: (request: Request, place: Place) => Promise<Answer>) =>
  async (payload: unknown, place: Place): Promise<Answer> => {
    const parsed = schema.safeParse(payload);
    if (!parsed.success)
      throw new GremioError("bad-request", {
        details: parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
      });
    return handle(parsed.data, place);
  };

const inChannel = <Request, Answer>(
  schema: z.ZodType<Request>,
  handle: (request: Request, context: CommandContext) => Promise<Answer>,
) =>
  anywhere(schema, async (request, { channel, ...place }) => {
    if (channel === undefined) throw new GremioError("bad-request", { details: ["channel: which one is meant?"] });
    return handle(request, { ...place, channel });
  });
