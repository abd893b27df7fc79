import { RULES_OPERATIONS as OPERATIONS } from "../../shared/operations/rules.ts";
import type { Rules, RulesView } from "../moderation/rules.ts";
import { type StudioRules, type StudioRulesNow, switchAt } from "../moderation/studio-rules.ts";
import { does, type Handlers } from "./does.ts";

export type RulesOperationsDeps = { rules: Pick<Rules, "read" | "set">; studio: StudioRules };

export const makeRulesOperations = ({ rules, studio }: RulesOperationsDeps): Handlers<keyof typeof OPERATIONS> => {
  const shown = (view: RulesView) => ({ ...view, gameSwitch: switchAt(studio.now().gameSwitch, Date.now()) });
  const all = ({ floors, gameSwitch }: StudioRulesNow) => ({ floors, gameSwitch: switchAt(gameSwitch, Date.now()) });
  return {
    getRules: does(OPERATIONS.getRules, async ({ channel }) => shown(await rules.read(channel))),

    setRules: does(OPERATIONS.setRules, async ({ channel, ...change }, caller) =>
      shown(await rules.set(channel, change, caller)),
    ),

    getStudioRules: does(OPERATIONS.getStudioRules, async () => all(await studio.read())),

    setStudioRules: does(OPERATIONS.setStudioRules, async ({ kind, ...change }) =>
      all(await studio.setFloor(kind, change)),
    ),

    setSwitch: does(OPERATIONS.setSwitch, async (gameSwitch) => all(await studio.setSwitch(gameSwitch))),
  };
};
