import type { Log } from "../channel/log.ts";
import type { PersonalFeed } from "./personal.ts";

/**
 * The same log. Whoever writes has read all before it: what waits to be told him of that waits no more, and it leaves the screens of his devices, also where his client never says
 * that he has read. A process that dies in between leaves that to what he reads or writes next.
 */
export const toldByWriting = (log: Log, personal: Pick<PersonalFeed, "read">): Log => ({
  ...log,
  append: async (entry) => {
    const appended = await log.append(entry);
    const { author, channel } = entry;
    if (author !== undefined && appended.caughtUp === true) {
      const { epoch, seq } = appended;
      void personal.read(author, channel, { epoch, seq, unread: 0, mentions: 0 }).catch(() => {});
    }
    return appended;
  },
});
