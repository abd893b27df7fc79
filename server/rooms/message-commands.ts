import type { CommandAnswer, CommandRequest } from "../../shared/commands.ts";
import { encodeFrame } from "../../shared/frame.ts";
import { cleanText } from "../../shared/text.ts";
import type { Appended, NoticeRequest } from "../channel/log.ts";
import { type Calling, makeCalling } from "./calling.ts";
import type { Handler } from "./commands.ts";
import { formerOf } from "./former-of.ts";
import type { SeatHouse } from "./house.ts";

type MessageCommand = "send" | "announce" | "edit" | "delete" | "pin" | "pins" | "react" | "seenBy";

/** What a member says, and does to what was said. */
export const makeMessageCommands = ({
  log,
  changes,
  reads,
  rosters,
  fighters,
  origin,
  spendTap,
}: SeatHouse): { [N in MessageCommand]: Handler<N> } => {
  const call = makeCalling(fighters);
  return {
    send: async (request, { visitor, channel }) => {
      const calls = await call(channel, request.mentions);
      const said = { channel, author: visitor.player, nonce: request.nonce, ...saying(request, calls) };
      return receipt(await log.append({ ...said, kind: "text" }));
    },

    announce: async (request, { visitor, channel }) => {
      const calls = await call(channel, request.mentions);
      const said = { channel, author: visitor.player, nonce: request.nonce, ...saying(request, calls) };
      const notice: NoticeRequest = { type: "notice", about: "announcement" };
      return receipt(await log.append({ ...said, kind: "announcement", permission: "announce", notice }));
    },

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
  };
};

const receipt = ({ epoch, seq, at }: Appended): CommandAnswer<"send"> => ({ epoch, seq, at });

/** What a message says and whom it calls. Who fights may be others when it is sent again, so it is known by what was asked. */
const saying = (request: CommandRequest<"send">, { mentions, ...calls }: Calling) => ({
  ...calls,
  ...(mentions === undefined ? {} : { mentions }),
  body: textBody(request, mentions),
  ...(mentions?.fighters === undefined && calls.refused === undefined
    ? {}
    : { asked: textBody(request, request.mentions) }),
});

/** Plain words are a plain string in the log and on the wire. */
const textBody = <M>({ text, reply }: CommandRequest<"send">, mentions: M | undefined) => {
  const clean = cleanText(text);
  if (reply === undefined && mentions === undefined) return clean;
  return {
    text: clean,
    ...(reply === undefined ? {} : { reply }),
    ...(mentions === undefined ? {} : { mentions }),
  };
};
