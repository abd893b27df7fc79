import * as z from "zod";

/** An installation of the game with its FCM target: a Firebase installation id (`fid`) or a registration token (`token`). */
export const deviceSchema = z.object({
  kind: z.enum(["fid", "token"]),
  target: z.string().min(8).max(4096),
  platform: z.enum(["android", "ios", "web"]),
});
export type Device = z.infer<typeof deviceSchema>;
