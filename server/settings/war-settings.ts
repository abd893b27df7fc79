import { profileSchema } from "../../shared/profile.ts";
import { setting, wholeNumber } from "./setting.ts";

/** Guilds against guilds. */
export const warSettings = {
  GREMIO_WAR_ZONE: setting(profileSchema.shape.zone.unwrap(), {
    what: "Time zone of the evening of guilds that have settled none and whose members' profiles tell none; wars begin in the evening of both guilds.",
    expected: "an IANA time zone such as America/Bogota",
    default: "America/Bogota",
  }),
  GREMIO_WAR_SEEK_MINUTES: wholeNumber(
    "Minutes a guild looks for an opponent at most. The longer it has, the more even its wars.",
    30,
    1,
    1_440,
  ),
};
