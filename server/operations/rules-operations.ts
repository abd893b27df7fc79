import { RULES_OPERATIONS as OPERATIONS } from "../../shared/operations/rules.ts";
import type { Audit } from "../moderation/audit.ts";
import type { Rules, RulesView } from "../moderation/rules.ts";
import { type StudioRules, type StudioRulesNow, switchAt } from "../moderation/studio-rules.ts";
import { does, type Handlers } from "./does.ts";

export type RulesOperationsDeps = {
  rules: Pick<Rules, "read" | "set">;
  studio: StudioRules;
  audit: Pick<Audit, "ofStudio">;
};

export const makeRulesOperations = ({
  rules,
  studio,
  audit,
}: RulesOperationsDeps): Handlers<keyof typeof OPERATIONS> => {
  const shown = (view: RulesView) => ({ ...view, gameSwitch: switchAt(studio.now().gameSwitch, Date.now()) });
  const all = ({ floors, gameSwitch }: StudioRulesNow) => ({ floors, gameSwitch: switchAt(gameSwitch, Date.now()) });
  return {
    getRules: does(OPERATIONS.getRules, async ({ channel }) => shown(await rules.read(channel))),

    setRules: does(OPERATIONS.setRules, async ({ channel, reason, ...change }, caller) =>
      shown(await rules.set(channel, change, { caller, reason })),
    ),

    getStudioRules: does(OPERATIONS.getStudioRules, async () => all(await studio.read())),

    setStudioRules: does(OPERATIONS.setStudioRules, async ({ kind, reason, ...change }) =>
      all(await studio.setFloor(kind, change, reason)),
    ),

    setSwitch: does(OPERATIONS.setSwitch, async ({ reason, ...gameSwitch }) =>
      all(await studio.setSwitch(gameSwitch, reason)),
    ),

    getStudioAudit: does(OPERATIONS.getStudioAudit, (page) => audit.ofStudio(page)),
  };
};
