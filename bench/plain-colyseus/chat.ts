import { z } from "zod";

/** `room`: who names the same one meets. The first one's `members` and `seq` count: rows of the roster, and the seq the room begins after. */
export const joinOptionsSchema = z.object({
  room: z.string(),
  player: z.string(),
  members: z.int().default(0),
  seq: z.int().default(0),
});
export type JoinOptions = z.input<typeof joinOptionsSchema>;

/** The type of the messages a client sends and the room broadcasts. */
export const CHAT = "chat";

/** What a room makes of a message and broadcasts. */
export const chatSchema = z.object({ seq: z.int(), at: z.int(), from: z.string(), kind: z.string(), body: z.string() });
export type Chat = z.infer<typeof chatSchema>;
