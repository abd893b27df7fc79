import { profileSchema } from "../../shared/profile.ts";
import { setting } from "./setting.ts";

/** Guilds against guilds. */
export const warSettings = {
  GREMIO_WAR_ZONE: setting(profileSchema.shape.zone.unwrap(), {
    what: "Time zone of the evening of guilds that have settled none and whose members' profiles tell none; wars begin in the evening of both guilds.",
    expected: "an IANA time zone such as America/Bogota",
    default: "America/Bogota",
  }),
};
