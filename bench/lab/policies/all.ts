import type { Policy } from "../policy.ts";
import { discord } from "./discord.ts";
import { mattermost } from "./mattermost.ts";
import { mentionsOnly } from "./mentions-only.ts";
import { oracle } from "./oracle.ts";
import { ours } from "./ours.ts";
import { pushEverything } from "./push-everything.ts";
import { rocketChat } from "./rocket-chat.ts";
import { zulip, zulipOffline } from "./zulip.ts";

/** What ours is compared with. */
export const BASELINES: readonly Policy[] = [
  ...[pushEverything, mentionsOnly, mattermost, zulip, zulipOffline, rocketChat, discord],
];

/** In the order in which they are shown. */
export const ALL_POLICIES: readonly Policy[] = [ours, ...BASELINES, oracle];
