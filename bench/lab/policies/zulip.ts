import { isToAll, isToHim, type Policy } from "../policy.ts";

/** A client says it is active until nothing was touched for five minutes (web/src/activity.ts); OFFLINE_THRESHOLD_SECS later it counts as idle. */
const IDLE_AFTER_MS = 300_000 + 200_000;
/** DEFAULT_EVENT_QUEUE_TIMEOUT_SECS: so long after its client went, a queue is looked through for what was not told. */
const QUEUE_KEPT_MS = 600_000;

const SOURCE =
  "zulip/zulip zerver/tornado/event_queue.py missedmessage_hook, receiver_is_off_zulip, maybe_enqueue_notifications; zerver/lib/notification_data.py get_push_notification_trigger; zerver/actions/message_send.py filter_presence_idle_user_ids; defaults zerver/models/users.py UserBaseSettings";

/**
 * Mentions go out at once to who is idle or off, or to everybody when he wants mobile notifications while online. What came while he was active is looked at once more
 * when his last event queue is collected, and dropped if he has read it.
 */
const zulipWith = (name: string, whileOnline: boolean): Policy => ({
  name,
  source: SOURCE,
  settings: `enable_offline_push_notifications: true, enable_online_push_notifications: ${whileOnline}, wildcard_mentions_notify: true, OFFLINE_THRESHOLD_SECS 200, DEFAULT_EVENT_QUEUE_TIMEOUT_SECS 600`,
  start: (desk) => {
    const queued: number[] = [];
    const isIdle = (): boolean =>
      !desk.seen().some(({ touchedAt }) => desk.now() - (touchedAt ?? desk.now()) <= IDLE_AFTER_MS);
    const isUnread = (index: number): boolean => index >= desk.read();
    return {
      arrived: (index) => {
        const { kind } = desk.notice(index);
        if (!isToHim(kind) && !isToAll(kind)) return;
        if (whileOnline || isIdle()) desk.push("alert", [index]);
        else queued.push(index);
      },
      left: () => desk.wake(desk.now() + QUEUE_KEPT_MS, "queue"),
      due: () => {
        // A new session has a new queue; the old one was the last only if none was opened meanwhile.
        if (desk.seen().length > 0 || desk.now() - desk.leftAt() < QUEUE_KEPT_MS) return;
        for (const index of queued.splice(0).filter(isUnread)) desk.push("alert", [index]);
      },
    };
  },
});

/** As it comes: new users have mobile notifications while online. */
export const zulip = zulipWith("Zulip", true);
/** With that switched off, as the rule was when it became known. */
export const zulipOffline = zulipWith("Zulip, offline only", false);
