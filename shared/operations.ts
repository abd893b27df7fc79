import type * as z from "zod";
import { BROADCAST_OPERATIONS } from "./operations/broadcast.ts";
import { DIRECTORY_OPERATIONS } from "./operations/directory.ts";
import { EVENTS_OPERATIONS } from "./operations/events.ts";
import { GUILD_OPERATIONS } from "./operations/guild.ts";
import { GUILD_LIFE_OPERATIONS } from "./operations/guild-life.ts";
import { JOINING_OPERATIONS } from "./operations/joining.ts";
import { LINE_UP_OPERATIONS } from "./operations/line-up.ts";
import { MATCH_OPERATIONS } from "./operations/matches.ts";
import { MODERATION_OPERATIONS } from "./operations/moderation.ts";
import type { Operation } from "./operations/operation.ts";
import { PARTY_OPERATIONS } from "./operations/party.ts";
import { PIN_OPERATIONS } from "./operations/pins.ts";
import { PLAYER_OPERATIONS } from "./operations/players.ts";
import { POINTS_OPERATIONS } from "./operations/points.ts";
import { PUSH_SETTINGS_OPERATIONS } from "./operations/push-settings.ts";
import { PUSH_OPERATIONS } from "./operations/pushes.ts";
import { RANKING_OPERATIONS } from "./operations/ranking.ts";
import { REPORT_OPERATIONS } from "./operations/report.ts";
import { REWARD_OPERATIONS } from "./operations/rewards.ts";
import { RULES_OPERATIONS } from "./operations/rules.ts";
import { TEAM_OPERATIONS } from "./operations/team.ts";

import { WAR_OPERATIONS } from "./operations/war.ts";
import { WAR_QUEUE_OPERATIONS } from "./operations/war-queue.ts";

/** Every operation by its name, which is also its request's over a connection. */
export const OPERATIONS = {
  ...BROADCAST_OPERATIONS,
  ...EVENTS_OPERATIONS,
  ...GUILD_OPERATIONS,
  ...DIRECTORY_OPERATIONS,
  ...JOINING_OPERATIONS,
  ...LINE_UP_OPERATIONS,
  ...MATCH_OPERATIONS,
  ...MODERATION_OPERATIONS,
  ...PARTY_OPERATIONS,
  ...PIN_OPERATIONS,
  ...PLAYER_OPERATIONS,
  ...GUILD_LIFE_OPERATIONS,
  ...POINTS_OPERATIONS,
  ...PUSH_OPERATIONS,
  ...PUSH_SETTINGS_OPERATIONS,
  ...RANKING_OPERATIONS,
  ...REPORT_OPERATIONS,
  ...REWARD_OPERATIONS,
  ...RULES_OPERATIONS,
  ...WAR_OPERATIONS,
  ...WAR_QUEUE_OPERATIONS,
  ...TEAM_OPERATIONS,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;
export type OperationInput<N extends OperationName> = z.input<(typeof OPERATIONS)[N]["request"]>;
export type OperationAnswer<N extends OperationName> = z.infer<(typeof OPERATIONS)[N]["answer"]>;

const isName = (name: string): name is OperationName => Object.hasOwn(OPERATIONS, name);
export const OPERATION_NAMES: readonly OperationName[] = Object.keys(OPERATIONS).filter(isName);
