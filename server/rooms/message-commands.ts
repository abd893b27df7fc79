import type { CommandAnswer, CommandRequest } from "../../shared/commands.ts";
import type { Mentions, TextBody } from "../../shared/entry.ts";
import { encodeFrame } from "../../shared/frame.ts";
import type { Permission } from "../../shared/rank.ts";
import { cleanText } from "../../shared/text.ts";
import type { Appended } from "../channel/log.ts";
import type { Handler } from "./commands.ts";
import { formerOf } from "./former-of.ts";
import type { House } from "./house.ts";

type MessageCommand = "send" | "announce" | "edit" | "delete" | "pin" | "pins" | "react" | "seenBy";

/** What a member says, and does to what was said. */
export const makeMessageCommands = ({
  log,
  changes,
  reads,
  rosters,
  origin,
  spendTap,
}: House): { [N in MessageCommand]: Handler<N> } => ({
  send: async (request, { visitor, channel }) =>
    receipt(
      await log.append({
        channel,
        author: visitor.player,
        nonce: request.nonce,
        kind: "text",
        body: textBody(request),
        ...calls(request.mentions),
      }),
    ),

  announce: async (request, { visitor, channel }) =>
    receipt(
      await log.append({
        channel,
        author: visitor.player,
        nonce: request.nonce,
        kind: "announcement",
        body: textBody(request),
        ...calls(request.mentions),
        permission: "announce",
        notice: { type: "notice", importance: "high" },
      }),
    ),

  edit: async ({ nonce, seq, text }, { visitor, channel }) =>
    receipt(await changes.edit({ channel, nonce, seq, author: visitor.player, text: cleanText(text) })),

  delete: async ({ nonce, seq, reason }, { visitor, channel }) =>
    receipt(await changes.delete({ channel, nonce, seq, player: visitor.player, reason })),

  pin: async ({ nonce, seq, on }, { visitor, channel }) =>
    receipt(await changes.pin({ channel, nonce, seq, player: visitor.player, on })),

  pins: async (_request, { visitor, channel, roster }) => {
    const { entries, marks } = await changes.pins(channel, visitor.player);
    return {
      frames: entries.map((entry) => encodeFrame([entry], origin)),
      marks,
      former: await formerOf(channel, { entries, marks }, roster, rosters),
    };
  },

  react: async ({ seq, emoji, on }, { visitor, channel }) => {
    spendTap(visitor.player);
    return changes.react(channel, visitor.player, seq, emoji, on);
  },

  seenBy: ({ seq }, { visitor, channel }) => reads.seenBy(channel, visitor.player, seq),
});

const receipt = ({ epoch, seq, at }: Appended): CommandAnswer<"send"> => ({ epoch, seq, at });

/** Plain words are a plain string in the log and on the wire. */
const textBody = ({ text, reply, mentions }: CommandRequest<"send">): TextBody => {
  const clean = cleanText(text);
  const called = mentions && withoutEmpty(mentions);
  if (reply === undefined && called === undefined) return clean;
  return {
    text: clean,
    ...(reply === undefined ? {} : { reply }),
    ...(called === undefined ? {} : { mentions: called }),
  };
};

const withoutEmpty = ({ players = [], groups = [] }: Mentions): Mentions | undefined =>
  players.length + groups.length === 0
    ? undefined
    : { ...(players.length > 0 ? { players } : {}), ...(groups.length > 0 ? { groups } : {}) };

/** Whom it calls, and who may. */
const calls = (mentions: Mentions | undefined): { mentions?: Mentions; permission?: Permission } => {
  if (mentions === undefined) return {};
  const byRight = mentions.groups?.some((group) => group === "all" || group === "online") ?? false;
  return { mentions, ...(byRight ? { permission: "mentionAll" } : {}) };
};
