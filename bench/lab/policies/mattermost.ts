import { isToAll, isToHim, type Policy } from "../policy.ts";

/** TeamSettings.UserStatusAwayTimeout: nobody touched anything for so long. */
const AWAY_AFTER_MS = 300_000;
/** TeamSettings.MaxNotificationsPerChannel: in larger channels nobody is called by a call to all. */
const MOST_CALLED = 1_000;

/** Mentions go out at once when the user is away or offline, and never otherwise; nothing is looked at again. */
export const mattermost: Policy = {
  name: "Mattermost",
  source:
    "mattermost/mattermost server/channels/app/notification_push.go ShouldSendPushNotification, DoesStatusAllowPushNotification; defaults server/public/model/user.go SetDefaultNotifications",
  settings:
    "push: mention, channel: true, push_status: away, UserStatusAwayTimeout 300 s, MaxNotificationsPerChannel 1000",
  start: (desk) => ({
    arrived: (index) => {
      const { kind } = desk.notice(index);
      if (!isToHim(kind) && !(isToAll(kind) && desk.player.guildSize <= MOST_CALLED)) return;
      const isOnline = desk.seen().some(({ touchedAt }) => desk.now() - (touchedAt ?? desk.now()) <= AWAY_AFTER_MS);
      if (!isOnline) desk.push("alert", [index]);
    },
  }),
};
