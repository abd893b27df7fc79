import type { CirclePreset } from "../../shared/api/directory.ts";
import type { Localised } from "../../shared/card.ts";
import { LIMITS } from "../../shared/limits.ts";
import { LOCALES } from "../../shared/locale.ts";
import type { Circles } from "./circles.ts";

const NAMES: Readonly<Record<CirclePreset, Localised>> = {
  world: { "es-419": "Mundo", "pt-BR": "Mundo", en: "World" },
  recruitment: { "es-419": "Busco gremio", "pt-BR": "Procuro guilda", en: "Looking for a guild" },
};

/** Makes the circles a studio wants beside its own, `<preset>-<language>` each; those that are there stay as they are. */
export const makePresets = async (circles: Pick<Circles, "found">, presets: readonly CirclePreset[]): Promise<void> => {
  for (const preset of presets)
    for (const language of LOCALES)
      await circles.found(
        `circle:${preset}-${language}`,
        { name: NAMES[preset][language], topic: preset, language, capacity: LIMITS.groupMembers },
        undefined,
      );
};
