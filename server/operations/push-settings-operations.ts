import { GremioError } from "../../shared/errors.ts";
import type { PlayerId } from "../../shared/id.ts";
import { PUSH_SETTINGS_OPERATIONS as OPERATIONS } from "../../shared/operations/push-settings.ts";
import type { Players } from "../player/players.ts";
import type { PushPolicies } from "../push-policy/push-policies.ts";
import { type Caller, does, type Handlers } from "./does.ts";

export type PushSettingsOperationsDeps = {
  players: Pick<Players, "known" | "preferences" | "changePreferences">;
  policies: Pick<PushPolicies, "read" | "put">;
};

export const makePushSettingsOperations = ({
  players,
  policies,
}: PushSettingsOperationsDeps): Handlers<keyof typeof OPERATIONS> => ({
  getPreferences: does(OPERATIONS.getPreferences, async ({ player }, caller) => {
    onlyHisOwn(player, caller);
    if (caller === undefined) await players.known(player);
    return players.preferences(player);
  }),
  changePreferences: does(OPERATIONS.changePreferences, async ({ player, ...change }, caller) => {
    onlyHisOwn(player, caller);
    return players.changePreferences(player, change);
  }),
  getPushPolicy: does(OPERATIONS.getPushPolicy, () => policies.read()),
  putPushPolicy: does(OPERATIONS.putPushPolicy, async (policy) => {
    await policies.put(policy);
    return policy;
  }),
});

const onlyHisOwn = (player: PlayerId, caller: Caller): void => {
  if (caller !== undefined && caller !== player) throw new GremioError("not-permitted");
};
