import * as z from "zod";
import type { Cursor } from "./cursor.ts";

/**
 * The Colyseus message type of what a client sends by itself: `[epoch, seq]`, everything up to here has arrived. Lets the server see a line that is slow though
 * the kernel takes all that is written to it. It is not answered; one that is malformed is ignored.
 */
export const CURSOR_REPORT = "c";

/**
 * A client reports whenever, since the last time, it has taken in so many entries or received so many bytes; never by time, which would wake a phone's radio for
 * nothing. One that never reports is served as well, but judged by unsent bytes alone.
 */
export const REPORT_AFTER = { entries: 64, bytes: 32 * 1024 } as const;

export const cursorReportSchema = z
  .tuple([z.int().min(0), z.int().min(0)])
  .transform(([epoch, seq]): Cursor => ({ epoch, seq }));
