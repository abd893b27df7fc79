import { createHash } from "node:crypto";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const QUARTER_MS = 15 * MINUTE_MS;
/** FCM sees twice its usual traffic so long before and after every quarter of an hour, and asks to be spared then (Firebase, "Best practices when sending FCM messages at scale"). */
const BUSY_MS = 2 * MINUTE_MS;
const CALM_MS = QUARTER_MS - 2 * BUSY_MS;
/** What is spread over less is not worth being late by up to 4 minutes. */
export const SHORTEST_SPREAD_MS = MINUTE_MS;

/**
 * When a player's digest is due that may be sent from a moment on: somewhere within the spread, evenly, and never near a quarter of an hour, for which it may be up to 4 minutes later.
 * The same player and day (UTC) give the same place within the spread.
 */
export const digestMoment = (player: string, fromMs: number, spreadMs: number): number => {
  const share = shareOf(`${player}|${Math.floor(fromMs / DAY_MS)}`);
  if (spreadMs < SHORTEST_SPREAD_MS) return fromMs + Math.floor(share * spreadMs);
  const first = calmUpTo(fromMs);
  const calm = Math.max(calmUpTo(fromMs + spreadMs) - first, MINUTE_MS);
  return Math.max(fromMs, momentOf(first + Math.floor(share * calm)));
};

/** Whether it is so near to a quarter of an hour that no digest is sent. */
export const isBusyMoment = (atMs: number): boolean => {
  const into = atMs % QUARTER_MS;
  return into < BUSY_MS || into >= QUARTER_MS - BUSY_MS;
};

/** Calm time there was up to a moment, since 1970. */
const calmUpTo = (atMs: number): number =>
  Math.floor(atMs / QUARTER_MS) * CALM_MS + Math.min(Math.max((atMs % QUARTER_MS) - BUSY_MS, 0), CALM_MS);

/** The moment up to which there was so much calm time. */
const momentOf = (calmMs: number): number => Math.floor(calmMs / CALM_MS) * QUARTER_MS + BUSY_MS + (calmMs % CALM_MS);

/** From 0 to below 1, even over all texts. */
const shareOf = (text: string): number => createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
