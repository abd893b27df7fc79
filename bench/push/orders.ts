import { z } from "zod";

/** What `bare.ts` is asked: to send to the first so many phones. `sendEachLegacy` goes over HTTP/1.1. */
export const bareOrderSchema = z.object({ way: z.enum(["send", "sendEach", "sendEachLegacy"]), count: z.int().min(1) });
export type BareOrder = z.infer<typeof bareOrderSchema>;

export const bareOutcomeSchema = z.object({ tookMs: z.number() });

/** The token of the phone of the member with this number, over all guilds. */
export const target = (member: number): string => `phone-of-member-${member}`;
