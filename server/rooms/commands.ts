import type { z } from "zod";
import { GremioError } from "../../shared/errors.ts";
import type { ChannelId } from "../../shared/id.ts";
import { COMMANDS, type CommandAnswer, type CommandName, type CommandRequest } from "../../shared/protocol.ts";
import type { Shard } from "../channel/shard.ts";
import { makeCardCommands } from "./card-commands.ts";
import type { House } from "./house.ts";
import { makeMessageCommands } from "./message-commands.ts";
import { toPage } from "./page.ts";
import type { SocketFrame } from "./socket-line.ts";
import { makeTapCommands } from "./tap-commands.ts";
import type { Visitor } from "./visitor.ts";

export type CommandContext = { visitor: Visitor; shard: Shard<SocketFrame>; channel: ChannelId };

/** Does one command, once its request has been parsed. */
export type Handler<N extends CommandName> = (
  request: CommandRequest<N>,
  context: CommandContext,
) => Promise<CommandAnswer<N>>;

/** Each parses its payload (`bad-request`), checks and acts; the answer is what the client's request resolves to. */
export type CommandHandlers = Record<CommandName, (payload: unknown, context: CommandContext) => Promise<unknown>>;

export const makeCommandHandlers = (house: House, roster: ReadonlySet<number>): CommandHandlers => {
  const { log, reads, rosters, sessions, origin, setSlowMode, verifyToken } = house;

  const messages = makeMessageCommands(house, roster);
  const taps = makeTapCommands(house);
  const cards = makeCardCommands(house);

  const resume: Handler<"resume"> = async ({ cursor }, { visitor, shard, channel }) =>
    toPage(channel, await shard.resume(visitor, cursor), origin, roster, rosters);

  const history: Handler<"history"> = async ({ before, limit }, { visitor, channel }) =>
    toPage(channel, await log.before(channel, visitor.player, before, limit), origin, roster, rosters);

  const read: Handler<"read"> = async ({ cursor }, { visitor, channel }) => {
    const { epoch, seq, unread, mentions } = await reads.seen(channel, visitor.player, cursor.seq);
    return { epoch, seq, unread, mentions };
  };

  const slowMode: Handler<"slowMode"> = async ({ slowModeMs }, { visitor, channel }) => {
    await setSlowMode(channel, slowModeMs, visitor.player);
    return {};
  };

  const setPresence: Handler<"presence"> = async ({ reading }, { visitor }) => {
    visitor.reading = reading;
    await sessions.renew(visitor);
    return {};
  };

  const renew: Handler<"renew"> = async ({ token }, { visitor }) => {
    const identity = await verifyToken(token);
    if (identity.player !== visitor.player) throw new GremioError("token-invalid");
    visitor.tokenExpiresAtMs = identity.expiresAtMs;
    visitor.tokenPacks = identity.packs;
    // A record of presence stands for a day; a session that is renewed renews it.
    await sessions.renew(visitor);
    return { tokenExpiresAtMs: identity.expiresAtMs };
  };

  return {
    resume: parsing(COMMANDS.resume.request, resume),
    history: parsing(COMMANDS.history.request, history),
    send: parsing(COMMANDS.send.request, messages.send),
    announce: parsing(COMMANDS.announce.request, messages.announce),
    sticker: parsing(COMMANDS.sticker.request, taps.sticker),
    phrase: parsing(COMMANDS.phrase.request, taps.phrase),
    edit: parsing(COMMANDS.edit.request, messages.edit),
    delete: parsing(COMMANDS.delete.request, messages.delete),
    pin: parsing(COMMANDS.pin.request, messages.pin),
    pins: parsing(COMMANDS.pins.request, messages.pins),
    react: parsing(COMMANDS.react.request, messages.react),
    card: parsing(COMMANDS.card.request, cards.card),
    act: parsing(COMMANDS.act.request, cards.act),
    close: parsing(COMMANDS.close.request, cards.close),
    seenBy: parsing(COMMANDS.seenBy.request, messages.seenBy),
    slowMode: parsing(COMMANDS.slowMode.request, slowMode),
    read: parsing(COMMANDS.read.request, read),
    presence: parsing(COMMANDS.presence.request, setPresence),
    renew: parsing(COMMANDS.renew.request, renew),
  };
};

const parsing =
  <Request, Answer>(
    schema: z.ZodType<Request>,
    handle: (request: Request, context: CommandContext) => Promise<Answer>,
  ) =>
  async (payload: unknown, context: CommandContext): Promise<Answer> => {
    const parsed = schema.safeParse(payload);
    if (!parsed.success)
      throw new GremioError("bad-request", {
        details: parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
      });
    return handle(parsed.data, context);
  };
