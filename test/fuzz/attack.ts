import { makeDraw, seedOf } from "./draw.ts";
import { scenarios, talk } from "./scenarios.ts";
import type { Attack, Attacker } from "./scene.ts";

/** Runs connection number `part` of the campaign `seed`; what it sends follows from both. */
export const runAttack = async (port: number, seed: number, part: number, attacker: Attacker): Promise<Attack> => {
  const draw = makeDraw(seedOf(seed, part));
  const [name, scenario] = draw.chance(0.7) ? (["talk", talk] as const) : draw.pick(scenarios);
  const attack: Attack = {
    part,
    scenario: name,
    player: attacker.player,
    frames: 0,
    end: undefined,
    wrong: undefined,
    answers: [],
    sent: [],
  };
  try {
    await scenario({ port, attacker, draw, attack });
  } catch (error) {
    attack.wrong ??= String(error);
  }
  return attack;
};
