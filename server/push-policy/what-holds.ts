import { type Importance, NOTICE_TRAITS, type NoticeKind } from "../../shared/notice-kind.ts";
import type { Preferences } from "../../shared/preferences.ts";
import type { PushPolicy } from "../../shared/push-policy.ts";
import type { QuietHours } from "../../shared/quiet-hours.ts";

/** How much a kind of notice may disturb: as the studio has it, else as Gremio has it. */
export const importanceOf = ({ importance }: Pick<PushPolicy, "importance">, kind: NoticeKind): Importance =>
  importance[kind] ?? NOTICE_TRAITS[kind].importance;

/** Whether a kind disturbs the player in his quiet hours, too: the studio lets it through, or he does. */
export const isThroughQuiet = (
  policy: Pick<PushPolicy, "through">,
  preferences: Pick<Preferences, "through">,
  kind: NoticeKind,
): boolean => policy.through.includes(kind) || preferences.through.includes(kind);

/** A player's quiet hours, by the clocks of his profile's zone: his own, or the studio's if he has said nothing; undefined: he has none. */
export const quietHoursOf = (
  policy: Pick<PushPolicy, "quietHours">,
  preferences: Pick<Preferences, "quietHours">,
  zone: string,
): (QuietHours & { zone: string }) | undefined => {
  const hours = preferences.quietHours === undefined ? policy.quietHours : preferences.quietHours;
  return hours === null ? undefined : { ...hours, zone };
};

/** Whether a push may show the text of a message: never to a minor, whatever he prefers, since others look at his phone, and he at what strangers write. */
export const previewsOf = ({ previews }: Pick<Preferences, "previews">, isMinor: boolean): boolean =>
  previews && !isMinor;
