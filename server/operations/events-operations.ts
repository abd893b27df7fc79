import { EVENTS_OPERATIONS } from "../../shared/operations/events.ts";
import type { FeedReader } from "../outbox/feed-reader.ts";
import type { Letters } from "../outbox/letters.ts";
import { does, type Handlers } from "./does.ts";

export const makeEventsOperations = ({
  feed,
  letters,
}: {
  feed: Pick<FeedReader, "read">;
  letters: Letters;
}): Handlers<keyof typeof EVENTS_OPERATIONS> => ({
  listEvents: does(EVENTS_OPERATIONS.listEvents, async ({ types, ...query }) => {
    const { expired, ...page } = await feed.read({ ...query, types: types?.split(",") });
    return { ...page, ...(expired && { expired: true as const, oldest: expired.oldest }) };
  }),

  listDeadEvents: does(EVENTS_OPERATIONS.listDeadEvents, async ({ after, limit }) => ({
    letters: await letters.list(after, limit),
  })),

  resendDeadEvents: does(EVENTS_OPERATIONS.resendDeadEvents, async ({ letter }) => {
    await letters.resend(letter);
    return {};
  }),
});
