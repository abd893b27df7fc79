import { createHash } from "node:crypto";
import type { EarningEvent } from "../../../shared/earning.ts";
import type { ChannelId, PlayerId } from "../../../shared/id.ts";

/** An id made of what the event is about: however often it is told, it is the same event. */
const idOf = (about: readonly (string | number)[]): string =>
  createHash("sha256").update(JSON.stringify(about)).digest("hex").slice(0, 32);

/** A member did what another's card asked for: each of them once a card. */
export const helpGiven = (
  card: { channel: ChannelId; epoch: number; seq: number },
  helper: PlayerId,
  asker: PlayerId,
): EarningEvent => ({
  ...{ id: idOf([card.channel, card.epoch, card.seq]), event: "help-given" },
  ...{ player: helper, partner: asker },
});

/** Somebody he invited is still active after 7 days: each friend once. */
export const friendStayed = (inviter: PlayerId, friend: PlayerId): EarningEvent => ({
  ...{ id: idOf([friend]), event: "friend-stayed" },
  ...{ player: inviter, partner: friend },
});

/** His first war with any guild. Rules pay it once by `timesEver`: an id is known for 90 days only. */
export const firstWar = (player: PlayerId): EarningEvent => ({ id: "first-war", event: "first-war", player });
