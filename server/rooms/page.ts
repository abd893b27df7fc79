import type { Entry } from "../../shared/entry.ts";
import { encodeFrame, split } from "../../shared/frame.ts";
import type { ChannelId } from "../../shared/id.ts";
import type { Page } from "../../shared/protocol.ts";
import type { Piece } from "../channel/log.ts";
import type { Rosters } from "../channel/rosters.ts";
import { formerOf } from "./former-of.ts";

/** A page as the client gets it: frames, and once each the profiles of people who are named but no longer in the roster. */
export const toPage = async (
  channel: ChannelId,
  piece: Piece & { complete?: boolean; reason?: Page["reason"]; more: boolean },
  origin: number,
  roster: ReadonlySet<number>,
  rosters: Rosters,
): Promise<Page> => {
  return {
    channel,
    lineage: piece.lineage,
    complete: piece.complete ?? true,
    ...(piece.reason === undefined ? {} : { reason: piece.reason }),
    more: piece.more,
    frames: split(piece.entries).map((run: Entry[]) => encodeFrame(run, origin)),
    marks: piece.marks,
    former: await formerOf(channel, piece, roster, rosters),
    floor: piece.floor,
    read: piece.read,
    ...(piece.reader === undefined ? {} : { reader: piece.reader }),
  };
};
