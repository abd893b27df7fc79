import { z } from "zod";
import { channelSettings } from "./settings/channel-settings.ts";
import { developmentSettings } from "./settings/development-settings.ts";
import { guildSettings } from "./settings/guild-settings.ts";
import { notifierSettings } from "./settings/notifier-settings.ts";
import { pointsSettings } from "./settings/points-settings.ts";
import { processSettings } from "./settings/process-settings.ts";
import { redisSettings } from "./settings/redis-settings.ts";
import { type About, about } from "./settings/setting.ts";
import { studioSettings } from "./settings/studio-settings.ts";
import { teamSettings } from "./settings/team-settings.ts";
import { tokenSettings } from "./settings/token-settings.ts";
import { voiceSettings } from "./settings/voice-settings.ts";
import { warSettings } from "./settings/war-settings.ts";

/** Every setting of the services. Values are strings of the environment; an empty one is unset. */
export const settingsSchema = z.object({
  ...processSettings,
  ...redisSettings,
  ...studioSettings,
  ...tokenSettings,
  ...channelSettings,
  ...guildSettings,
  ...teamSettings,
  ...pointsSettings,
  ...warSettings,
  ...voiceSettings,
  ...notifierSettings,
  ...developmentSettings,
});

export type SettingName = keyof typeof settingsSchema.shape;
export type Setting = Readonly<About> & { readonly name: SettingName };

const isSettingName = (name: string): name is SettingName => name in settingsSchema.shape;

/** Every setting with what it is; docs/settings.md lists the same. */
export const settings: readonly Setting[] = Object.keys(settingsSchema.shape)
  .filter(isSettingName)
  .map((name) => {
    const said = about.get(settingsSchema.shape[name]);
    if (!said) throw new Error(`setting ${name} is not described`);
    return { name, ...said };
  });
