import { isToHim, type Policy } from "../policy.ts";

/** NOTIFICATIONS_SCHEDULE_DELAY_ONLINE; away and offline are told at once. */
const ONLINE_WAITS_MS = 120_000;
/** Accounts_Default_User_Preferences_idleTimeLimit: then online becomes away. */
const AWAY_AFTER_MS = 300_000;
/** Notifications_Max_Room_Members: in larger rooms only who is called by name is told. */
const MOST_IN_ROOM = 100;

/** Every message goes into a queue: of who is online for two minutes. Reading empties it; what is due takes all that waits along. */
export const rocketChat: Policy = {
  name: "Rocket.Chat",
  source:
    "RocketChat/Rocket.Chat apps/meteor/app/notification-queue/server/NotificationQueue.ts scheduleItem, worker; apps/meteor/app/lib/server/functions/notifications/mobile.ts shouldNotifyMobile; apps/meteor/server/lib/readMessages.ts",
  settings:
    "Accounts_Default_User_Preferences_pushNotifications: all, Notifications_Max_Room_Members 100, NOTIFICATIONS_SCHEDULE_DELAY_ONLINE 120 s, idleTimeLimit 300 s",
  start: (desk) => {
    let queued: number[] = [];
    const send = (): void => {
      for (const index of queued.splice(0)) desk.push("alert", [index]);
    };
    return {
      arrived: (index) => {
        const isWanted = desk.player.guildSize <= MOST_IN_ROOM || isToHim(desk.notice(index).kind);
        if (!isWanted) return;
        queued.push(index);
        const isOnline = desk.seen().some(({ touchedAt }) => desk.now() - (touchedAt ?? desk.now()) <= AWAY_AFTER_MS);
        if (isOnline) desk.wake(desk.now() + ONLINE_WAITS_MS, String(index));
        else send();
      },
      due: (index) => {
        if (queued.includes(Number(index))) send();
      },
      hasRead: () => {
        queued = queued.filter((index) => index >= desk.read());
      },
    };
  },
};
