import { EVENTS_OPERATIONS } from "../../shared/operations/events.ts";
import type { FeedReader } from "../outbox/feed-reader.ts";
import type { FeedState } from "../outbox/feed-state.ts";
import type { Letters } from "../outbox/letters.ts";
import { does, type Handlers } from "./does.ts";

export const makeEventsOperations = ({
  feed,
  letters,
  state,
}: {
  feed: Pick<FeedReader, "read">;
  letters: Letters;
  state: FeedState;
}): Handlers<keyof typeof EVENTS_OPERATIONS> => ({
  listEvents: does(EVENTS_OPERATIONS.listEvents, async ({ types, ...query }) => {
    return feed.read({ ...query, types: types?.split(",") });
  }),

  getEventsState: does(EVENTS_OPERATIONS.getEventsState, () => state.read()),

  skipEvents: does(EVENTS_OPERATIONS.skipEvents, async ({ batch }) => ({ letter: await state.skip(batch) })),

  retryEvents: does(EVENTS_OPERATIONS.retryEvents, async () => {
    await state.retry();
    return {};
  }),

  listDeadEvents: does(EVENTS_OPERATIONS.listDeadEvents, async ({ after, limit }) => ({
    letters: await letters.list(after, limit),
  })),

  resendDeadEvents: does(EVENTS_OPERATIONS.resendDeadEvents, async ({ letter }) => {
    await letters.resend(letter);
    return {};
  }),
});
